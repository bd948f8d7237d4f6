import { judge, type Limits, type RowRun } from './judge.mts';
import type { Said } from './worker.mts';

const NONE: Limits = { twice: false, refused: false, end: false };

const says = (word: Said['says'], text = ''): Said => ({ says: word, text });

/** A run of a second that sent after 100 ms, unless it says otherwise. */
const run = (begun: number, said: Said | undefined, changes: Partial<RowRun> = {}): RowRun => ({
	said,
	begun,
	ended: begun + 1000,
	sentAt: [begun + 100],
	hasFailed: false,
	...changes,
});

const LATER = 10_000;
const last = (said: Said, changes: Partial<RowRun> = {}) => run(LATER, said, { sentAt: [], isLast: true, ...changes });

describe('the judge of the matrix', () => {
	test.each<[kind: string, runs: RowRun[], booked: number[], short: string[]]>([
		['paid once and said so', [run(0, says('done')), last(says('done'))], [200], []],
		['unknown, and paid after all', [run(0, says('unknown')), last(says('done'))], [1500], []],
		['refused, and paid by a later run', [run(0, says('refused')), last(says('done'), { sentAt: [LATER + 100] })], [LATER + 200], []],
		['refused for good', [run(0, says('refused', 'This run has paid nothing.')), last(says('refused'))], [], []],
		['paid in the last run, at a gateway that shows it later', [run(0, says('unknown')), last(says('unknown'), { sentAt: [LATER + 100] })], [LATER + 200], []],
		['paid twice', [run(0, says('done')), run(2000, says('done')), last(says('done'))], [200, 2200], ['twice']],
		['said paid, never paid', [run(0, says('done')), last(says('refused'))], [], ['false paid']],
		['said paid before it was', [run(0, says('done')), last(says('done'))], [1500], ['false paid']],
		['refused though it was paid', [run(0, says('refused')), last(says('done'))], [200], ['false refused']],
		['refused though it will be paid', [run(0, says('refused')), last(says('done'))], [5000], ['false refused']],
		['refused by a run that sent nothing, after one that paid', [run(0, says('unknown')), run(2000, says('refused'), { sentAt: [] }), last(says('done'))], [200], ['false refused']],
		['"nothing was sent" by the run that paid', [run(0, says('unknown', 'The gateway is busy. Nothing was sent.')), last(says('done'))], [200], ['false words']],
		['"not asked" by the run that paid', [run(0, says('unknown', 'KESS was not asked, because it is busy')), last(says('done'))], [200], ['false words']],
		['"this run has paid nothing" by one that has not', [run(0, says('unknown')), run(2000, says('unknown', 'This run has paid nothing.'), { sentAt: [] }), last(says('done'))], [200], []],
		['still unknown in the end', [run(0, says('unknown')), last(says('unknown'))], [], ['never ends']],
		['still waiting in the end', [run(0, says('pending')), last(says('pending'))], [200], ['never ends']],
		['no item', [run(0, undefined), last(says('done'))], [200], ['lost row']],
		['still unknown, where one was killed while it asked its memory, and says so', [run(0, undefined, { wasKilled: true }), last(says('unknown', 'Ask KESS: n8n was stopped while it read what it remembers of it.'))], [200], []],
		['the same, where nobody was killed', [run(0, says('done')), last(says('unknown', 'Ask KESS: n8n was stopped while it read what it remembers of it.'))], [200], ['never ends']],
		['not reached by a run that has failed', [run(0, undefined, { hasFailed: true, sentAt: [] }), last(says('done'), { sentAt: [LATER + 100] })], [LATER + 200], []],
		['paid by a run that has failed and does not name it', [run(0, undefined, { hasFailed: true }), last(says('done'))], [200], ['lost row']],
		['paid by a process that was killed before it could say so', [run(0, undefined, { wasKilled: true }), last(says('done'))], [200], []],
	])('%s', (_kind, runs, booked, short) => {
		expect(judge(runs, booked, NONE)).toEqual(short);
	});

	test('a step that prepares says nothing of payments, unless its own workflow had asked for one before', () => {
		const prepares = (begun: number) => run(begun, { ...says('refused', 'Nothing was prepared by this run.'), prepares: true }, { sentAt: [] });
		expect(judge([prepares(0), run(50, says('done')), last(says('done'))], [200], NONE)).toEqual([]);
		expect(judge([run(0, says('unknown')), prepares(2000), last(says('done'))], [200], NONE)).toEqual(['false refused']);
	});

	test('of two runs at the same time, one that sent nothing may have refused before the other one paid', () => {
		const beside = (begun: number, sentAt: number[]) => run(begun, says('refused'), { isBeside: true, sentAt });
		expect(judge([beside(0, []), run(0, says('done')), last(says('done'))], [200], NONE)).toEqual([]);
		expect(judge([beside(0, [100]), run(0, says('done'), { sentAt: [] }), last(says('done'))], [200], NONE)).toEqual(['false refused']);
		expect(judge([run(0, says('unknown')), beside(2000, []), last(says('done'))], [200], NONE)).toEqual(['false refused']);
	});

	test('what no client can tell is no shortfall, and everything else still is', () => {
		expect(judge([run(0, says('refused')), last(says('done'))], [200, 300], { ...NONE, twice: true, refused: true })).toEqual([]);
		expect(judge([run(0, says('refused')), last(says('unknown'))], [200, 300], { ...NONE, end: true })).toEqual(['twice', 'false refused']);
	});
});
