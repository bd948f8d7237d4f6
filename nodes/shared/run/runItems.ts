import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type NodeApiError,
	type NodeOperationError,
	sleep,
} from 'n8n-workflow';

import { KessError } from '../../../kess/errors';
import { failedItem, isTool, losesErrors } from './agents';

/** How the items of a run are spread (the panel's Batching option). */
export interface Batching {
	/** How many items are under way at the same time. */
	batchSize: number;
	/** Milliseconds to wait before the next batch begins; 0 starts the next item as soon as one is done. */
	batchInterval: number;
}

/** How an item that was not refused has ended: `pending` is what KESS has taken on and not done yet, `unknown` what nobody can tell. */
export type ItemEnd = 'done' | 'pending' | 'unknown';

/** What is done with an item, by its index. */
export interface ItemWork {
	/** What an item is about, where it is known: `order INV-7`. */
	nameOf(itemIndex: number): string | undefined;
	/** Does ahead of time what the item can do without the gateway; called while earlier items wait for an answer. */
	prepare(itemIndex: number): void;
	/**
	 * The operation on one item, with its output linked to it, how it ended, and why no further item may be started, if so.
	 *
	 * @param notStarted what keeps it from sending anything
	 */
	run(
		itemIndex: number,
		notStarted: KessError | undefined,
	): Promise<{ output: INodeExecutionData[]; end: ItemEnd; stopsRun: KessError | undefined }>;
	/** Puts what `run` threw into words for the user. */
	shapeError(error: unknown, itemIndex: number): NodeApiError | NodeOperationError;
}

/** The items that one input item turned into, or the error it ended with. */
type Outcome =
	| { output: INodeExecutionData[]; end: ItemEnd }
	| { failure: NodeApiError | NodeOperationError };

/**
 * Runs every item, some at the same time, and gives the output in the order of the input, with those that failed at the end
 * where they have an output of their own.
 *
 * With Continue On Fail a failed item leaves with its error on the `error` property. Not as `json.error`: n8n takes
 * that on the first item as a failure of the whole run and, with Retry On Fail, runs every item again; see `forErrorBranch`
 * for the one way in which that may be. To an agent that would not learn of an error every item leaves so, as `failedItem`
 * makes it.
 * After an item that stops the run the ones not yet started send nothing; it leaves as what it is.
 * Without it no further item is started, those under way are finished, and the error says which items were done.
 */
export async function runItems(
	context: IExecuteFunctions,
	itemCount: number,
	{ batchSize, batchInterval }: Batching,
	work: ItemWork,
): Promise<INodeExecutionData[]> {
	const outcomes = new Array<Outcome | undefined>(itemCount);
	const continues = context.continueOnFail() || losesErrors(context);
	let next = 0;
	let stopped = false;
	let stoppedBy: { itemIndex: number; because: string } | undefined;

	const runNext = async () => {
		const itemIndex = next++;
		try {
			const { output, end, stopsRun } = await work.run(
				itemIndex,
				stoppedBy && notStarted(stoppedBy.because),
			);
			outcomes[itemIndex] = { output, end };
			if (stopsRun === undefined) return;
			const failure = work.shapeError(stopsRun, itemIndex);
			stoppedBy ??= { itemIndex, because: failure.message };
			if (!continues) throw stopsRun;
		} catch (error) {
			outcomes[itemIndex] = { failure: work.shapeError(error, itemIndex) };
			stopped ||= !continues;
		}
	};
	const mayStart = () => next < itemCount && !stopped;

	if (batchInterval > 0) {
		while (mayStart()) {
			if (next > 0) await sleep(batchInterval);
			await Promise.all(Array.from({ length: Math.min(batchSize, itemCount - next) }, runNext));
		}
	} else {
		let prepared = 0;
		let preparing = false;
		const prepareAhead = async () => {
			if (preparing) return;
			preparing = true;
			for (;;) {
				// One at a time, so that answers which arrive meanwhile are not kept waiting.
				await sleep(0);
				prepared = Math.max(prepared, next);
				if (stopped || prepared >= Math.min(next + batchSize, itemCount)) break;
				work.prepare(prepared++);
			}
			preparing = false;
		};
		const lane = async () => {
			while (mayStart()) {
				const done = runNext();
				void prepareAhead();
				await done;
			}
		};
		await Promise.all(Array.from({ length: Math.min(batchSize, itemCount) }, lane));
	}

	if (stopped)
		throw firstFailure(outcomes, stoppedBy?.itemIndex, (itemIndex) => work.nameOf(itemIndex));
	if (context.getNode().onError === 'continueErrorOutput' && !isTool(context))
		return forErrorBranch(outcomes);
	return outcomes.flatMap((outcome, item) => {
		if (outcome === undefined) return [];
		return 'output' in outcome ? outcome.output : [failedItem(context, outcome.failure, item)];
	});
}

/**
 * For the error output n8n puts the columns of its row to an item that has nothing but `json.error`, and to no other. As the
 * first item of all that would be a failure of the run, which Retry On Fail repeats: so the items that are done come first.
 */
function forErrorBranch(outcomes: Array<Outcome | undefined>): INodeExecutionData[] {
	const done = outcomes.flatMap((outcome) =>
		outcome !== undefined && 'output' in outcome ? outcome.output : [],
	);
	const failed = outcomes.flatMap((outcome, item) =>
		outcome !== undefined && 'failure' in outcome
			? [{ json: { error: outcome.failure.message }, pairedItem: { item } }]
			: [],
	);
	return [...done, ...failed];
}

/** With Continue On Fail the items after one that stops the run leave too, so that none of them is lost. */
function notStarted(because: string): KessError {
	return new KessError(
		'Not started, because an earlier item has stopped the run',
		`The run was stopped by: ${because}. This run has sent nothing for this item.`,
	);
}

/**
 * The error of a run that stops: the first one, or the one that made it stop. Says what became of the other items,
 * because n8n keeps nothing of them.
 */
function firstFailure(
	outcomes: Array<Outcome | undefined>,
	stoppedBy: number | undefined,
	nameOf: ItemWork['nameOf'],
): NodeApiError | NodeOperationError {
	const ended: Record<ItemEnd, number[]> = { done: [], pending: [], unknown: [] };
	const failed: number[] = [];
	outcomes.forEach((outcome, itemIndex) => {
		if (outcome === undefined) return;
		if ('failure' in outcome) failed.push(itemIndex);
		else ended[outcome.end].push(itemIndex);
	});
	const named = (items: number[]) =>
		items.map((itemIndex) => `${nameOf(itemIndex) ?? ''} [item ${itemIndex}]`.trim()).join(', ');
	const shown = stoppedBy ?? (failed[0] as number);
	const { failure } = outcomes[shown] as { failure: NodeApiError | NodeOperationError };
	const others = failed.filter((itemIndex) => itemIndex !== shown);
	failure.description = [
		failure.description,
		ended.done.length > 0 && `Already done in this run: ${itemRanges(ended.done)}.`,
		ended.pending.length > 0 && `Taken on by KESS, and not done yet: ${named(ended.pending)}.`,
		ended.unknown.length > 0 && `Not known whether done: ${named(ended.unknown)}.`,
		others.length > 0 && `Also failed: ${itemRanges(others)}.`,
	]
		.filter(Boolean)
		.join(' ');
	return failure;
}

/** `[0, 1, 2, 5]` as `items 0 to 2, 5`. */
function itemRanges(indexes: number[]): string {
	const ranges: Array<[number, number]> = [];
	for (const index of indexes) {
		const last = ranges.at(-1);
		if (last && last[1] === index - 1) last[1] = index;
		else ranges.push([index, index]);
	}
	return `items ${ranges.map(([from, to]) => (from === to ? from : `${from} to ${to}`)).join(', ')}`;
}
