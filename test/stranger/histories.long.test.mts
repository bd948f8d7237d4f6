import type { IDataObject } from 'n8n-workflow';

import { inLanes } from '../support/lanes.mts';
import { randomNumbers } from '../support/randomNumbers.mts';
import type { Answer, Body } from './gateway.mts';
import { DAY, directPay, forward, gateway, khqrPay, PART, payOut, quickPay, refund, type Result, setUp } from './nodes.mts';

/**
 * Random histories of one number: answers that are lost or that are none of KESS, look-ups that lag, retries and two workers; then all
 * is well, and a last run must know the truth. The ledger judges. `npm run histories` has 5,000 of them (`KESSPAY_SEED=7`: others).
 */
setUp();
const random = randomNumbers(Number(process.env.KESSPAY_SEED ?? 1));
const pick = <T,>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const html: Answer = { status: 502, text: '<html>Bad gateway</html>' };
const FAULTS: Array<(body: Body, honest: () => Answer) => Answer> = [
	(_b, honest) => honest(),
	(_b, honest) => (honest(), 'cut'),
	() => 'cut',
	(_b, honest) => (honest(), html),
	() => html,
	(_b, honest) => (honest(), { status: 401, body: { message: 'Unauthenticated.' } }),
	(_b, honest) => (honest(), { status: 403, text: '<html>WAF</html>' }),
	(_b, honest) => (honest(), { status: 400, body: { message: 'Bad request' } }),
	(_b, honest) => (honest(), { status: 429, body: { success: false } }),
	(_b, honest) => (honest(), { status: 200, body: { success: 'true' } }),
	(_b, honest) => (honest(), { status: 500, body: { success: false, error_code: 'SYSTEMERROR', error_desc: 'busy' } }),
	(_b, honest) => {
		const answer = honest() as { body: Body };
		if (!answer.body.data) return answer as never;
		return { status: 200, body: { ...answer.body, data: { ...answer.body.data, amount: 1, total_amount: 1 } } };
	},
	(_b, honest) => {
		honest();
		return honest();
	},
];
const LOOKS: Array<(body: Body, honest: () => Answer) => Answer> = [(_b, honest) => honest(), (_b, honest) => honest(), (_b, honest) => honest(), () => 'cut', () => html, () => ({ status: 401, body: { message: 'Unauthenticated.' } }), () => ({ status: 403, text: 'no' }), () => ({ status: 404, body: { message: 'Not found' } })];

const OPS: Array<[string, string, string, (number: string, workflow: string, worker: number, settings: IDataObject) => Promise<Result>]> = [
	['Pay Out', 'confirm.fundtransfer', 'query.fundtransfer', async (number, workflowId, worker, settings) => await payOut({ outTradeNo: number, partnerTransactionId: number }, { workflowId, worker, settings })],
	['Quick Pay', 'quickpay', 'queryorder', async (number, workflowId, worker, settings) => await quickPay({ outTradeNo: number }, { workflowId, worker, settings })],
	['Direct Pay', 'directpay', 'queryorder', async (number, workflowId, worker, settings) => await directPay({ outTradeNo: number }, { workflowId, worker, settings })],
	['KHQR Pay', 'paykhqr', 'queryorder', async (number, workflowId, worker, settings) => await khqrPay({ outTradeNo: number }, { workflowId, worker, settings })],
	['Refund', 'v2refund', 'queryrefund', async (number, workflowId, worker, settings) => await refund({ ...PART, additionalFields: { merchantReference: `R-${number}` } }, { workflowId, worker, settings }, { outTradeNo: number })],
];
const SETTINGS = [{ onError: 'continueRegularOutput' }, { onError: 'continueRegularOutput', retryOnFail: true, maxTries: 2, waitBetweenTries: 0 }, { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 }];

const SIDE_BY_SIDE = 60;
const COUNT = Number(process.env.KESSPAY_HISTORIES ?? 30);
test.each(OPS)('%s: random histories', async (name, key, lookKey, go) => {
	const bad: string[] = [];
	const all = Array.from({ length: COUNT }, (_, index) => ({
		number: `H-${index}`,
		pays: [pick(FAULTS), pick(FAULTS), pick(FAULTS)],
		looks: Array.from({ length: 6 }, () => pick(LOOKS)),
		lag: pick([0, 0, 2000, 20_000]),
		runs: Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({ worker: Math.floor(random() * 2), together: random() < 0.4, settings: pick(SETTINGS) })),
		paysSeen: 0,
		looksSeen: 0,
		said: [] as Result[],
	}));
	const of = (body: Body) => all.find(({ number }) => [body.out_trade_no, gateway.pre.get(body.pre_transfer_id)?.number].includes(number) || body.merchant_reference === `R-${number}`);
	for (const { number } of all) if (key === 'v2refund') gateway.orders.set(number, { out_trade_no: number, total_amount: 10.5, currency: 'USD', status: 'SUCCESS' });
	gateway.on[key] = (body, honest) => {
		const one = of(body)!;
		gateway.lagMs = one.lag;
		const fault = one.pays[one.paysSeen++];
		return fault === undefined ? honest() : fault(body, honest);
	};
	gateway.on[lookKey] = (body, honest) => {
		const one = of(body)!;
		const fault = one.looks[one.looksSeen++];
		return fault === undefined ? honest() : fault(body, honest);
	};
	const doubleFault = FAULTS.at(-1);
	await inLanes(
		all,
		async (one) => {
			let before: Promise<unknown> = Promise.resolve();
			const flights: Array<Promise<unknown>> = [];
			for (const { worker, together, settings } of one.runs) {
				if (!together) await before;
				before = go(one.number, `wf-${one.number}`, worker, settings).then((result) => one.said.push(Object.assign(result, { paidThen: gateway.paid(one.number).length })));
				flights.push(before);
			}
			await Promise.all(flights);
		},
		SIDE_BY_SIDE,
	);
	// What one request books twice is the gateway's own.
	const times = (number: string) => gateway.paid(number).length;
	const sent = (number: string) => all.find((one) => one.number === number)!.paysSeen;
	for (const one of all) {
		const doubled = one.pays.slice(0, one.paysSeen).filter((fault) => fault === doubleFault).length;
		const refused = one.said.some((result) => result.says[0] === 'REFUSED' && (result as Result & { paidThen: number }).paidThen > 0);
		const done = one.said.some(({ says }) => ['paid', 'SUCCESS', 'SUCCEEDED', 'REFUNDED'].includes(says[0]!) || says[0] === 'undefined');
		if (times(one.number) > 1 + doubled || sent(one.number) > 1) bad.push(`${one.number}: sent ${sent(one.number)}, paid ${times(one.number)}: ${one.said.map(({ says }) => says[0])}`);
		if (done && times(one.number) === 0) bad.push(`${one.number}: called paid: ${one.said.map(({ text }) => text.slice(0, 200)).join(' / ')}`);
		if (refused) bad.push(`${one.number}: called refused: ${one.said.map(({ text }) => text.slice(0, 260)).join(' / ')}`);
	}
	// All is well: two days later the last run must know.
	gateway.on = {};
	gateway.lagMs = 0;
	forward(2 * DAY);
	const kept = new Map(all.map(({ number }) => [number, times(number)]));
	await inLanes(
		all,
		async (one) => {
			const last = await go(one.number, `wf-${one.number}`, 1, { onError: 'continueRegularOutput' });
			if (name !== 'KHQR Pay' && (last.says[0] === 'unknown' || last.says[0] === 'REFUSED')) bad.push(`${one.number}: never ends: ${last.text.slice(0, 300)}`);
			if ((kept.get(one.number) ?? 0) > 0 && times(one.number) > kept.get(one.number)!) bad.push(`${one.number}: paid again later: ${last.text.slice(0, 200)}`);
		},
		SIDE_BY_SIDE,
	);
	if (bad.length) console.log(`${name} ${bad.length} short\n${bad.slice(0, 12).join('\n')}`);
	expect(bad).toEqual([]);
}, 3_600_000);
