import axios, { type AxiosResponse } from 'axios';

import { webPayAccount } from '../../sandbox/accounts.mts';
import { type Item, outputOf } from '../../sandbox/host/restClient.mts';
import { phpForm, phpMultipart } from '../../sandbox/webpay/notifications.mts';
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
		// Without a new V8 isolate for each call; that of the examples goes with it.
		environment = await startEnvironment({ env: { N8N_EXPRESSION_ENGINE: 'legacy' }, sandbox: { notifyRetryDelaysMs: [300, 300, 300] } });
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
		id: string;
		url: string;
		/** How many executions there have been, all of them successful. */
		count(): Promise<number>;
		/** What its executions were begun by, oldest first. */
		events(): Promise<unknown[]>;
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
		const path = `/webhook/${webhookId}/kess-webpay`;
		await until(async () => (await http.post(environment.n8n.url + path, {})).status === 401);
		const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
		return {
			id,
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
				});
				return count ?? 0;
			},
			events: async () => {
				const executions = await environment.client.listExecutions(id);
				const all = await Promise.all(executions.map(async (execution) => outputOf(await environment.client.waitForExecution(execution.id), 'Next')));
				return all.flat().map(({ json }) => json.event).reverse();
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
		await until(async () => (await gateway.notifications()).every(({ state }) => state !== 'sending'));
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
		['multipart', true],
		['multipart', false],
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
			expect.objectContaining({ out_trade_no: outTradeNo, status: 'SUCCESS', total_amount: 10.5, payment_link: expect.any(String), event: 'paid' }),
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
		const { transaction_id } = await gateway.pay('ORDER');
		const runs = await started(async () => {
			for (const status of ['WAITING', 'SUCCESS', 'CLOSED', 'SUCCESS']) {
				const transaction = status === 'SUCCESS' ? transaction_id : null;
				expect((await send(confirming, notification('ORDER', status, { transaction_id: transaction }))).status).toBe(200);
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
			event: 'partiallyRefunded',
		});
	});

	it.each(['json', 'envelope'] as const)('reads a byte order mark before JSON (%s)', async (notifyFormat) => {
		await gateway.settings({ notifyFormat, notifyByteOrderMark: true });
		const runs = await started(async () => {
			await create(`BOM-${notifyFormat}`, confirming);
			await gateway.pay(`BOM-${notifyFormat}`);
			expect(await settled()).toMatchObject([{ attempts: [{ status: 200 }] }]);
		});
		expect(runs).toBe(1);
	});

	it('takes a multipart form for no more than it is: forged, with a file, too large', async () => {
		await create('PARTS');
		await gateway.pay('PARTS');
		const post = async ({ body, contentType }: { body: string; contentType: string }) =>
			(await http.post(confirming.url, Buffer.from(body), { headers: { 'content-type': contentType } })).status;
		const real = notification('PARTS');
		const { body, contentType } = phpMultipart(real);
		const withPart = (part: string) => ({ body: body.replace(/^(--\w+)/, `$1\r\n${part}\r\n$1`), contentType });
		const runs = await started(async () => {
			expect(await post(phpMultipart({ ...real, total_amount: 1 }))).toBe(401);
			expect(await post(phpMultipart(notification('PARTS', 'SUCCESS', {}, 'another key')))).toBe(401);
			expect(await post(withPart('Content-Disposition: form-data; name="extra"\r\n\r\nx'))).toBe(401);
			expect(await post(withPart('Content-Disposition: form-data; name="f"; filename="f.txt"\r\nContent-Type: text/plain\r\n\r\nx'))).toBe(415);
			expect(await post(phpMultipart({ ...real, pad: 'x'.repeat(260_000) }))).toBe(413);
			expect(await post({ body: body.slice(0, 200), contentType })).toBeGreaterThanOrEqual(400);
		});
		expect(runs).toBe(0);
		expect(await started(async () => expect(await post({ body, contentType })).toBe(200))).toBe(1);
		expect(await started(async () => expect((await send(confirming, real)).status).toBe(200))).toBe(0);
	});

	describe('says what has happened', () => {
		let everything: Listening;
		let told: Listening;

		beforeAll(async () => {
			const statuses = ['SUCCESS', 'CLOSED', 'OTHER'];
			everything = await listen('everything', { statuses });
			told = await listen('told', { statuses, confirmWithGateway: false });
		});

		/** What each of the two triggers has been begun by since. */
		async function eventsOf(by: (to: Listening) => Promise<void>, at: Listening): Promise<unknown[]> {
			const before = (await at.events()).length;
			await by(at);
			await settled();
			await at.count();
			return (await at.events()).slice(before);
		}

		const triggers = () => [everything, told];

		it('each charge of a subscription, once', async () => {
			for (const at of triggers()) {
				await gateway.reset();
				gateway.forgetToken();
				await gateway.settings({ notifyFormat: 'multipart' });
				const numbers: unknown[] = [];
				const events = await eventsOf(async (to) => {
					await gateway.fault('duplicate-notifications', { outTradeNo: 'SUB', times: 3 });
					await gateway.call('v2', 'generateSubscriptionLink', {
						seller_code: webPayAccount.sellerCode,
						out_trade_no: 'SUB',
						total_amount: 10.5,
						currency: 'USD',
						interval: 'monthly',
						notify_url: to.url,
					});
					numbers.push((await gateway.pay('SUB')).transaction_id);
					await settled();
					for (let renewal = 0; renewal < 2; renewal += 1) {
						numbers.push(await gateway.renew('SUB'));
						await settled();
					}
				}, at);
				expect(events).toEqual(['paid', 'renewed', 'renewed']);
				expect((await at.items())[0]?.json).toMatchObject({ out_trade_no: 'SUB', transaction_id: numbers[2] });
			}
		});

		it('each part of a refund, once', async () => {
			for (const at of triggers()) {
				await gateway.reset();
				gateway.forgetToken();
				const events = await eventsOf(async (to) => {
					await create('PARTS-BACK', to);
					await gateway.pay('PARTS-BACK');
					await settled();
					await gateway.fault('duplicate-notifications', { outTradeNo: 'PARTS-BACK', times: 4 });
					for (const refund of [{ amount: 1 }, { amount: 1, merchantReference: 'R-1' }, { amount: 2, merchantReference: 'R-1' }, {}]) {
						await gateway.refund('PARTS-BACK', refund);
						await settled();
					}
				}, at);
				expect(events).toEqual(['paid', 'partiallyRefunded', 'partiallyRefunded', 'partiallyRefunded', 'refunded']);
			}
		});

		it.each(['form', 'multipart', 'json', 'envelope'] as const)('a saved card, which no order has (%s)', async (notifyFormat) => {
			for (const at of triggers()) {
				await gateway.settings({ notifyFormat });
				let cardToken = '';
				const events = await eventsOf(async (to) => {
					await gateway.fault('duplicate-notifications');
					cardToken = await gateway.saveCard((await gateway.call('v2', 'saveCard', { notify_url: to.url })).data.data.link);
				}, at);
				expect(events).toEqual(['cardSaved']);
				expect((await at.items())[0]?.json).toMatchObject({ card_token: cardToken, status: 'SUCCESS', event: 'cardSaved' });
			}
		});

		it('an order that is closed, and a card to nobody who asks for payments only', async () => {
			expect(
				await eventsOf(async (to) => {
					await create('CLOSED-TOLD', to);
					await gateway.close('CLOSED-TOLD');
				}, everything),
			).toEqual(['closed']);
			const runs = await started(async () => {
				const { sign: _sign, ...card } = notification('', 'SUCCESS', { card_token: 'C1' });
				expect((await send(confirming, { ...card, sign: webPaySign(card, 'MD5', webPayAccount.apiSecretKey) })).status).toBe(200);
				expect((await send(confirming, { ...card, sign: 'x' })).status).toBe(401);
			});
			expect(runs).toBe(0);
		});
	});

	it('hands on the same notification each time when somebody tries the workflow out in the editor', async () => {
		await create('TRIED');
		await gateway.pay('TRIED');
		const { client } = environment;
		for (const attempt of [1, 2]) {
			const workflowData = await client.getWorkflow(confirming.id);
			const listening = await client.call('POST', `/rest/workflows/${confirming.id}/run`, { workflowData, triggerToStartFrom: { name: 'Paid' } });
			expect({ attempt, listening }).toEqual({ attempt, listening: { waitingForWebhook: true } });
			const answer = await http.post(confirming.url.replace('/webhook/', '/webhook-test/'), notification('TRIED'));
			expect(answer.status).toBe(200);
			await until(async () => (await client.listExecutions(confirming.id)).filter(({ mode }) => mode === 'manual').length === attempt);
			expect((await confirming.items())[0]?.json).toMatchObject({ out_trade_no: 'TRIED', status: 'SUCCESS', event: 'paid' });
		}
	});

	it('knows under another name what it has handled', async () => {
		await create('RENAMED');
		await gateway.pay('RENAMED');
		const told = async () => expect((await send(confirming, notification('RENAMED'))).status).toBe(200);
		expect(await started(told)).toBe(1);
		const { client } = environment;
		const { nodes, connections } = await client.getWorkflow(confirming.id);
		for (const name of ['Money has arrived', 'Paid']) {
			const renamed = nodes.map((node) => (node.type.endsWith('kessWebPayTrigger') ? { ...node, name } : node));
			await client.call('PATCH', `/rest/workflows/${confirming.id}`, {
				nodes: renamed,
				connections: { [name]: connections.Paid },
				versionId: (await client.getWorkflow(confirming.id)).versionId,
			});
			await client.activateWorkflow(confirming.id);
			await until(async () => (await send(confirming, {})).status === 401);
			expect(await started(told)).toBe(0);
		}
	});

	it('knows after a restart what it has handled', async () => {
		await create('AGAIN');
		await gateway.pay('AGAIN');
		const told = async () => expect(await send(confirming, notification('AGAIN'))).toMatchObject({ status: 200, data: { received: true } });
		expect(await started(told)).toBe(1);
		await environment.restart();
		await until(async () => (await send(confirming, {})).status === 401);
		expect(await started(told)).toBe(0);
	});
});
