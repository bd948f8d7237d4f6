import { DurableStore } from '../sandbox/host/durableStore.mts';
import { KessSandbox } from './support/kessSandbox.mts';
import { type Cell, falseWords, runCell, type Verdict, verdicts } from './support/partnerCells.mts';
import { delayed, PARTNER_FAULTS, STEPS } from './support/partnerFaults.mts';

/**
 * Pays at least ten thousand transfers through KESS Partner in n8n's engine while the gateway misbehaves at random, and
 * compares what the node says of each row with the gateway's ledger.
 *
 *   npm run soak              10,000 transfers, seed 20261121
 *   npm run soak -- 500 7     500 transfers, seed 7
 */

const ROWS_EACH = 10;
const SIDE_BY_SIDE = 60;
const LATE_MS = 1500;

const total = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? 20_261_121);

/** The same numbers for the same seed (mulberry32). */
function randomNumbers(state: number): () => number {
	let s = state;
	return () => {
		s = (s + 0x6d2b79f5) | 0;
		let t = Math.imul(s ^ (s >>> 15), 1 | s);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	};
}

const random = randomNumbers(seed);
const pick = <T,>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const sandbox = await KessSandbox.start({ fastRsa: true });
await new DurableStore().attach();
const credentials = sandbox.partnerCredential();
const counts = { transfers: 0, faults: 0, executions: 0, paid: 0, unknown: 0, notPaid: 0, doublePayments: 0, falsePaid: 0, falseRefused: 0 };
const started = Date.now();

for (const secondCreate of ['refuse', 'open'] as const) {
	await sandbox.reset();
	await sandbox.settings({ secondCreate });
	const executions: Array<() => Promise<Verdict[]>> = [];
	for (let first = 0; first < total / 2; first += ROWS_EACH) {
		const items = Array.from({ length: ROWS_EACH }, (_, row) => ({ no: `${secondCreate}-${first + row}`, amount: `${1 + Math.floor(random() * 90_000) / 100}` }));
		const struck = items.filter(() => random() < 0.35).map(({ no }) => ({ no, fault: pick(PARTNER_FAULTS), service: pick(STEPS), times: pick([1, 1, 2, 3, 30]) }));
		const rerun = random() < 0.3;
		const twice = random() < 0.2;
		const settings = pick([{}, { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 }]);
		counts.transfers += items.length;
		counts.faults += struck.length;
		executions.push(async () => {
			for (const { no, fault, service, times } of struck) {
				await sandbox.fault(fault, { service, times, outTradeNo: [no], ...delayed(fault, LATE_MS) });
			}
			const run = async () => {
				counts.executions += 1;
				const cell: Cell = { items, timeout: 1000, settings: { ...settings, onError: 'continueRegularOutput' } };
				return verdicts(await runCell(cell, structuredClone(credentials)), cell);
			};
			const said = (await Promise.all(twice ? [run(), run()] : [run()])).flat();
			return rerun ? [...said, ...(await run()).map((verdict) => ({ ...verdict, round: 1 }))] : said;
		});
	}
	const said: Verdict[] = [];
	await Promise.all(
		Array.from({ length: SIDE_BY_SIDE }, async () => {
			for (let execution = executions.shift(); execution; execution = executions.shift()) {
				said.push(...(await execution()));
				if (said.length % 500 < ROWS_EACH) console.log(`${secondCreate}: ${said.length} rows judged, ${Math.round((Date.now() - started) / 1000)} s`);
			}
		}),
	);
	await new Promise((resolve) => setTimeout(resolve, 2 * LATE_MS));
	const { entries, doublePayments } = await sandbox.ledger();
	const booked = new Set(entries.map((entry) => entry.out_trade_no));
	for (const { says } of said) counts[says === 'refused' ? 'notPaid' : says] += 1;
	const { falsePaid, falseRefused } = falseWords(said, booked);
	for (const { says, outTradeNo, message } of [...falsePaid, ...falseRefused]) console.log(`said ${says}, wrongly: ${outTradeNo}: ${message}`);
	counts.falsePaid += falsePaid.length;
	counts.falseRefused += falseRefused.length;
	counts.doublePayments += doublePayments.length;
}
await sandbox.stop();

console.table(counts);
console.log(`seed ${seed}, ${Math.round((Date.now() - started) / 1000)} s`);
process.exit(counts.doublePayments + counts.falsePaid + counts.falseRefused === 0 ? 0 : 1);
