import { createHash } from 'node:crypto';

import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import { daysBefore } from '../../../kess/written/day';

/** Of a hash: with a hundred thousand orders two of them are the same once in a hundred million times. */
const ORDER_LENGTH = 10;

/** Of a hash that has to differ only from those of the same order and status. */
const DETAILS_LENGTH = 4;

/** Where it lies in n8n's static data. */
const NAME = 'orders';

/** What a look leaves for the next one. */
export interface Memory {
	/** When it was written, in milliseconds since 1970. */
	at: number;
	/** Whose orders they are. */
	account: string;
	/** The choices of Trigger On. */
	statuses: string[];
	/** The first day of which everything is noted. */
	from: string;
	/** Marks of events, one behind the other, by the day on which they were noted. */
	noted: { [day: string]: string };
}

/** A short text that stands for others, of equal length for all. */
export function markOf(...texts: string[]): string {
	return createHash('sha256')
		.update(JSON.stringify(texts))
		.digest('base64url')
		.slice(0, ORDER_LENGTH);
}

/** The marks of an event's key, or of its beginning: its status and order, and the details that tell it from others of these. */
function marksOf(key: string): { order: string; details: string } {
	const [status = '', number = '', ...details] = JSON.parse(key.replace(/,?\]?$/, ']')) as string[];
	return {
		order: markOf(status, number),
		details: markOf(...details.filter((text) => text !== '')).slice(0, DETAILS_LENGTH),
	};
}

const NO_DETAILS = markOf().slice(0, DETAILS_LENGTH);

/** Which events have been noted: so little of each that a month of them can be kept. */
export class Notes {
	/** Marks of details, by the mark of status and order. */
	private readonly marks = new Map<string, Set<string>>();
	private added = '';

	constructor(private readonly noted: Memory['noted'] = {}) {
		for (const day of Object.values(noted)) {
			for (const [, order = '', details = ''] of day.matchAll(/(.{10})(.{4})/g))
				this.mark(order, details);
		}
	}

	/** Whether an event has been noted, or one from which it cannot be told, because one of the two lacks the details. */
	has(key: string): boolean {
		const { order, details } = marksOf(key);
		const known = this.marks.get(order);
		return (
			known !== undefined && (known.has(details) || known.has(NO_DETAILS) || details === NO_DETAILS)
		);
	}

	/** Whether an event of the same status and order has been noted. @param beginning of its key */
	hasSome(beginning: string): boolean {
		return this.marks.has(marksOf(beginning).order);
	}

	add(key: string): void {
		const { order, details } = marksOf(key);
		if (this.mark(order, details)) this.added += order + details;
	}

	/** @returns whether it is new */
	private mark(order: string, details: string): boolean {
		const known = this.marks.get(order) ?? new Set();
		this.marks.set(order, known);
		return known.size < known.add(details).size;
	}

	/**
	 * All that has to be kept. An order is noted on the day from which it is listed or later, so what was noted before the
	 * first day is listed no more. A day may begin elsewhere at KESS, hence one more.
	 *
	 * @param from the first day of the next look
	 */
	kept(today: string, from: string): Memory['noted'] {
		const all = { ...this.noted, [today]: (this.noted[today] ?? '') + this.added };
		const first = daysBefore(from, 1);
		return Object.fromEntries(
			Object.entries(all).filter(([day, marks]) => day >= first && marks !== ''),
		);
	}
}

/** What the last look has left; `undefined` when there was none. */
export function recall(context: IPollFunctions): Memory | undefined {
	const { id } = context.getNode();
	const own = asMemory(context.getWorkflowStaticData('node')[NAME]);
	const copy = asMemory(copies(context)[id]);
	return (copy?.at ?? 0) > (own?.at ?? 0) ? copy : own;
}

/**
 * Keeps it for the next look. n8n stores it together with what starts the workflow, under the name of the node; so there
 * is a copy under its id, by which a node that has been renamed finds it again.
 */
export function keep(context: IPollFunctions, memory: Memory): void {
	const { id } = context.getNode();
	context.getWorkflowStaticData('node')[NAME] = { ...memory };
	context.getWorkflowStaticData('global')[NAME] = { ...copies(context), [id]: { ...memory } };
}

function copies(context: IPollFunctions): IDataObject {
	return (context.getWorkflowStaticData('global')[NAME] ?? {}) as IDataObject;
}

/** Static data can be changed by anybody who can write a Code node. */
function asMemory(value: unknown): Memory | undefined {
	const { at, account, statuses, from, noted } = (value ?? {}) as Partial<Memory>;
	const isWhole =
		typeof at === 'number' &&
		typeof account === 'string' &&
		Array.isArray(statuses) &&
		typeof from === 'string' &&
		typeof noted === 'object';
	return isWhole ? { at, account, statuses: [...statuses], from, noted: { ...noted } } : undefined;
}
