import { type Json, textOf } from '../jsonObject';
import { LIMITS } from '../limits';

/** What stands in the place of a secret. */
const MASK = '***';

/** A shorter secret is masked in the words of a gateway only. */
const SHORTEST_IN_DATA = 8;

/** The same for one that is all digits. */
const SHORTEST_NUMBER_IN_DATA = 12;

/** Up to here a secret counts only where it stands by itself, and not within a longer number or name. */
const LONGEST_ALONE = 12;

/** What is shorter still is no secret. */
const SHORTEST = 4;

/** The same for a user name, which may be a word of the language. */
const SHORTEST_NAME = 8;

/** Of a long secret so many characters are enough: an answer may hold a part of it. */
const TELLING = 24;

/** Characters by which the beginning of a secret is found; every secret in data has as many. */
const NEEDLE = 8;

/** Characters of a value that stands in a sentence of ours: a reference has 64. */
const LONGEST_VALUE = 64;

/** So many characters of a text are looked at, of which only LIMITS.quoteLength are shown. */
const LOOKED_AT = 10_000;

/** Control characters, and those that turn the direction of writing or break a line. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** What stands in the header of a login, whole or cut off. */
const LOGIN = /\b(Basic|Bearer) [^\s"',]{4,}/gi;

/** Codes of the gateways (docs/gateway.md §6, docs/gateway.md §13). */
const CODE = /^[A-Z0-9_-]{1,40}$/;

/** The values of a credential that must not come back to a person or an item. */
export interface CredentialValues {
	/** Passwords, keys, tokens. */
	secrets: readonly string[];
	/** User names and IDs: no secrets, but nothing that belongs into the words of a gateway. */
	names: readonly string[];
}

/** What an answer that has been read may have of the gateway's own words. */
export interface ReadAnswer {
	kind: string;
	code?: string;
	reason?: string;
	/** Whether the gateway says it, and not something on the way. */
	isOwnWords?: boolean;
}

/**
 * Text from outside on its way to a person or an item: the one place through which everything goes that leaves a node. A
 * gateway or a proxy that repeats the request in its answer would otherwise put a password into an error, a log or an
 * execution. What is decided is decided on what the gateway has said: data stays as it is until it leaves, and a code that
 * cannot be shown becomes one that no gateway has.
 */
export class Redaction {
	/** For the words of a gateway, of which nobody needs any. */
	private readonly inWords: Masks;
	/** For what a workflow goes on with: there a short secret would be found in amounts and order numbers. */
	private readonly inData: Masks;

	constructor({ secrets, names }: CredentialValues) {
		const words = [
			...secrets.filter(({ length }) => length >= SHORTEST),
			...names.filter(({ length }) => length >= SHORTEST_NAME),
		];
		this.inWords = new Masks(words, true);
		this.inData = new Masks(secrets.filter(isTellingInData), false);
	}

	/** The words of an answer as they may be shown. @param status the HTTP status */
	answer<Answer extends ReadAnswer>(answer: Answer, status: number): Answer {
		const { reason, code } = answer;
		return {
			...answer,
			...(reason !== undefined && { reason: this.words(reason) }),
			// A code of nobody's, so that nothing is decided by what stands for one that cannot be shown.
			...(code !== undefined && { code: this.code(code) ?? `HTTP_${status}` }),
		};
	}

	/** What a gateway says, as it may stand in a message: short, on one line, without the credential's values. */
	words(text: string): string {
		const whole = text.length <= LOOKED_AT;
		const clean = this.inWords
			.over(plainText(whole ? text : text.slice(0, LOOKED_AT)))
			.replace(LOGIN, `$1 ${MASK}`);
		return clean.length > LIMITS.quoteLength ? `${clean.slice(0, LIMITS.quoteLength)}…` : clean;
	}

	/** A message of ours without the credential's values. */
	message(text: string): string {
		return this.inData.over(text);
	}

	/** A code as it may stand in a message. @returns `undefined` for what is none */
	private code(text: string): string | undefined {
		return CODE.test(text) && this.inWords.over(text) === text ? text : undefined;
	}

	/** The same value with the credential's secrets masked in all of its texts, names of fields included. */
	data<Value extends Json | undefined>(value: Value): Value;
	data(value: Json | undefined): Json | undefined {
		if (typeof value === 'string') return this.inData.over(value);
		if (typeof value === 'number') {
			const text = String(value);
			return this.inData.over(text) === text ? value : MASK;
		}
		if (value === null || typeof value !== 'object') return value;
		if (Array.isArray(value)) return value.map((entry) => this.data(entry));
		return Object.fromEntries(
			Object.entries(value).map(([field, entry]) => [this.inData.over(field), this.data(entry)]),
		);
	}
}

function isTellingInData(secret: string): boolean {
	return secret.length >= (/^\d+$/.test(secret) ? SHORTEST_NUMBER_IN_DATA : SHORTEST_IN_DATA);
}

/** A value of an answer as it may stand in a sentence of ours. */
export function quoted(value: unknown): string {
	const text = plainText(textOf(value));
	return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text || 'nothing';
}

/** Text from outside on one line, without characters that nobody sees. */
function plainText(text: string): string {
	return text.replace(UNSEEN, ' ').trim();
}

/**
 * Some values in all their spellings. They are found by their first characters in one pass over a text: a regular
 * expression of them may be too large, shows them when it fails, and takes long for a token that somebody has chosen.
 */
class Masks {
	private readonly byNeedle = new Map<string, string[]>();
	/** The first character of each, because most places in a text are none of theirs. */
	private readonly starts = new Set<number>();
	private readonly short: string[] = [];

	/** @param anyCase whether capital letters make no difference, the beginning of a value is enough, and short ones count */
	constructor(
		values: string[],
		private readonly anyCase: boolean,
	) {
		for (const spelling of new Set(values.flatMap(spellings))) {
			const text = anyCase ? lowerCase(spelling) : spelling;
			if (text.length < (anyCase ? SHORTEST : NEEDLE)) continue;
			this.starts.add(text.charCodeAt(0));
			if (text.length < NEEDLE) {
				this.short.push(text);
				continue;
			}
			const needle = text.slice(0, NEEDLE);
			this.byNeedle.set(needle, [...(this.byNeedle.get(needle) ?? []), text]);
		}
	}

	over(text: string): string {
		const searched = this.anyCase ? lowerCase(text) : text;
		let clean = '';
		let kept = 0;
		for (let at = 0; at < searched.length; at++) {
			if (!this.starts.has(searched.charCodeAt(at))) continue;
			const length = this.lengthAt(searched, at);
			if (length === 0) continue;
			clean += text.slice(kept, at) + MASK;
			kept = at + length;
			at = kept - 1;
		}
		return kept === 0 ? text : clean + text.slice(kept);
	}

	/** How many characters of a secret begin here. */
	private lengthAt(text: string, at: number): number {
		const candidates = this.byNeedle.get(text.slice(at, at + NEEDLE));
		const found = candidates?.map((spelling) => {
			const length = commonLength(text, at, spelling);
			if (length < Math.min(spelling.length, this.anyCase ? NEEDLE : TELLING)) return 0;
			return this.anyCase || length > LONGEST_ALONE || standsAlone(text, at, length) ? length : 0;
		});
		const longest = Math.max(0, ...(found ?? []));
		return longest > 0
			? longest
			: (this.short.find((value) => text.startsWith(value, at))?.length ?? 0);
	}
}

function commonLength(text: string, at: number, spelling: string): number {
	let length = NEEDLE;
	while (length < spelling.length && text.charCodeAt(at + length) === spelling.charCodeAt(length))
		length++;
	return length;
}

function standsAlone(text: string, at: number, length: number): boolean {
	const isPart = (character: string) => /[\p{L}\p{N}_-]/u.test(character);
	return !isPart(text.charAt(at - 1)) && !isPart(text.charAt(at + length));
}

/** In lower case, where that leaves every character in its place. */
function lowerCase(text: string): string {
	const lower = text.toLowerCase();
	return lower.length === text.length ? lower : text;
}

/** The ways in which a value comes back when a request is repeated in an answer. */
function spellings(value: string): string[] {
	const json = (text: string) => JSON.stringify(text).slice(1, -1);
	const php = (text: string) =>
		json(text)
			.replaceAll('/', '\\/')
			.replace(/[\u0080-\uffff]/g, (unit) => unicodeEscape(unit));
	const phpHex = (text: string) =>
		php(text).replace(/[<>&']|\\"/g, (found) =>
			unicodeEscape(found.slice(-1)).toUpperCase().replace('\\U', '\\u'),
		);
	const percent = (text: string) =>
		encodeURIComponent(text).replace(
			/[!'()*~]/g,
			(sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
		);
	const form = (text: string) => new URLSearchParams({ v: text }).toString().slice(2);
	const html = (text: string) =>
		text
			.replaceAll('&', '&amp;')
			.replaceAll('<', '&lt;')
			.replaceAll('>', '&gt;')
			.replaceAll('"', '&quot;')
			.replaceAll("'", '&#039;');
	const once = [json, php, phpHex, percent, encodeURIComponent, form, html].map((encode) =>
		encode(value),
	);
	// A request that is repeated as JSON, in a field of JSON, in an address or on a page.
	const twice = [json, php].flatMap((encode) =>
		[json, php, percent, form, html].map((again) => again(encode(value))),
	);
	const bytes = [value, json(value), php(value)].flatMap((text) => [
		...inBase64(text),
		Buffer.from(text).toString('hex'),
	]);
	// A message has no line breaks, and a key has.
	return [value, plainText(value), ...once, ...twice, ...bytes].filter((text) => text !== '');
}

function unicodeEscape(unit: string): string {
	return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** What all Base64 texts have in common that hold the value, wherever in their text it begins. */
function inBase64(value: string): string[] {
	const bytes = Buffer.from(value);
	return [0, 1, 2].flatMap((before) => {
		const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
		const whole = Math.floor(((before + bytes.length) * 8) / 6);
		const core = text.slice(Math.ceil((before * 8) / 6), whole);
		return core.length < NEEDLE
			? []
			: [core, core.replaceAll('+', '-').replaceAll('/', '_'), percentSigns(core)];
	});
}

function percentSigns(core: string): string {
	return core.replaceAll('+', '%2B').replaceAll('/', '%2F');
}

/** Where no value of a credential has gone out. */
export const NOTHING_TO_MASK = new Redaction({ secrets: [], names: [] });
