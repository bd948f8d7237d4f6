import axios, { type AxiosResponse } from 'axios';

import { webPayAccount } from '../../sandbox/accounts.mts';
import { type Item, outputOf } from '../../sandbox/host/restClient.mts';
import { phpForm } from '../../sandbox/webpay/notifications.mts';
import { webPaySign } from '../../sandbox/webpay/signature.mts';
import { GatewayClient, until } from '../support/gatewayClient.mts';
import { type Environment, START_WITHIN_MS, startEnvironment } from '../../sandbox/host/environment.mts';
import { lineOf } from '../../sandbox/host/workflow.mts';

const http = axios.create({ proxy: false, validateStatus: () => true, maxBodyLength: Infinity });

type Fields = Record<string, string | number | null>;

describe('KESS WebPay Trigger in the real n8n', () => {
	let environment: Environment;
	let gateway: GatewayClient;
	let confirming: Listening;

	beforeAll(async () => {
		environment = await startEnvironment({ sandbox: { notifyRetryDelaysMs: [300, 300, 300] } });
		gateway = new GatewayClient(environment.sandbox);
		confirming = await listen('confirming', { statuses: ['SUCCESS'] });
	}, START_WITHIN_MS);

	afterAll(async () => {
		await environment?.stop();
	});

	beforeEach(async () => {
		await gateway.reset();
		gateway.forgetToken();
	});

	interface Listening {
		url: string;
		/** How many executions there have been, all of them successful. */
		count(): Promise<number>;
		/** The items of the newest execution. */
		items(): Promise<Item[]>;
	}

	/** A workflow that is active and whose address answers. */
	async function listen(webhookId: string, parameters: Record<string, unknown>): Promise<Listening> {
		const trigger = {
			name: 'Paid',
			type: 'n8n-nodes-kesspay.kessWebPayTrigger',
			typeVersion: 1,
			webhookId,
			parameters,
			credentials: { kessWebPayApi: { id: 'kessWebPaySandbox', name: 'KESS WebPay sandbox (v2)' } },
		};
		const next = { name: 'Next', type: 'n8n-nodes-base.noOp', typeVersion: 1, parameters: {} };
		const { id } = await environment.client.createWorkflow(lineOf(webhookId, [trigger, next]));
		await environment.client.activateWorkflow(id);
		const path = `/webhook/${webhookId}/webhook`;
		await until(async () => (await http.post(environment.n8n.url + path, {})).status === 401, 10_000);
		const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
		return {
			get url() {
				return environment.n8n.url + path;
			},
			count: async () => {
				// n8n counts those that have ended and lists the others beside them.
				const ended = async () => {
					const list = (await environment.client.call('GET', `/rest/executions?filter=${filter}`)) as {
						count: number;
						results: Array<{ status: string }>;
					};
					return list.results.every(({ status }) => status === 'success') ? list.count : undefined;
				};
				// An answered notification may not be listed yet: what counts is a number that stays.
				let count: number | undefined;
				await until(async () => {
					const before = await ended();
					await new Promise((resolve) => setTimeout(resolve, 500));
					count = await ended();
					return count !== undefined && count === before;
				}, 30_000);
				return count ?? 0;
			},
			items: async () => {
				const [newest] = await environment.client.listExecutions(id);
				return outputOf(await environment.client.waitForExecution(newest?.id ?? ''), 'Next');
			},
		};
	}

	/** What a true notification looks like, with whatever it may tell. */
	const notification = (outTradeNo: string, status = 'SUCCESS', more: Fields = {}, key: string = webPayAccount.apiSecretKey): Fields => {
		const fields: Fields = {
			out_trade_no: outTradeNo,
			transaction_id: '1',
			body: 'x',
			total_amount: 10.5,
			currency: 'USD',
			status,
			sign_type: 'MD5',
			...more,
		};
		return { ...fields, sign: webPaySign(fields, 'MD5', key) };
	};

	const send = async (to: Listening, fields: Fields, query = ''): Promise<AxiosResponse> =>
		await http.post(to.url + query, phpForm(fields), { headers: { 'content-type': 'application/x-www-form-urlencoded' } });

	const create = async (outTradeNo: string, to?: Listening) => {
		const { status } = await gateway.create('v2', outTradeNo, to ? { notify_url: `${to.url}?shop=1` } : {});
		expect(status).toBe(200);
	};

	/** What became of every notification that the gateway has sent. */
	async function settled() {
		await until(async () => (await gateway.notifications()).every(({ state }) => state !== 'sending'), 20_000);
		return await gateway.notifications();
	}

	/** How many executions something has started. */
	async function started(by: () => Promise<void>, at = confirming): Promise<number> {
		const before = await at.count();
		await by();
		return (await at.count()) - before;
	}

	it.each([
		['form', true],
		['json', true],
		['envelope', true],
		['form', false],
	] as const)('runs once for a payment that is told three times at once (%s, sign_type signed: %s)', async (notifyFormat, notifySignsSignType) => {
		await gateway.settings({ notifyFormat, notifySignsSignType });
		const outTradeNo = `DUP-${notifyFormat}-${notifySignsSignType}`;
		const runs = await started(async () => {
			await create(outTradeNo, confirming);
			await gateway.fault('duplicate-notifications', { outTradeNo });
			await gateway.pay(outTradeNo);
			expect((await settled()).map(({ attempts }) => attempts.map(({ status }) => status))).toEqual([[200], [200], [200]]);
		});
		expect(runs).toBe(1);
		const items = await confirming.items();
		expect(items.map(({ json }) => json)).toEqual([
			expect.objectContaining({ out_trade_no: outTradeNo, status: 'SUCCESS', total_amount: 10.5, payment_link: expect.any(String) }),
		]);
	});

	it('starts nothing for 100 forged notifications, whatever the address says', async () => {
		await create('FORGED');
		await gateway.pay('FORGED');
		const runs = await started(async () => {
			const answers = await Promise.all(
				Array.from({ length: 100 }, async (_, index) => {
					const { sign, ...unsigned } = notification('FORGED');
					const forged = [unsigned, notification('FORGED', 'SUCCESS', {}, `guess ${index}`), { ...unsigned, sign: '' }][index % 3] ?? {};
					return await send(confirming, forged, `?${phpForm({ ...unsigned, sign: sign ?? '' })}`);
				}),
			);
			expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
		});
		expect(runs).toBe(0);
		expect(await gateway.requests('webpay.acquire.queryorder')).toBe(0);
	});

	it('believes the gateway: no start while it waits, for no order of ours, or with another amount', async () => {
		await create('WAITS');
		const runs = await started(async () => {
			expect((await send(confirming, notification('WAITS'))).status).toBe(503);
			expect((await send(confirming, notification('NOT-OURS'))).status).toBe(404);
		});
		expect(runs).toBe(0);
		await gateway.pay('WAITS');
		expect(await started(async () => expect((await send(confirming, notification('WAITS', 'SUCCESS', { total_amount: 1 }))).status).toBe(200))).toBe(1);
		expect((await confirming.items())[0]?.json).toMatchObject({ out_trade_no: 'WAITS', total_amount: 10.5 });
	});

	it('takes the status from the gateway when notifications come out of order, and each only once', async () => {
		await create('ORDER');
		await gateway.pay('ORDER');
		const runs = await started(async () => {
			for (const status of ['WAITING', 'SUCCESS', 'CLOSED', 'SUCCESS']) {
				expect((await send(confirming, notification('ORDER', status))).status).toBe(200);
			}
		});
		expect(runs).toBe(1);
	});

	it('lets the gateway send again what cannot be decided, and then starts once', async () => {
		await create('LATER', confirming);
		await gateway.fault('error-500-before', { service: 'webpay.acquire.queryorder', times: 1 });
		const runs = await started(async () => {
			await gateway.pay('LATER');
			expect(await settled()).toMatchObject([{ attempts: [{ status: 503 }, { status: 200 }] }]);
		});
		expect(runs).toBe(1);
	});

	it('answers what nobody asked for without starting, and refuses what is broken or too large', async () => {
		await create('CLOSED', confirming);
		const runs = await started(async () => {
			await gateway.close('CLOSED');
			expect(await settled()).toMatchObject([{ attempts: [{ status: 200 }] }]);
			const text = phpForm(notification('CLOSED', 'CLOSED'));
			const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
			expect((await http.post(confirming.url, text.slice(0, -1), form)).status).toBe(401);
			expect((await http.post(confirming.url, `${text}&pad=${'x'.repeat(10_000_000)}`, form)).status).toBe(413);
			expect((await http.post(confirming.url, { pad: 'x'.repeat(10_000_000) })).status).toBe(413);
			expect((await http.post(confirming.url, `{"out_trade_no":"CLOSED"`, { headers: { 'content-type': 'application/json' } })).status).toBeGreaterThanOrEqual(400);
			expect((await send(confirming, notification(''))).status).toBe(400);
			expect((await http.get(confirming.url)).status).toBe(404);
		});
		expect(runs).toBe(0);
	});

	it('starts as often as it is told of orders, 20 at a time and each three times', async () => {
		const numbers = Array.from({ length: 30 }, (_, index) => `MANY-${index}`);
		for (const outTradeNo of numbers) {
			await create(outTradeNo);
			await gateway.pay(outTradeNo);
		}
		const queue = numbers.flatMap((outTradeNo) => [outTradeNo, outTradeNo, outTradeNo]);
		const lane = async () => {
			for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
				expect((await send(confirming, notification(next))).status).toBe(200);
			}
		};
		expect(await started(async () => void (await Promise.all(Array.from({ length: 20 }, lane))))).toBe(30);
	});

	it('hands on the notification itself where it need not ask, and nothing that could mean something else', async () => {
		const believing = await listen('believing', { statuses: ['SUCCESS', 'CLOSED', 'OTHER'], confirmWithGateway: false });
		const runs = await started(async () => {
			expect((await send(believing, notification('NOT-ASKED', 'PARTIAL_REFUNDED'))).status).toBe(200);
			expect((await send(believing, notification('RECUT', 'SUCCESS', { body: 'x&status=SUCCESS&t=' }))).status).toBe(401);
			expect((await send(believing, notification('REFUND', 'SUCCESS', { total_amount: null }))).status).toBe(400);
		}, believing);
		expect(runs).toBe(1);
		const [item] = await believing.items();
		expect(item?.json).toEqual({
			out_trade_no: 'NOT-ASKED',
			transaction_id: '1',
			body: 'x',
			total_amount: '10.5',
			currency: 'USD',
			status: 'PARTIAL_REFUNDED',
			sign_type: 'MD5',
		});
	});

	it('knows after a restart what it has handled', async () => {
		await create('AGAIN');
		await gateway.pay('AGAIN');
		const told = async () => expect(await send(confirming, notification('AGAIN'))).toMatchObject({ status: 200, data: { received: true } });
		expect(await started(told)).toBe(1);
		await environment.restart();
		await until(async () => (await send(confirming, {})).status === 401, 10_000);
		expect(await started(told)).toBe(0);
	});
});
