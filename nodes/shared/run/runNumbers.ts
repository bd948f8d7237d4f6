import type { IDataObject } from 'n8n-workflow';

import { KessError } from '../../../kess/errors';
import { isPlainObject } from '../../../kess/jsonObject';
import type { ItemEnd } from './runItems';

/** A number of the user's own, by which KESS tells one thing from another. */
export interface OwnNumber {
	/** As it continues a sentence: "transfer number". Numbers of different kinds have nothing to do with each other. */
	kind: string;
	/** Whose number it is. No secret. */
	account: string;
	number: string;
	/** What is paid under it and to whom, where it moves money. */
	what?: string | undefined;
	/** The field that says of an item that an earlier one has brought it about. */
	mark?: 'already_existed' | 'already_confirmed';
}

/** What an item asks for: each field by its name in the panel, as it came and as it was checked. */
export type Asked = Map<string, { came: unknown; checked: unknown }>;

/** The place of an item in the order of the input. */
export interface Turn {
	/** Resolves once every earlier item has said which number it uses, or has ended. */
	comes: Promise<unknown>;
	/** Lets the next item have its turn. May be called again. */
	pass(): void;
}

/** What became of an item. */
interface Ended {
	output: IDataObject;
	end: ItemEnd;
}

/** The first item that uses a number. */
interface First {
	itemIndex: number;
	asked: Asked;
	what: string | undefined;
	result: Promise<Ended>;
}

/**
 * The numbers of one execution: each stands for one thing. The first item of the input that uses a number is the one that
 * does it, whichever rows run side by side. An item that repeats it gets the same result, and one that uses its number for
 * something else is an error. n8n calls `execute` anew to try a run again, so that this is no repetition.
 */
export class RunNumbers {
	private readonly firsts = new Map<string, First>();
	private last: Promise<unknown> = Promise.resolve();

	/** The turn of the next item; to be called in the order of the input. */
	nextTurn(): Turn {
		const comes = this.last;
		let pass = () => {};
		const passed = new Promise<void>((resolve) => {
			pass = resolve;
		});
		this.last = comes.then(async () => await passed);
		return { comes, pass };
	}

	/**
	 * Does what an item asks for, unless an earlier one has its number.
	 *
	 * @param advise is told when the item repeats another one
	 * @returns the output of the item, or that of the one that it repeats
	 * @throws KessError before anything is sent, when an earlier item uses the number for something else; whatever `work`
	 *   throws, and to its repetitions too
	 */
	async once(
		{ itemIndex, turn, asked }: { itemIndex: number; turn: Turn; asked: Asked },
		own: OwnNumber,
		work: () => Promise<Ended>,
		advise: (message: string) => void,
	): Promise<Ended> {
		await turn.comes;
		const key = JSON.stringify([own.kind, own.account, own.number]);
		const first = this.firsts.get(key);
		if (first === undefined) {
			const result = work();
			this.firsts.set(key, { itemIndex, asked: new Map(asked), what: own.what, result });
			turn.pass();
			return await result;
		}
		turn.pass();
		const differences = differencesOf(first.asked, asked);
		if (differences.length > 0) throw usedTwice(first, own, differences);
		advise(
			`This item repeats item ${first.itemIndex}: the same ${own.kind}, and all else the same. It is done once, and both have the result.`,
		);
		const { output, end } = await first.result;
		return {
			output:
				own.mark === undefined || end === 'unknown' ? output : { ...output, [own.mark]: true },
			end,
		};
	}
}

/** The names of the fields in which two items differ, however their values are written. */
function differencesOf(one: Asked, other: Asked): string[] {
	return [...new Set([...one.keys(), ...other.keys()])].filter((name) => {
		const [a, b] = [one.get(name), other.get(name)];
		// What is encrypted anew for each item is the same when it came as the same.
		return written(a?.checked) !== written(b?.checked) && written(a?.came) !== written(b?.came);
	});
}

/** The same text for values that are the same. */
function written(value: unknown): string {
	return JSON.stringify([value], (_, part: unknown) => {
		if (typeof part === 'bigint') return String(part);
		return isPlainObject(part)
			? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
			: part;
	});
}

/** An earlier item of the run uses the number for something else. */
export class UsedTwiceError extends KessError {
	override name = 'UsedTwiceError';

	constructor(
		message: string,
		hint: string,
		/** Whether the same is paid all the same, so that the earlier item says what became of it. */
		readonly isSamePayment: boolean,
	) {
		super(message, hint);
	}
}

function usedTwice(
	{ itemIndex, what: before }: First,
	{ kind, number, what }: OwnNumber,
	differences: string[],
): UsedTwiceError {
	const last = differences.pop();
	const names = [differences.join(', '), last].filter(Boolean).join(' and ');
	const end = /[-_/.:#]$/.exec(number);
	return new UsedTwiceError(
		`Item ${itemIndex} uses this ${kind} too, for another ${names}`,
		[
			`One ${kind} stands for one thing, so nothing was sent for this item.`,
			end !== null &&
				`The ${kind} ends in "${end[0]}": check that what should stand behind it is there.`,
			`Give this item its own ${kind}. If it is the same thing as item ${itemIndex}, make all of its fields the same.`,
		]
			.filter(Boolean)
			.join(' '),
		before === what,
	);
}
