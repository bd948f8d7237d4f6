import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectedReceiverName, receiverId } from '../../../nodes/KessPartner/actions/fundTransfer/fields.ts';
import { partnerAccount } from '../../../sandbox/accounts.mts';
import { startSandbox, type Sandbox } from '../../../sandbox/server.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { PartnerClient } from '../../support/partnerClient.mts';

const sandbox = withSandbox({ fastRsa: true });
const client = new PartnerClient(sandbox);

describe('wallets', () => {
	test('many people, Khmer and Latin names, all different, two of them not eligible', async () => {
		const all = await client.wallets();
		expect(all.length).toBeGreaterThanOrEqual(25);
		expect(all.filter(({ eligible }) => !eligible)).toHaveLength(2);
		expect(all.filter(({ name }) => /\p{Script=Khmer}/u.test(name)).length).toBeGreaterThan(5);
		expect(all.filter(({ name }) => /\p{Script=Latin}/u.test(name)).length).toBeGreaterThan(5);
		expect(new Set(all.flatMap(({ userId, phone }) => [userId, phone])).size).toBe(2 * all.length);
		for (const { phone } of all) expect(phone).toMatch(/^0[1-9]\d{7,8}$/);
	});

	test("whom the node's fields name as their example can be paid", async () => {
		const example = ({ placeholder = '' }) => placeholder.replace('e.g. ', '');
		expect((await client.create('A', { receiver_id: example(receiverId) })).json.data).toMatchObject({ receiver_name: example(expectedReceiverName) });
	});

	test('a new one can be paid, a changed one cannot, until the reset', async () => {
		await client.putWallet({ userId: 'NEW', phone: '+85512999999', name: 'New One' });
		expect((await client.create('A', { receiver_id: '012999999' })).json.data).toMatchObject({ receiver_name: 'New One' });
		await client.putWallet({ userId: 'NEW', phone: '012999999', name: 'New One', eligible: false });
		expect((await client.create('B', { receiver_id: 'NEW' })).json.error_code).toBe('NOTELIGIBLE');
		expect((await client.wallets()).filter(({ userId }) => userId === 'NEW')).toHaveLength(1);
		await client.reset();
		expect((await client.wallets()).some(({ userId }) => userId === 'NEW')).toBe(false);
	});

	test.each([
		{ userId: '', phone: '1', name: 'x' },
		{ userId: 'N', phone: 1, name: 'x' },
		{ userId: 'N', phone: '1', name: 'x'.repeat(97) },
		{ userId: 'N', phone: '1', name: 'x', eligible: 'no' },
		{ userId: 'N', phone: '85512000117', name: 'x' },
		{ userId: 'N', phone: '1', name: 'x', surname: 'y' },
		[],
	])('%j is refused', async (wallet) => {
		const { status, json } = await client.post('/sandbox/partner/wallets', wallet);
		expect([status, json]).toEqual([400, { error: expect.any(String) }]);
	});
});

test('the request log counts the login and every service, without secrets', async () => {
	const partner = new PartnerClient(sandbox);
	await partner.confirm(await partner.prepare('A'));
	await partner.query('A');
	await partner.send('not JSON');
	const report = await client.requestLog();
	expect(report.services).toMatchObject({
		'partner-oauth': { requests: 1, answered: 1 },
		'create.unified.fundtransfer': { requests: 1, answered: 1 },
		'confirm.fundtransfer': { requests: 1, answered: 1 },
		'query.fundtransfer': { requests: 1, answered: 1 },
		'': { requests: 1, answered: 1 },
	});
	expect(report.recent.map(({ gateway, out_trade_no: outTradeNo }) => [gateway, outTradeNo])).toEqual(
		[null, 'A', 'A', 'A', null].map((outTradeNo) => ['partner', outTradeNo]),
	);
	for (const secret of [partnerAccount.password, partnerAccount.partnerSecretKey]) expect(JSON.stringify(report)).not.toContain(secret);
});

test('a reset forgets the ledger and what was prepared', async () => {
	const preTransferId = await client.prepare('A');
	await client.confirm(await client.prepare('B'));
	await client.reset();
	expect(await client.ledger()).toEqual({ entries: [], totalsByCurrency: {}, doublePayments: [] });
	expect((await client.confirm(preTransferId)).json.error_code).toBe('NOTEXIST');
	expect((await client.query('B')).json.error_code).toBe('NOTEXIST');
	expect((await client.create('B')).status).toBe(200);
});

describe('keys', () => {
	let folder: string;
	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), 'kess-keys-'));
	});
	afterEach(() => rm(folder, { recursive: true }));

	test('without a folder, one pair for each side per process, shown to the partner only as far as it is theirs', async () => {
		const shown = JSON.parse((await client.get('/sandbox/partner/keys')).text) as Sandbox['partnerKeys'];
		expect(shown).toEqual(sandbox.partnerKeys);
		expect(Object.keys(shown)).toEqual(['partnerPrivateKey', 'kessPublicKey']);
		const partnerPublicKey = createPublicKey(shown.partnerPrivateKey);
		expect(partnerPublicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
		expect(partnerPublicKey.export({ type: 'spki', format: 'pem' })).not.toBe(shown.kessPublicKey);
	});

	test('in a folder they survive a restart, and nobody else may read them', async () => {
		const keysFolder = join(folder, 'made', 'here');
		const first = await startSandbox({ port: 0, keysFolder });
		const keys = first.partnerKeys;
		await first.close();
		const second = await startSandbox({ port: 0, keysFolder });
		try {
			expect(second.partnerKeys).toEqual(keys);
			expect(keys).not.toEqual(sandbox.partnerKeys);
			expect((await new PartnerClient(second).query('A')).verified).toBe(true);
			expect((await readdir(keysFolder)).sort()).toEqual(['kess-private.pem', 'kess-public.pem', 'partner-private.pem']);
			for (const file of await readdir(keysFolder)) expect((await stat(join(keysFolder, file))).mode & 0o777).toBe(0o600);
			expect(await readFile(join(keysFolder, 'partner-private.pem'), 'utf8')).toBe(keys.partnerPrivateKey);
			expect(await readFile(join(keysFolder, 'kess-public.pem'), 'utf8')).toBe(keys.kessPublicKey);
		} finally {
			await second.close();
		}
	});

	test.each([
		['nothing', () => ''],
		['another kind of key', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })],
	])('a file with %s is named', async (_what, content) => {
		const file = join(folder, 'kess-private.pem');
		await writeFile(file, content());
		await chmod(file, 0o600);
		await expect(startSandbox({ port: 0, keysFolder: folder })).rejects.toThrow(`${file} is not an RSA private key`);
	});
});
