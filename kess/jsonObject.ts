import { InvalidValueError } from './errors';
import { LIMITS } from './limits';

/** Anything JSON can carry. */
export type Json = string | number | boolean | null | Json[] | JsonObject;

/** A JSON object; a field that is `undefined` is not sent. */
export interface JsonObject {
	[field: string]: Json | undefined;
}

/** A text or number of an answer as trimmed text; empty for anything else, so that a list never passes for what is in it. */
export function textOf(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

/**
 * A JSON object, given as one or as its text.
 *
 * @throws InvalidValueError when the text is not JSON of an object, or the value is a list, a form, a stream or anything else
 */
export function requireJsonObject(value: unknown): JsonObject {
	const parsed = jsonOf(value);
	if (isDeeperThan(parsed, LIMITS.depth)) {
		throw new InvalidValueError(
			`has objects and lists nested more than ${LIMITS.depth} deep`,
			'Send only the fields that the service takes.',
		);
	}
	if (isPlainObject(parsed)) return parsed;
	throw new InvalidValueError(
		'is not a JSON object',
		'Enter an object in braces with names and text in double quotes, for example { "out_trade_no": "INV-1001" }.',
	);
}

/** Whether a value is an object without a class of its own, whichever part of n8n has made it. */
export function isPlainObject(value: unknown): value is JsonObject {
	if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether objects and lists are inside each other more often than that. Goes no deeper than that itself. */
function isDeeperThan(value: unknown, depth: number): boolean {
	if (value === null || typeof value !== 'object') return false;
	return depth === 0 || Object.values(value).some((member) => isDeeperThan(member, depth - 1));
}

/** What is given as JSON or as its text; `undefined` for a text that is none, and an empty object for an empty one. */
export function jsonOf(value: unknown): unknown {
	if (typeof value !== 'string') return value;
	if (value.trim() === '') return {};
	try {
		return JSON.parse(value);
	} catch {
		return undefined;
	}
}
