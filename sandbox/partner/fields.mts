import { encodePhp, type PhpMap } from './phpArray.mts';
import { Refusal } from './refusal.mts';

/** An amount of money. */
export interface Amount {
	/** As it was written in the request. */
	value: number | bigint;
	/** The same in hundredths of its currency, exactly. */
	hundredths: bigint;
}

const invalid = (name: string, reason: string) => new Refusal('VALIDATIONERROR', `The ${name} field ${reason}.`);

/** The fields of one request. Each reader refuses a field that is absent or wrong (docs/gateway.md §13, Sample Parameters). */
export class Fields {
	constructor(private readonly body: PhpMap) {}

	/** @param maxLength in characters, as PHP's mb_strlen counts */
	text(name: string, maxLength: number): string {
		const value = this.optionalText(name, maxLength);
		if (value === undefined) throw invalid(name, 'is required');
		return value;
	}

	/** The same, undefined for a field that is absent. */
	optionalText(name: string, maxLength: number): string | undefined {
		const value = this.body.get(name) ?? undefined;
		if (value === undefined) return undefined;
		if (typeof value !== 'string') throw invalid(name, 'must be a string');
		if ([...value].length > maxLength) throw invalid(name, `must not be greater than ${maxLength} characters`);
		return value;
	}

	/** A JSON number above 0 with at most two decimals. */
	amount(name: string): Amount {
		const value = this.body.get(name) ?? undefined;
		if (value === undefined) throw invalid(name, 'is required');
		if (typeof value !== 'number' && typeof value !== 'bigint') throw invalid(name, 'must be a number');
		if (value <= 0) throw invalid(name, 'must be greater than 0');
		const [, whole, fraction = ''] = /^(\d+)(?:\.(\d{1,2}))?$/.exec(encodePhp(value)) ?? [];
		if (whole === undefined) throw invalid(name, 'must have at most two decimals');
		return { value, hundredths: BigInt(whole + fraction.padEnd(2, '0')) };
	}

	/** Only USD is allowed (docs/gateway.md §13, CREATE UNIFIED FUND TRANSFER). */
	currency(name: string): 'USD' {
		const currency = this.text(name, 3);
		if (currency !== 'USD') throw invalid(name, 'must be USD');
		return currency;
	}
}
