import { isPhpArray, phpText, type PhpArray, type PhpValue } from '../phpInput.mts';
import { Refusal } from './refusal.mts';

export type Currency = 'USD' | 'KHR';

/** `expires_in` beyond this would leave the range of dates. */
const MAX_SECONDS = 10 ** 9;

const MAX_ADDRESS = 2048;

const invalid = (name: string, reason: string) => new Refusal('VALIDATION_ERROR', `The ${name} field ${reason}.`);

/** Length in characters, as PHP's mb_strlen counts. */
const length = (text: string) => [...text].length;

function text(name: string, value: PhpValue | undefined, maxLength: number): string | undefined {
	if (value === undefined || value === null) return undefined;
	if (typeof value !== 'string') throw invalid(name, 'must be a string');
	if (length(value) > maxLength) throw invalid(name, `must not be greater than ${maxLength} characters`);
	return value;
}

function present<T>(name: string, value: T | undefined): T {
	if (value === undefined) throw invalid(name, 'is required');
	return value;
}

/** The fields of one request. Each reader returns undefined for an absent field and refuses a field that is wrong. */
export class Fields {
	constructor(private readonly body: PhpArray) {}

	text(name: string, maxLength: number): string | undefined {
		return text(name, this.body[name], maxLength);
	}

	/** A file that has come along, which has to have something in it. */
	requireAttachment(name: string): void {
		const { attachments = null } = this.body;
		const size = isPhpArray(attachments) ? attachments[name] : undefined;
		if (typeof size !== 'number' || size === 0) throw invalid(`attachments.${name}`, 'must be a file');
	}

	/** Whether the field is there at all. */
	has(name: string): boolean {
		return (this.body[name] ?? null) !== null;
	}

	requiredText(name: string, maxLength: number): string {
		return present(name, this.text(name, maxLength));
	}

	/** An amount and its currency: at most two decimals, none in riel. */
	money(amountName = 'total_amount', currencyName = 'currency'): { amountText: string; amount: number; currency: Currency } {
		const value = present(amountName, this.body[amountName] ?? undefined);
		const amountText = typeof value === 'string' || typeof value === 'number' ? phpText(value) : '';
		if (!/^\d+(\.\d+)?$/.test(amountText)) throw invalid(amountName, 'must be a number');
		const amount = Number(amountText);
		if (amount <= 0) throw invalid(amountName, 'must be greater than 0');
		if (!/^\d+(\.\d{1,2})?$/.test(amountText)) throw invalid(amountName, 'must have at most two decimals');
		const currency = this.requiredText(currencyName, 3);
		if (currency !== 'USD' && currency !== 'KHR') throw invalid(currencyName, 'must be USD or KHR');
		if (currency === 'KHR' && !Number.isInteger(amount)) throw invalid(amountName, 'must have no decimals in KHR');
		return { amountText, amount, currency };
	}

	/** The product lines (docs/gateway.md §12, Detail), as they came. */
	detail(): PhpArray[] {
		const lines = this.body.detail ?? [];
		if (!Array.isArray(lines)) throw invalid('detail', 'must be a list');
		return lines.map((line, index) => {
			const at = (name: string) => `detail.${index}.${name}`;
			if (!isPhpArray(line)) throw invalid(`detail.${index}`, 'must be an object');
			for (const name of ['no', 'name', 'price', 'qty']) present(at(name), text(at(name), line[name], 64));
			const discount = line.discount ?? 0;
			const isNumeric = typeof discount === 'number' || (typeof discount === 'string' && /^\d+(\.\d+)?$/.test(discount));
			if (!isNumeric || Number(discount) < 0) throw invalid(at('discount'), 'must be a number of at least 0');
			return line;
		});
	}

	/** A whole number above 0. */
	wholeNumber(name: string, max: number): number | undefined {
		const value = this.body[name] ?? undefined;
		if (value === undefined) return undefined;
		const whole = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
		if (typeof whole !== 'number' || !Number.isInteger(whole) || whole < 1) throw invalid(name, 'must be an integer of at least 1');
		if (whole > max) throw invalid(name, `must not be greater than ${max}`);
		return whole;
	}

	requiredWholeNumber(name: string, max: number): number {
		return present(name, this.wholeNumber(name, max));
	}

	/** A whole number of seconds above 0. */
	seconds(name: string): number | undefined {
		return this.wholeNumber(name, MAX_SECONDS);
	}

	/** The first and last millisecond of a day, written as `2026-11-21` and taken as UTC. */
	day(name: string): { first: number; last: number } | undefined {
		const date = this.text(name, 10);
		if (date === undefined) return undefined;
		const first = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
		if (Number.isNaN(first)) throw invalid(name, 'is not a valid date');
		return { first, last: first + 86_399_999 };
	}

	/** One of some words. */
	requiredWord<T extends string>(name: string, words: readonly T[]): T {
		const word = this.requiredText(name, 64);
		const known = words.find((entry) => entry === word);
		if (known === undefined) throw invalid(name, `must be one of ${words.join(', ')}`);
		return known;
	}

	/** 1 or 0; absent means 0. */
	flag(name: string): boolean {
		const value = this.body[name] ?? 0;
		if (value === 1 || value === '1' || value === true) return true;
		if (value === 0 || value === '0' || value === false) return false;
		throw invalid(name, 'must be 1 or 0');
	}

	/** An http or https address. */
	webAddress(name: string): string | undefined {
		const address = this.text(name, MAX_ADDRESS);
		if (address === undefined) return undefined;
		if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) throw invalid(name, 'must be a valid URL');
		return address;
	}
}
