import { createHash } from 'node:crypto';

import type { INode } from 'n8n-workflow';

import { type FaultName, type FaultOptions, FAULTS, faultsThat } from '../../sandbox/faults.mts';
import { variantsOf } from '../support/partnerFaults.mts';
import type { MoneyOperation } from './operations.mts';
import { LAG_MS, LATE_MS } from './times.mts';

/** One execution of a cell's rows. */
export interface Round {
	settings: Partial<INode>;
	/** In which worker process; each of them has the nodes with a memory of their own. */
	worker: 0 | 1;
	/** What happens before it: nothing, the lag passes, or so much time that nothing sent before can be carried out. */
	after?: 'lag' | 'end';
	/** It begins together with the one before. */
	meanwhile?: true;
}

const RETRY: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
const CONTINUE: Partial<INode> = { onError: 'continueRegularOutput' };

/** The ways to run a list: once, again, or twice at the same time. */
export const WAYS: Readonly<Record<string, Round[]>> = {
	'no retry': [{ settings: {}, worker: 0 }],
	'Retry On Fail': [{ settings: RETRY, worker: 0 }],
	'Continue and Retry On Fail': [{ settings: { ...RETRY, ...CONTINUE }, worker: 0 }],
	'again at once': [{ settings: CONTINUE, worker: 0 }, { settings: RETRY, worker: 0 }],
	'again after the lag': [{ settings: CONTINUE, worker: 0 }, { settings: {}, worker: 0, after: 'lag' }],
	'again after a restart': [{ settings: CONTINUE, worker: 0 }, { settings: {}, worker: 1 }],
	'again after the end': [{ settings: CONTINUE, worker: 0 }, { settings: CONTINUE, worker: 0, after: 'end' }],
	'two executions at once': [{ settings: CONTINUE, worker: 0 }, { settings: {}, worker: 0, meanwhile: true }],
	'two workers at once': [{ settings: CONTINUE, worker: 0 }, { settings: CONTINUE, worker: 1, meanwhile: true }],
};

/** One fault that is planned for the struck row. */
interface Strike {
	fault: FaultName;
	service: string;
	times: number;
	options: FaultOptions;
}

export interface MatrixCell {
	name: string;
	index: number;
	way: keyof typeof WAYS;
	/** Of the operation's worlds. */
	world: number;
	strikes: Strike[];
	/** The fault, where it strikes the request that moves money. */
	atPay: FaultName | undefined;
	/** How the fault strikes. */
	options: FaultOptions;
	/** A list in which only the second of three rows is struck, or the struck row alone. */
	hasNeighbours: boolean;
	/** In which worker the last run looks at it, when all is well again: it may know nothing but what n8n remembers. */
	lastWorker: 0 | 1 | 2;
}

/** Where a fault strikes. */
interface Step {
	name: string;
	service: string;
	kind: 'look-up' | 'create' | 'pay';
	/** What befalls the row before. */
	before: Strike[];
	/** Which of several ways to lose the answer comes before. */
	turn?: number;
}

const LOST = ['lost-after-booking', 'lost-before-booking', 'late-booking'] as const;

function stepsOf({ lookUp, looksBefore, looksAfter, create, pay }: MoneyOperation): Step[] {
	// A look-up that lags by nothing is an honest one: so the fault meets a later one.
	const looks = (service: string, times: number): Strike[] => (times === 0 ? [] : [{ fault: 'lagging', service, times, options: { delayMs: 0 } }]);
	const lookUps = Array.from({ length: looksBefore }, (_, index): Step => {
		return { name: `look-up ${index + 1} before`, service: lookUp, kind: 'look-up', before: looks(lookUp, index) };
	});
	const afterwards = LOST.map((fault, turn): Step => {
		const strike: Strike = { fault, service: pay, times: 1, options: fault === 'late-booking' ? { delayMs: LATE_MS } : {} };
		return { name: `look-up after ${fault}`, service: lookUp, kind: 'look-up', before: [...looks(lookUp, looksBefore), strike], turn };
	});
	return [
		...lookUps,
		...(create === undefined ? [] : [{ name: 'create', service: create, kind: 'create', before: [] } satisfies Step]),
		{ name: 'pay', service: pay, kind: 'pay', before: [] },
		...(looksAfter ? afterwards : []),
	];
}

/** Whether it makes any difference there. */
function matters(fault: FaultName, { kind }: Step, { charges }: MoneyOperation): boolean {
	const { books } = FAULTS[fault];
	switch (fault) {
		case 'lagging':
			return kind === 'look-up';
		case 'buyer-typing':
			return kind === 'pay' && charges;
		case 'not-final':
			return kind !== 'create';
		case 'late-booking':
		case 'delivered-twice':
			return kind !== 'look-up';
	}
	// A look-up books nothing, whatever becomes of its answer.
	return kind !== 'look-up' || books !== true || !fault.endsWith('-after') || fault === 'hang-after';
}

/** A status that says that money has gone back, where the fault is that of something done: nobody could tell from a signed lie. */
function isUntrue({ code }: FaultOptions, { kind, name }: Step): boolean {
	return code === 'PENDING_REFUNDED' && kind === 'look-up' && !name.includes('lost-after-booking');
}

/** Each code, status and shape, and what was asked for done or not where the name does not say which. */
function waysToStrike(fault: FaultName, gateway: 'webpay' | 'partner', kind: Step['kind']): FaultOptions[] {
	const { books, busy } = FAULTS[fault];
	const isOpen = books !== undefined && kind === 'pay' && !/-(before|after)(-booking)?$/.test(fault);
	const variants = variantsOf(fault, gateway);
	return [
		...variants,
		...(isOpen ? variants.map((variant) => ({ ...variant, booked: !books })) : []),
		...(busy ? [{ retryAfter: 3600, ...(kind === 'pay' && { booked: true }) }] : []),
	];
}

function optionsOf(fault: FaultName, variant: FaultOptions): FaultOptions {
	const { delays } = FAULTS[fault];
	return { ...variant, ...(fault === 'lagging' ? { delayMs: LAG_MS } : delays ? { delayMs: LATE_MS } : {}) };
}

/** How often a fault strikes: once, twice, or whatever is tried. */
const TIMES = [1, 2, 40];

/** How many ways of running a list each further variant of a fault meets; the first one meets all of them. */
const WAYS_OF_A_VARIANT = { pay: 2, create: 1, 'look-up': 1 };

/**
 * All cells of an operation: each fault at each step x each way to run; each of its variants at each step in some of the
 * ways. Worlds, how an answer was lost before it is looked up, how often the fault strikes and the length of the list go round, so that
 * each fault, step and way meets each of them.
 */
export function cellsOf(operation: MoneyOperation): MatrixCell[] {
	const ways = Object.keys(WAYS);
	const faults = faultsThat(({ strikes, only = operation.gateway }) => strikes !== 'notification' && only === operation.gateway);
	const cells: MatrixCell[] = [];
	for (const [stepIndex, step] of stepsOf(operation).entries()) {
		for (const [faultIndex, fault] of faults.entries()) {
			if (!matters(fault, step, operation)) continue;
			for (const [variantIndex, variant] of waysToStrike(fault, operation.gateway, step.kind).entries()) {
				if (isUntrue(variant, step)) continue;
				const some = Array.from({ length: WAYS_OF_A_VARIANT[step.kind] }, (_, n) => (variantIndex + (step.turn === undefined ? stepIndex : 0) + n * 4) % ways.length);
				for (const [wayIndex, way] of ways.entries()) {
					if (variantIndex > 0 && !some.includes(wayIndex)) continue;
					if (step.turn !== undefined && (faultIndex + wayIndex + variantIndex) % LOST.length !== step.turn) continue;
					const turn = faultIndex + stepIndex + wayIndex + variantIndex;
					const world = turn % operation.worlds.length;
					const times = TIMES[(faultIndex + 2 * stepIndex + wayIndex) % TIMES.length] as number;
					const options = optionsOf(fault, variant);
					const said = Object.entries(variant).map(([name, value]) => `${name} ${String(value)}`);
					cells.push({
						name: [operation.name, `world ${world}`, [fault, ...said].join(' '), `${times} x at ${step.name}`, way].join(' / '),
						index: cells.length,
						way,
						world,
						strikes: [...step.before, { fault, service: step.service, times, options }],
						options,
						atPay: step.kind === 'pay' ? fault : undefined,
						// Of two runs at the same time only the end is known, and no row's.
						hasNeighbours: turn % 4 === 0 && WAYS[way]?.[1]?.meanwhile === undefined,
						lastWorker: ((faultIndex + wayIndex) % 3) as 0 | 1 | 2,
					});
				}
			}
		}
	}
	return cells;
}

/** Whether a cell belongs to the fifth that runs each time: always the same ones, whatever is added. */
export function isInFifth({ name }: MatrixCell): boolean {
	return (createHash('sha256').update(name).digest()[0] as number) % 5 === 0;
}
