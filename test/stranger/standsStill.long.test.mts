import { AsyncLocalStorage } from 'node:async_hooks';

import { gateway, khqrPay, pause, payOut, quickPay, type Result, setUp, store } from './nodes.mts';

setUp();

/** A worker that stands still for a while at its n-th word with n8n's database: before it, after it, or between reading and writing. */
const who = new AsyncLocalStorage<{ at: number; how: 'before' | 'after' | 'between'; ms: number; count: number; ops: string[] }>();
const METHODS = ['checkProcessedAndRecord', 'removeProcessed', 'clearAllProcessedItems', 'getProcessedDataCount'] as const;

beforeAll(() => {
	for (const method of METHODS) {
		const original = (store as any)[method].bind(store);
		(store as any)[method] = async (...args: any[]) => {
			const own = who.getStore();
			if (own === undefined) return await original(...args);
			const nth = ++own.count;
			own.ops.push(`${method}(${Array.isArray(args[0]) ? args[0].length : ''})`);
			if (nth !== own.at) return await original(...args);
			if (own.how === 'before') await pause(own.ms);
			if (own.how === 'between' && (method === 'checkProcessedAndRecord' || method === 'removeProcessed')) {
				// What it has read is old when it writes.
				const context = args[2];
				const scope = args[1];
				const key = `${context.workflow.id ?? ''}|${scope === 'node' ? `n:${context.node?.id ?? ''}` : ''}`;
				const known: string[] | undefined = (store as any).rows[key] && [...(store as any).rows[key]];
				await pause(own.ms);
				if (method === 'removeProcessed') {
					const gone = new Set(args[0].map(String));
					if (known !== undefined && (store as any).rows[key] !== undefined) (store as any).rows[key] = known.filter((text: string) => !gone.has(text));
					return;
				}
				const texts = args[0].map(String);
				if (known === undefined) {
					if ((store as any).rows[key] !== undefined) throw new Error('UNIQUE constraint failed');
					(store as any).rows[key] = texts;
					return { new: texts, processed: [] };
				}
				const seen = new Set(known);
				const result = { new: texts.filter((text: string) => !seen.has(text)), processed: texts.filter((text: string) => seen.has(text)) };
				if ((store as any).rows[key] !== undefined) (store as any).rows[key] = [...known, ...result.new];
				return result;
			}
			const result = await original(...args);
			if (own.how === 'after') await pause(own.ms);
			return result;
		};
	}
});

const OPS: Array<[string, (number: string, workflowId: string, worker: number) => Promise<Result>]> = [
	['Pay Out', async (number, workflowId, worker) => await payOut({ outTradeNo: number, partnerTransactionId: number }, { workflowId, worker })],
	['Quick Pay', async (number, workflowId, worker) => await quickPay({ outTradeNo: number }, { workflowId, worker })],
	['KHQR Pay', async (number, workflowId, worker) => await khqrPay({ outTradeNo: number }, { workflowId, worker })],
];
/** Longer than another worker waits until it breaks a lock. */
const STANDS_MS = 11_500;
/** As many words as there are to the database before the payment has ended. */
const WORDS = 14;

test('the number is paid once at most, and nobody is told otherwise', async () => {
	gateway.lagMs = 60_000;
	const cases = OPS.flatMap(([name, go]) =>
		(['before', 'after', 'between'] as const).flatMap((how) => Array.from({ length: WORDS }, (_, index) => ({ name, go, how, at: index + 1 }))),
	);
	const bad: string[] = [];
	await Promise.all(
		cases.map(async ({ name, go, how, at }) => {
			const id = `${name}-${how}-${at}`.replaceAll(' ', '');
			const own = { how, at, ms: STANDS_MS, count: 0, ops: [] as string[] };
			const slow = who.run(own, async () => await go(id, `wf-${id}`, 0));
			await pause(300);
			const other = await go(id, `wf-${id}`, 1);
			const said = [await slow, other];
			const times = gateway.paid(id).length;
			if (times > 1 || (times === 1 && said.some(({ says }) => says[0] === 'REFUSED'))) {
				bad.push(`${id} at ${own.ops[at - 1]}: paid ${times} times, said ${said.map(({ says, text }) => `${says[0]} ${text.slice(0, 200)}`).join(' / ')}`);
			}
			if (times === 0 && said.some(({ says }) => says[0] !== 'unknown')) bad.push(`${id} at ${own.ops[at - 1]}: not paid, said ${said.map(({ says }) => says[0]).join()}`);
		}),
	);
	expect(bad).toEqual([]);
}, 200_000);
