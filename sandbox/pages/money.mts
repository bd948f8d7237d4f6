import { html } from 'hono/html';

/** A decimal number, exactly: `digits` of which the last `decimals` stand behind the point. */
export interface Decimal {
	digits: bigint;
	decimals: number;
}

/** @returns `undefined` for what is not written as digits with a point */
export function readDecimal(text: string): Decimal | undefined {
	const [, whole, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
	return whole === undefined ? undefined : { digits: BigInt(whole + fraction), decimals: fraction.length };
}

export function times(a: Decimal, b: Decimal): Decimal {
	return { digits: a.digits * b.digits, decimals: a.decimals + b.decimals };
}

export function plus(a: Decimal, b: Decimal): Decimal {
	const decimals = Math.max(a.decimals, b.decimals);
	const scaled = (value: Decimal) => value.digits * 10n ** BigInt(decimals - value.decimals);
	return { digits: scaled(a) + scaled(b), decimals };
}

export function minus(a: Decimal, b: Decimal): Decimal {
	return plus(a, { ...b, digits: -b.digits });
}

/** Money on a page, in one piece. */
export function money(amount: Decimal, currency: string) {
	return html`<span class="nowrap">${formatMoney(amount, currency)}</span>`;
}

/** The one way in which money is written: `$ 1,210.50` or `24,000 ៛`. Nothing is rounded. */
export function formatMoney({ digits, decimals }: Decimal, currency: string): string {
	const text = String(digits < 0n ? -digits : digits).padStart(decimals + 1, '0');
	const whole = BigInt(text.slice(0, text.length - decimals)).toLocaleString('en-US');
	const fraction = text.slice(text.length - decimals).replace(/0+$/, '');
	const shown = (least: number) => `${digits < 0n ? '-' : ''}${whole}${fraction || least > 0 ? `.${fraction.padEnd(least, '0')}` : ''}`;
	return currency === 'KHR' ? `${shown(0)} ៛` : `$ ${shown(2)}`;
}
