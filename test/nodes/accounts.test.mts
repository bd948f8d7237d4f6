import type { IDataObject, INode } from 'n8n-workflow';

import { KessPartnerApi } from '../../credentials/KessPartnerApi.credentials.ts';
import { KessWebPayApi } from '../../credentials/KessWebPayApi.credentials.ts';
import { KessPartner } from '../../nodes/KessPartner/KessPartner.node.ts';
import { KessWebPay } from '../../nodes/KessWebPay/KessWebPay.node.ts';
import { type NodeRun, runNode } from '../../sandbox/host/engine.mts';
import { type KessSandbox, withSandbox } from '../support/kessSandbox.mts';
import { PAY_OUT } from '../support/partnerCells.mts';
import { withStore } from '../support/withStore.mts';

/** A credential whose fields are expressions is another account for each row: each row is paid from its own. */

const sunrise = withSandbox({ fastRsa: true });
const sunset = withSandbox({ fastRsa: true, company: { partnerId: 'sunset-partner', sellerCode: 'CU2611-400500600' } });
withStore();

const CONTINUE: Partial<INode> = { onError: 'continueRegularOutput' };
const COMPANIES = { sunrise, sunset };

type Company = keyof typeof COMPANIES;

const each = <Value,>(value: (company: KessSandbox) => Value): Record<Company, Value> => ({ sunrise: value(sunrise), sunset: value(sunset) });

/** The text of an expression that gives the value of the row's company. */
const ofCompany = (values: Record<string, string>, key = '$json.company') => `={{ (${JSON.stringify(values)})[${key}] }}`;

const MERCHANTS = () => ({
	baseUrl: ofCompany(each(({ url }) => url)),
	sellerCode: ofCompany({ sunrise: 'CU2611-100200300', sunset: 'CU2611-400500600' }),
});

interface Options {
	credential?: Record<string, unknown>;
	settings?: Partial<INode>;
	operation?: string;
	parameters?: IDataObject;
	batchSize?: number;
}

async function payOut(items: IDataObject[], { credential = {}, settings = {}, operation = 'payOut', parameters = PAY_OUT, batchSize = 1 }: Options = {}): Promise<NodeRun> {
	return await runNode({
		node: new KessPartner(),
		parameters: { resource: 'fundTransfer', operation, ...parameters, options: { batching: { batch: { batchSize } } } },
		items,
		credentialTypes: [new KessPartnerApi()],
		credentials: {
			kessPartnerApi: {
				...sunrise.partnerCredential().kessPartnerApi,
				baseUrl: ofCompany(each(({ url }) => url)),
				partnerId: ofCompany({ sunrise: 'sandbox-partner', sunset: 'sunset-partner' }),
				privateKey: ofCompany(each(({ partnerKeys }) => partnerKeys.partnerPrivateKey)),
				kessPublicKey: ofCompany(each(({ partnerKeys }) => partnerKeys.kessPublicKey)),
				...credential,
			} as never,
		},
		settings,
	});
}

async function createOrders(items: IDataObject[], { credential = {}, settings = {}, operation = 'create', parameters = {} }: Options = {}): Promise<NodeRun> {
	return await runNode({
		node: new KessWebPay(),
		parameters: { resource: 'order', operation, outTradeNo: '={{ $json.no }}', body: '={{ $json.company }}', totalAmount: '={{ $json.amount ?? "10" }}', currency: 'USD', ...parameters },
		items,
		credentialTypes: [new KessWebPayApi()],
		credentials: {
			kessWebPayApi: { ...sunrise.webPayCredential('v2').kessWebPayApi, ...MERCHANTS(), ...credential } as never,
		},
		settings,
	});
}

const booked = async (company: KessSandbox) => (await company.ledger()).entries.map(({ out_trade_no, amount }) => [out_trade_no, amount]);

describe('KESS Partner', () => {
	test.each([1, 6])('pays each row from its own company, also with the numbers of the other, %i at a time', async (batchSize) => {
		const items = Array.from({ length: 12 }, (_, index) => ({
			company: index % 2 === 0 ? 'sunrise' : 'sunset',
			no: `W-${Math.floor(index / 2)}`,
			amount: String(index + 1),
		}));
		// At addresses that no process has a token of yet.
		for (const company of [sunrise, sunset]) await company.restart();
		const { items: paid, error } = await payOut(items, { batchSize });
		expect(error).toBeUndefined();
		expect(paid.map(({ json }) => [json.status, json.out_trade_no, json.amount])).toEqual(items.map(({ no, amount }) => ['paid', no, Number(amount)]));
		expect((await booked(sunrise)).sort()).toEqual(items.filter((_, index) => index % 2 === 0).map(({ no, amount }) => [no, Number(amount)]));
		expect((await booked(sunset)).sort()).toEqual(items.filter((_, index) => index % 2 === 1).map(({ no, amount }) => [no, Number(amount)]));
		for (const company of [sunrise, sunset]) expect(await company.requests('partner-oauth')).toBe(1);
	});

	test('a row with a wrong login fails alone, and nothing is paid for it from the account of another', async () => {
		const userName = `={{ $json.company === 'sunset' && $json.no === 'W-2' ? 'somebody' : 'sandbox-partner-user' }}`;
		const items = ['sunrise', 'sunset', 'sunset', 'sunrise'].map((company, index) => ({ company, no: `W-${index}` }));
		const { items: results } = await payOut(items, { credential: { userName }, settings: CONTINUE });
		expect(results.map(({ json, error }) => json.status ?? error?.message)).toEqual([
			'paid',
			'paid',
			'KESS refuses the login: Unauthorized (HTTP 401) (transfer W-2) [item 2]',
			'paid',
		]);
		expect([await sunrise.paidOut(), await sunset.paidOut()]).toEqual([['W-0', 'W-3'], ['W-1']]);
	});

	test.each([
		['a column that is not there', '={{ $json.renamed }}'],
		['null', '={{ null ?? $json.renamed }}'],
	])('a row whose credential has %s in a field fails alone and names the field', async (_, partnerSecretKey) => {
		const items = [{ company: 'sunrise', no: 'W-1', renamed: 'sandbox-partner-secret' }, { company: 'sunrise', no: 'W-2' }];
		const { items: results } = await payOut(items, { credential: { partnerSecretKey }, settings: CONTINUE });
		expect(results[0]?.json.status).toBe('paid');
		expect(results[1]?.error?.message).toBe('The expression for Partner Secret Key in the KESS credential gives nothing for this item (transfer W-2) [item 1]');
		expect(await sunrise.paidOut()).toEqual(['W-1']);
	});

	test('a row whose credential cannot be read fails alone, and stops the run where nothing else is said', async () => {
		const items = [{ company: 'sunrise', no: 'W-1', secret: { key: 'sandbox-partner-secret' } }, { company: 'sunrise', no: 'W-2' }, { company: 'sunrise', no: 'W-3', secret: { key: 'sandbox-partner-secret' } }];
		const credential = { partnerSecretKey: '={{ $json.secret ? $json.secret.key : $("Nowhere").item.json.key }}' };
		const { items: results } = await payOut(items, { credential, settings: CONTINUE });
		expect(results.map(({ json, error }) => json.status ?? (error === undefined ? undefined : 'failed'))).toEqual(['paid', 'failed', 'paid']);
		expect(results[1]?.error?.message).toContain('[item 1]');
		const stopped = await payOut([{ company: 'sunrise', no: 'W-4' }], { credential });
		expect([stopped.status, await sunrise.paidOut()]).toEqual(['error', ['W-1', 'W-3']]);
	});

	test('what each row has prepared is remembered by its account', async () => {
		const rows = [{ company: 'sunrise', no: 'W-1', amount: '10' }, { company: 'sunset', no: 'W-1', amount: '20' }];
		const { partnerTransactionId: _none, ...create } = PAY_OUT;
		const prepared = (await payOut(rows, { operation: 'create', parameters: create })).items.map(({ json }, index) => ({ ...json, company: rows[index]?.company }));
		const parameters: IDataObject = {
			outTradeNo: '={{ $json.out_trade_no }}',
			preTransferId: '={{ $json.pre_transfer_id }}',
			partnerTransactionId: 'B',
			additionalFields: { expectedAmount: '={{ $json.company === "sunrise" ? "10" : "20" }}' },
		};
		const { items, error } = await payOut(prepared as IDataObject[], { operation: 'confirm', parameters });
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.status)).toEqual(['paid', 'paid']);
		expect([await booked(sunrise), await booked(sunset)]).toEqual([[['W-1', 10]], [['W-1', 20]]]);
	});

	test('the login of a row does not stay in the credential of all rows', async () => {
		const items = [{ company: 'sunset', no: 'W-1' }, { company: 'sunrise', no: 'W-2' }];
		const { credentials } = await payOut(items);
		expect(credentials.kessPartnerApi?.accessToken ?? '').toBe('');
		expect(String(credentials.kessPartnerApi?.baseUrl)).toMatch(/^=/);
		// Nor is one used that lies there: it may be that of another account.
		const again = await payOut(items.map((item) => ({ ...item, no: `${item.no}-2` })), { credential: { accessToken: 'of somebody else', accessRenewAt: '' } });
		expect(again.items.map(({ json }) => json.status)).toEqual(['paid', 'paid']);
	});

	test('Retry On Fail goes on with the same accounts', async () => {
		await sunset.fault('lost-before-booking', { service: 'query.fundTransfer', times: 3 });
		const items = [{ company: 'sunrise', no: 'W-1' }, { company: 'sunset', no: 'W-1' }];
		const { items: paid } = await payOut(items, { settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 } });
		expect(paid.map(({ json }) => json.status)).toEqual(['paid', 'paid']);
		expect([await sunrise.paidOut(), await sunset.paidOut()]).toEqual([['W-1'], ['W-1']]);
	});
});

describe('KESS WebPay', () => {
	const rows = Array.from({ length: 20 }, (_, index) => ({ company: index % 3 === 0 ? 'sunset' : 'sunrise', no: `INV-${index}` }));

	test.each(['v1', 'v2'] as const)('makes each order at its own merchant, %s', async (version) => {
		for (const company of [sunrise, sunset]) await company.restart();
		const { items, error } = await createOrders(rows, { credential: { ...sunrise.webPayCredential(version).kessWebPayApi, ...MERCHANTS() } });
		expect(error).toBeUndefined();
		expect(items).toHaveLength(20);
		for (const company of ['sunrise', 'sunset'] as const) {
			const own = rows.filter((row) => row.company === company);
			expect((await COMPANIES[company].orderNumbers()).sort()).toEqual(own.map(({ no }) => no).sort());
			expect((await COMPANIES[company].orders()).map(({ body }) => body)).toEqual(own.map(() => company));
			expect(await COMPANIES[company].requests('oauth')).toBe(version === 'v1' ? 0 : 1);
		}
	});

	test('a row with a wrong password makes no order', async () => {
		const credential = { password: `={{ $json.no === 'INV-2' ? 'wrong' : 'sandbox-password' }}` };
		const { items } = await createOrders(rows.slice(0, 4), { credential, settings: CONTINUE });
		expect(items.map(({ error }) => error === undefined)).toEqual([true, true, false, true]);
		expect([...(await sunrise.orderNumbers()), ...(await sunset.orderNumbers())].sort()).toEqual(['INV-0', 'INV-1', 'INV-3']);
	});

	test('two merchants may have the same order number for different things', async () => {
		const { error } = await createOrders([{ company: 'sunrise', no: 'INV-1', amount: '1' }, { company: 'sunset', no: 'INV-1', amount: '2' }]);
		expect(error).toBeUndefined();
		expect([(await sunrise.orders())[0]?.total_amount, (await sunset.orders())[0]?.total_amount].map(Number)).toEqual([1, 2]);
	});

	test('Create and Wait refuses a credential that takes values from the item, and nothing else', async () => {
		const { error } = await createOrders([{ company: 'sunset', no: 'INV-1' }], { operation: 'createAndWait' });
		expect(error?.message).toContain('Create and Wait cannot use a KESS credential that takes values from the item');
		expect([await sunrise.orderNumbers(), await sunset.orderNumbers()]).toEqual([[], []]);
		const constant = { baseUrl: `={{ ${JSON.stringify(sunset.url)} }}`, sellerCode: 'CU2611-400500600' };
		await createOrders([{ company: 'sunset', no: 'INV-1' }], { operation: 'createAndWait', credential: constant });
		expect(await sunset.orderNumbers()).toEqual(['INV-1']);
	});
});

describe('how often the credential is read', () => {
	const items = Array.from({ length: 30 }, (_, index) => ({ company: 'sunset', no: `INV-${index}` }));

	test('once when no field of it is an expression, whatever the node has', async () => {
		const { credentialReads, items: made } = await createOrders(items, { credential: { baseUrl: sunset.url, sellerCode: 'CU2611-400500600' } });
		expect(made).toHaveLength(30);
		expect(credentialReads).toBe(1);
	});

	test.each([
		['$json', '={{ $json.company === "sunset" ? "sandbox-password" : "" }}'],
		['$json with a default', '={{ $json?.nothing ?? "sandbox-password" }}'],
		['$itemIndex', '={{ $itemIndex < 100 ? "sandbox-password" : "" }}'],
		['all items', '={{ $input.all()[$itemIndex]?.json.nothing ?? "sandbox-password" }}'],
		['another node', '={{ $("Items").item.json.nothing ?? "sandbox-password" }}'],
		['a part of a text', '=sandbox-{{ "password" }}'],
	])('for each item when one is: %s', async (_, password) => {
		const { credentialReads, error } = await createOrders(items, { credential: { baseUrl: sunset.url, sellerCode: 'CU2611-400500600', password } });
		expect(error).toBeUndefined();
		expect(credentialReads).toBe(31);
		expect(await sunset.requests('oauth')).toBeLessThanOrEqual(1);
		expect(await sunset.orderNumbers()).toHaveLength(30);
	});
});
