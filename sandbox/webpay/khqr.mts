import { webPayAccount } from '../accounts.mts';
import type { Currency } from './fields.mts';
import type { Order } from './orders.mts';
import { Refusal } from './refusal.mts';

const CURRENCY_NUMBERS = { USD: '840', KHR: '116' } as const;

/** A field of an EMV QR code: two digits of its number, two of its length, its value. */
const field = (tag: string, value: string) => `${tag}${String([...value].length).padStart(2, '0')}${value}`;

/**
 * The checksum of an EMV QR code: CRC-16 with the polynomial 0x1021, beginning with 0xFFFF, over the UTF-8 text up to and
 * with `6304`.
 *
 * @returns four upper-case hex digits
 */
export function emvChecksum(text: string): string {
	let crc = 0xffff;
	for (const byte of Buffer.from(text)) {
		crc ^= byte << 8;
		for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
	}
	return crc.toString(16).toUpperCase().padStart(4, '0');
}

/** The KHQR text of an order, for one payment of exactly its amount (EMV merchant presented mode, as Bakong fills it in). */
export function khqrText(order: Order): string {
	const bill = /^[\x20-\x7e]{1,25}$/.test(order.outTradeNo) ? order.outTradeNo : order.token.slice(0, 25);
	const text = [
		field('00', '01'),
		field('01', '12'),
		field('30', field('00', 'srey_oun@kess') + field('01', order.sellerCode) + field('02', 'KESS Sandbox')),
		field('52', '5999'),
		field('53', CURRENCY_NUMBERS[order.currency]),
		field('54', String(order.amount)),
		field('58', 'KH'),
		field('59', webPayAccount.sellerName.slice(0, 25)),
		field('60', 'Phnom Penh'),
		field('62', field('01', bill)),
		field('99', field('00', String(order.createdAt)) + field('01', String(order.expiresAt))),
		'6304',
	].join('');
	return text + emvChecksum(text);
}

/** What a KHQR code says. */
export interface Khqr {
	accountId: string;
	accountInformation: string | null;
	bank: string | null;
	merchantName: string;
	merchantCity: string | null;
	/** `null` when the payer chooses. */
	amount: number | null;
	currency: Currency;
	billNumber: string | null;
}

/**
 * Reads the text of a KHQR code.
 *
 * @throws Refusal when it is none, or its checksum is wrong
 */
export function readKhqr(text: string): Khqr {
	const fields = isWhole(text) ? split(text) : undefined;
	// 29 is the account of a person, 30 that of a merchant.
	const account = split(fields?.get('30') ?? fields?.get('29') ?? '');
	const accountId = account?.get('00');
	const currency = (['USD', 'KHR'] as const).find((name) => CURRENCY_NUMBERS[name] === fields?.get('53'));
	if (fields?.get('00') !== '01' || accountId === undefined || currency === undefined) {
		throw new Refusal('VALIDATION_ERROR', 'The qrcode field is not a valid KHQR.');
	}
	const amount = fields.get('54');
	return {
		accountId,
		accountInformation: account?.get('01') ?? null,
		bank: account?.get('02') ?? null,
		merchantName: fields.get('59') ?? '',
		merchantCity: fields.get('60') ?? null,
		amount: amount === undefined ? null : Number(amount),
		currency,
		billNumber: split(fields.get('62') ?? '')?.get('01') ?? null,
	};
}

/** Whether the checksum fits: of all fields in their order with it at the end, or where it stands if that is elsewhere. */
function isWhole(text: string): boolean {
	const fields = split(text);
	const own = fields?.get('63');
	if (fields === undefined || own === undefined) return false;
	const written = (some: Array<[string, string]>) => some.map(([tag, value]) => field(tag, value)).join('');
	const others = [...fields].filter(([tag]) => tag !== '63');
	const inPlace = written([...fields]).replace(`6304${own}`, '6304');
	return [`${written(others)}6304`, inPlace].some((covered) => emvChecksum(covered) === own);
}

/** The fields of an EMV QR code by their numbers; `undefined` when they do not fit together. */
function split(text: string): Map<string, string> | undefined {
	const fields = new Map<string, string>();
	const letters = [...text];
	while (letters.length > 0) {
		const header = letters.splice(0, 4).join('');
		const value = letters.splice(0, Number(header.slice(2)));
		if (!/^\d{4}$/.test(header) || value.length !== Number(header.slice(2))) return undefined;
		fields.set(header.slice(0, 2), value.join(''));
	}
	return fields;
}
