import { createHash } from 'node:crypto';

import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import { daysBefore } from '../../../kess/written/day';

/** Of a hash: with a hundred thousand orders two of them are the same once in a hundred million times. */
const MARK_LENGTH = 10;

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
	/** Marks of orders, one behind the other, by the day on which they were noted. */
	noted: { [day: string]: string };
}

/** A short text that stands for others, of equal length for all. */
export function markOf(...texts: string[]): string {
	return createHash('sha256').update(JSON.stringify(texts)).digest('base64url').slice(0, MARK_LENGTH);
}

/** Which orders have been noted with which status: so little of each that a month of them can be kept. */
export class Notes {
	private readonly marks = new Set<string>();
	private added = '';

	constructor(private readonly noted: Memory['noted'] = {}) {
		for (const day of Object.values(noted)) {
			for (let start = 0; start < day.length; start += MARK_LENGTH) this.marks.add(day.slice(start, start + MARK_LENGTH));
		}
	}

	has(outTradeNo: string, status: string): boolean {
		return this.marks.has(markOf(outTradeNo, status));
	}

	add(outTradeNo: string, status: string): void {
		const mark = markOf(outTradeNo, status);
		if (this.marks.has(mark)) return;
		this.marks.add(mark);
		this.added += mark;
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
		return Object.fromEntries(Object.entries(all).filter(([day, marks]) => day >= first && marks !== ''));
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
		typeof at === 'number' && typeof account === 'string' && Array.isArray(statuses) && typeof from === 'string' && typeof noted === 'object';
	return isWhole ? { at, account, statuses: [...statuses], from, noted: { ...noted } } : undefined;
}
