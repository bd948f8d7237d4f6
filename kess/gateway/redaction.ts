import { type Json, textOf } from '../jsonObject';
import { LIMITS } from '../limits';

/** What stands in the place of a secret. */
const MASK = '***';

/** A shorter secret is masked in messages only: in data it would be found in amounts and order numbers. */
const SHORTEST_IN_DATA = 8;

/** What is shorter still is no secret. */
const SHORTEST = 4;

/** Characters of a value that stands in a sentence of ours: a reference has 64. */
const LONGEST_VALUE = 64;

/** So many characters of a text are looked at, of which only LIMITS.quoteLength are shown. */
const LOOKED_AT = 10_000;

/** Control characters, and those that turn the direction of writing or break a line. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** Codes of the gateways (kess-api §6, spec-partner). */
const CODE = /^[A-Z0-9_-]{1,40}$/;

/** The values of a credential that must not come back to a person or an item. */
export interface CredentialValues {
	/** Passwords, keys, tokens. */
	secrets: readonly string[];
	/** User names and IDs: no secrets, but nothing that belongs into the words of a gateway. */
	names: readonly string[];
}

/** What an answer that has been read may have of the gateway's own. */
export interface ReadAnswer {
	kind: string;
	code?: string;
	reason?: string;
	data?: Json;
}

/**
 * Text from outside on its way to a person: the one place through which everything goes that a gateway says and nobody has
 * signed. A gateway or a proxy that repeats the request in its answer would otherwise put a password into an error, a log
 * or an execution.
 */
export class Redaction {
	private readonly inMessages: Mask;
	private readonly inData: Mask;

	constructor({ secrets, names }: CredentialValues) {
		this.inMessages = new Mask([...secrets, ...names].filter((value) => value.length >= SHORTEST));
		this.inData = new Mask(secrets.filter((value) => value.length >= SHORTEST_IN_DATA));
	}

	/**
	 * An answer without anything of the credential's that the gateway, or whoever answers in its place, has put into it.
	 *
	 * @param status the HTTP status: what stands for a code that is none
	 */
	answer<Answer extends ReadAnswer>(answer: Answer, status: number): Answer {
		const { reason, code, data } = answer;
		return {
			...answer,
			...(reason !== undefined && { reason: this.message(reason) }),
			...(code !== undefined && { code: this.code(code) ?? String(status) }),
			...(data !== undefined && { data: this.data(data) }),
		};
	}

	/** A text as it may stand in a message: short, on one line, without the credential's values. */
	message(text: string): string {
		const whole = text.length <= LOOKED_AT;
		const clean = this.inMessages.over(plainText(whole ? text : text.slice(0, LOOKED_AT)));
		// At the cut there may stand the beginning of a secret.
		const sure = whole ? clean : clean.slice(0, Math.max(0, clean.length - this.inMessages.longest));
		return sure.length > LIMITS.quoteLength ? `${sure.slice(0, LIMITS.quoteLength)}…` : sure;
	}

	/** A code as it may stand in a message, in capital letters. @returns `undefined` for what is none */
	code(text: string): string | undefined {
		const code = text.toUpperCase();
		return CODE.test(code) && !this.inMessages.isNeededIn(text) ? code : undefined;
	}

	/** The same value with the credential's secrets masked in all of its texts, names of fields included. */
	data(value: Json): Json {
		const texts: string[] = [];
		collectTexts(value, texts);
		// As good as never there is one, so all texts are searched at once.
		return this.inData.isNeededIn(texts.join('\n')) ? this.masked(value) : value;
	}

	private masked(value: Json): Json {
		if (typeof value === 'string') return this.inData.over(value);
		if (value === null || typeof value !== 'object') return value;
		if (Array.isArray(value)) return value.map((entry) => this.masked(entry));
		return Object.fromEntries(Object.entries(value).map(([field, entry]) => [this.inData.over(field), this.masked(entry ?? null)]));
	}
}

function collectTexts(value: Json | undefined, texts: string[]): void {
	if (typeof value === 'string') texts.push(value);
	else if (Array.isArray(value)) for (const entry of value) collectTexts(entry, texts);
	else if (value !== null && typeof value === 'object') {
		for (const [field, entry] of Object.entries(value)) {
			texts.push(field);
			collectTexts(entry, texts);
		}
	}
}

/** Some values in all their spellings. A gateway may change capital letters, so they make no difference. */
class Mask {
	readonly longest: number;
	private readonly lowerCase: string[];
	private readonly pattern: RegExp | undefined;

	constructor(values: string[]) {
		const texts = [...new Set(values.flatMap(spellings))].sort((a, b) => b.length - a.length);
		this.longest = texts[0]?.length ?? 0;
		this.lowerCase = texts.map((text) => text.toLowerCase());
		const alternatives = texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
		if (texts.length > 0) this.pattern = new RegExp(alternatives.join('|'), 'gi');
	}

	isNeededIn(text: string): boolean {
		const lowerCase = text.toLowerCase();
		return this.lowerCase.some((value) => lowerCase.includes(value));
	}

	over(text: string): string {
		return this.pattern === undefined ? text : text.replace(this.pattern, MASK);
	}
}

/** A value of an answer as it may stand in a sentence of ours. */
export function quoted(value: unknown): string {
	const text = plainText(textOf(value));
	return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text || 'nothing';
}

/** Text from outside on one line, without characters that nobody sees. */
export function plainText(text: string): string {
	return text.replace(UNSEEN, ' ').trim();
}

/** The ways in which a value comes back when a request is repeated in an answer. */
function spellings(value: string): string[] {
	const inJson = JSON.stringify(value).slice(1, -1);
	const inForm = new URLSearchParams({ v: value }).toString().slice(2);
	const inHtml = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
	// A message has no line breaks, and a key has.
	return [value, plainText(value), inJson, inJson.replaceAll('/', '\\/'), encodeURIComponent(value), inForm, inHtml, ...inBase64(value)];
}

/** What all Base64 texts have in common that hold the value, wherever in their text it begins. */
function inBase64(value: string): string[] {
	const bytes = Buffer.from(value);
	return [0, 1, 2].flatMap((before) => {
		const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
		const whole = Math.floor(((before + bytes.length) * 8) / 6);
		const core = text.slice(Math.ceil((before * 8) / 6), whole);
		return core.length < SHORTEST_IN_DATA ? [] : [core, core.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(core)];
	});
}
