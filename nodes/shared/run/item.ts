import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { asKessError, InvalidValueError, type KessError } from '../../../kess/errors';
import { isBlank, type Say } from '../../../kess/written/text';
import { explainInvalid } from './errors';
import type { RunHints } from './hints';
import type { ItemParameters } from './parameters';
import type { ItemEnd } from './runItems';
import type { Asked, OwnNumber, RunNumbers, Turn } from './runNumbers';

/** One item on its way through an operation: its parameters, read and checked. */
export class ItemCall {
	/** What the item is about, for messages: `order INV-7`. Set by the operation as soon as it knows. */
	reference: string | undefined;

	/** Why nothing may be sent for it. */
	notStarted: KessError | undefined;

	/** Set by an operation after whose item no further one may be started: why. */
	stopsRun: KessError | undefined;

	/** How it has ended: said by what moves money. */
	end: ItemEnd = 'done';

	/** What has been read. */
	private readonly asked: Asked = new Map();

	constructor(
		readonly context: IExecuteFunctions,
		readonly itemIndex: number,
		private readonly properties: INodeProperties[],
		private readonly parameters: ItemParameters,
		private readonly numbers: RunNumbers,
		private readonly turn: Turn,
		private readonly hints: RunHints,
		private readonly paysMoney: boolean,
		/** Takes out of a text what must not leave the node. */
		private readonly clean: (text: string) => string,
	) {}

	/**
	 * Sees to it that nothing is sent for the item. What moves money then still says what an earlier run has done.
	 *
	 * @param problem why; without one nothing changes
	 * @throws the problem, where no money moves
	 */
	hold(problem: KessError | undefined): void {
		if (problem !== undefined && !this.paysMoney) throw problem;
		this.notStarted ??= problem;
	}

	/** Reads what every operation has. @throws what is wrong with it, where no money moves; otherwise nothing is sent for the item */
	orHeld<T>(read: () => T): T | undefined {
		try {
			return read();
		} catch (error) {
			this.hold(asKessError(error));
			return undefined;
		}
	}

	/** A parameter, checked. @throws KessError that names the parameter as the panel shows it */
	read<T>(name: string, check: Check<T>): T {
		const value = this.parameters.get(name, this.itemIndex, '');
		return this.checked(findProperty(this.properties, name), name, value, check);
	}

	/** The fields of a collection that the user has filled, checked one by one. */
	collection(name: string): CollectionReader {
		const fields = this.parameters.get(name, this.itemIndex, {}) as IDataObject;
		const options = findProperty(this.properties, name)?.options as INodeProperties[] | undefined;
		const isFilled = (field: string) =>
			fields[field] !== undefined && fields[field] !== null && fields[field] !== '';
		const isAdded = (field: string) => Object.hasOwn(fields, field);
		const read = <T>(field: string, isThere: boolean, check: Check<T>): T | undefined =>
			this.checked(
				findProperty(options ?? [], field),
				`${name}.${field}`,
				fields[field],
				isThere ? check : () => undefined,
			);
		return {
			read: (field, check) => read(field, isFilled(field), check),
			readAdded: (field, check) => read(field, isAdded(field), check),
			readGuard: (field, check) => read(field, isAdded(field), guarding(check)),
		};
	}

	/**
	 * Does what the item asks for, once in this execution. Everything that tells it from another item has to be read before.
	 *
	 * @returns the item's output, or that of an earlier item that asks for the very same
	 * @throws KessError before anything is sent, when an earlier item uses the number for something else
	 */
	async once(own: OwnNumber, work: () => Promise<IDataObject>): Promise<IDataObject> {
		const did = async () => ({ output: await work(), end: this.end });
		const { output, end } = await this.numbers.once(
			{ itemIndex: this.itemIndex, turn: this.turn, asked: this.asked },
			own,
			did,
			(message) => this.advise(message),
		);
		this.end = end;
		return output;
	}

	/** Tells the user something that is no failure, beside the output. */
	advise(message: string | undefined): void {
		if (message !== undefined) this.hints.add(this.clean(message), this.itemIndex);
	}

	private checked<T>(
		property: INodeProperties | undefined,
		path: string,
		value: unknown,
		check: Check<T>,
	): T {
		const name = property?.displayName ?? path;
		try {
			const checked = check(value, (note) => this.advise(`${name} ${note}`));
			this.asked.set(name, { came: value, checked });
			return checked;
		} catch (error) {
			throw explainInvalid(error, `${name} (${path})`);
		}
	}
}

export interface CollectionReader {
	/** The field's checked value, or `undefined` when the user left it out. */
	read<T>(field: string, check: Check<T>): T | undefined;
	/** The same for a field whose emptiness in one row must not pass for its absence: the check sees an empty one too. */
	readAdded<T>(field: string, check: Check<T>): T | undefined;
	/** The same for a field with what is expected of the row: one that was added and is empty would check nothing, so it fails. */
	readGuard<T>(field: string, check: Check<T>): T | undefined;
}

/**
 * Returns the value to use.
 *
 * @param say takes a note on how it was read, as it continues the parameter's name
 * @throws InvalidValueError with what is wrong about it
 */
export type Check<T> = (value: unknown, say: Say) => T;

/** The check of a field that itself checks something. */
function guarding<T>(check: Check<T>): Check<T> {
	return (value, say) => {
		if (!isBlank(value)) return check(value, say);
		throw new InvalidValueError(
			'is empty in this row, and an empty one would check nothing',
			'Nothing was sent. Enter what is expected; if it comes from an expression, check that this row has the column. To check nothing on purpose, remove the field.',
		);
	};
}

function findProperty(properties: INodeProperties[], name: string): INodeProperties | undefined {
	return properties.find((property) => property.name === name);
}
