import type { IDataObject } from 'n8n-workflow';

import { KessWebPayApi } from '../../../../credentials/KessWebPayApi.credentials.ts';
import { KessWebPayTrigger } from '../../../../nodes/KessWebPay/KessWebPayTrigger.node.ts';
import { webPayAccount } from '../../../../sandbox/accounts.mts';
import { Called } from '../../../../sandbox/host/engine.mts';
import { webPaySign } from '../../../../sandbox/webpay/signature.mts';
import { withSandbox } from '../../../support/kessSandbox.mts';
import { createOrders, runWebPay } from '../../../support/webPayNode.mts';

/** What the trigger makes of notifications that KESS has signed, one after the other. */

const QUERY = 'webpay.acquire.queryorder';

const sandbox = withSandbox();

let workflows = 0;

const trigger = (parameters: IDataObject = {}) =>
	new Called({
		node: new KessWebPayTrigger(),
		parameters: { statuses: ['SUCCESS'], confirmWithGateway: true, options: {}, ...parameters },
		credentialTypes: [new KessWebPayApi()],
		credentials: sandbox.webPayCredential('v2'),
		workflowId: `receives-${(workflows += 1)}`,
	});

/** Its HTTP status, and the event and the order with which an execution begins. */
async function tell(to: Called, fields: IDataObject): Promise<unknown[]> {
	const told = { out_trade_no: 'A', total_amount: 10.5, currency: 'USD', sign_type: 'MD5', ...fields };
	const { status, items } = await to.post({ ...told, sign: webPaySign(told as Parameters<typeof webPaySign>[0], 'MD5', webPayAccount.apiSecretKey) });
	return [status, ...items.map(({ json }) => json.item as IDataObject).flatMap((item) => [item.event, item.status, item.transaction_id])];
}

/** The order as the gateway shows it. */
const shown = async () => (await runWebPay(sandbox, 'order', 'query', { outTradeNo: 'A' })).items[0]?.json ?? {};

beforeEach(async () => {
	await createOrders(sandbox, ['A'], false);
});

test('a charge that has failed is none, before the one that succeeds and after it', async () => {
	const [confirming, late] = [trigger(), trigger()];
	await sandbox.pay('A');
	const { transaction_id, paid_at } = await shown();
	const [paid, failed] = [{ status: 'SUCCESS', transaction_id, paid_at }, { status: 'FAILED', transaction_id: 'T0', paid_at: '2026-01-01T00:00:00Z' }];
	expect(await tell(confirming, paid)).toEqual([200, 'paid', 'SUCCESS', transaction_id]);
	expect(await tell(confirming, failed)).toEqual([200]);
	expect(await tell(confirming, { ...failed, status: 'SUCCESS' })).toEqual([200, 'renewed', 'SUCCESS', 'T0']);
	expect(await tell(late, failed)).toEqual([200, 'paid', 'SUCCESS', transaction_id]);
	expect(await tell(late, paid)).toEqual([200]);
});

test('an attempt that has failed is answered at once while the order waits for the next one', async () => {
	const to = trigger({ statuses: ['SUCCESS', 'OTHER'] });
	const asked = await sandbox.requests(QUERY);
	expect(await tell(to, { status: 'FAILED', transaction_id: 'T0' })).toEqual([200, 'other', 'WAITING', undefined]);
	expect(await sandbox.requests(QUERY)).toBe(asked + 1);
	await sandbox.pay('A');
	const { transaction_id } = await shown();
	expect(await tell(to, { status: 'SUCCESS', transaction_id })).toEqual([200, 'paid', 'SUCCESS', transaction_id]);
});

test('a payment that is told when a part has been given back starts the workflow, once', async () => {
	const to = trigger({ statuses: ['SUCCESS', 'OTHER'] });
	await sandbox.pay('A');
	const { transaction_id } = await shown();
	await sandbox.refund('A', { amount: 2 });
	const paid = { status: 'SUCCESS', transaction_id };
	expect(await tell(to, paid)).toEqual([200, 'paid', 'PARTIAL_REFUNDED', transaction_id]);
	expect(await tell(to, paid)).toEqual([200]);
	expect(await tell(to, { status: 'PARTIAL_REFUNDED', transaction_id })).toEqual([200, 'partiallyRefunded', 'PARTIAL_REFUNDED', transaction_id]);
});

test('without the gateway a payment told first without its transaction is one, and the next is another', async () => {
	const to = trigger({ confirmWithGateway: false });
	const events: unknown[] = [];
	for (const transaction_id of [null, 'T1', 'T1', null, 'T2', 'T2']) events.push((await tell(to, { status: 'SUCCESS', transaction_id }))[1]);
	expect(events).toEqual(['paid', undefined, undefined, undefined, 'renewed', undefined]);
});
