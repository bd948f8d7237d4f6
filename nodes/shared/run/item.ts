import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { KessError } from '../../../kess/errors';
import { explainInvalid } from './errors';
import type { ItemParameters } from './parameters';

/** One item on its way through an operation: its parameters, read and checked. */
export class ItemCall {
	/** What the item is about, for messages: `order INV-7`. Set by the operation as soon as it knows. */
	reference: string | undefined;

	/** Set by an operation after whose item no further one may be started: why. */
	stopsRun: KessError | undefined;

	constructor(
		readonly context: IExecuteFunctions,
		readonly itemIndex: number,
		private readonly properties: INodeProperties[],
		private readonly parameters: ItemParameters,
		/** Takes out of a text what must not leave the node. */
		private readonly clean: (text: string) => string,
	) {}

	/**
	 * A parameter, checked.
	 *
	 * @param check returns the value to use; throws InvalidValueError with what is wrong about it
	 * @throws KessError that names the parameter as the panel shows it
	 */
	read<T>(name: string, check: (value: unknown) => T): T {
		const value = this.parameters.get(name, this.itemIndex, '');
		return this.checked(findProperty(this.properties, name), name, value, check);
	}

	/** The fields of a collection that the user has filled, checked one by one. */
	collection(name: string): CollectionReader {
		const fields = this.parameters.get(name, this.itemIndex, {}) as IDataObject;
		const options = findProperty(this.properties, name)?.options as INodeProperties[] | undefined;
		return {
			read: (field, check) => {
				const value = fields[field];
				if (value === undefined || value === null || value === '') return undefined;
				return this.checked(findProperty(options ?? [], field), `${name}.${field}`, value, check);
			},
			readAdded: (field, check) => {
				if (!Object.hasOwn(fields, field)) return undefined;
				return this.checked(findProperty(options ?? [], field), `${name}.${field}`, fields[field], check);
			},
		};
	}

	/** Tells the user something that is no failure. Older n8n cannot show it. */
	advise(message: string | undefined): void {
		if (message === undefined || typeof this.context.addExecutionHints !== 'function') return;
		this.context.addExecutionHints({ message: `${this.clean(message)} [item ${this.itemIndex}]`, location: 'outputPane' });
	}

	private checked<T>(
		property: INodeProperties | undefined,
		path: string,
		value: unknown,
		check: (value: unknown) => T,
	): T {
		try {
			return check(value);
		} catch (error) {
			throw explainInvalid(error, `${property?.displayName ?? path} (${path})`);
		}
	}
}

export interface CollectionReader {
	/** The field's checked value, or `undefined` when the user left it out. */
	read<T>(field: string, check: (value: unknown) => T): T | undefined;
	/** The same for a field whose emptiness in one row must not pass for its absence: the check sees an empty one too. */
	readAdded<T>(field: string, check: (value: unknown) => T): T | undefined;
}

function findProperty(properties: INodeProperties[], name: string): INodeProperties | undefined {
	return properties.find((property) => property.name === name);
}
