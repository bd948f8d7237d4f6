import { constants, type KeyObject, publicEncrypt } from 'node:crypto';

import { inContext, InvalidValueError } from '../errors';
import { isBlank, type Say } from '../written/text';
import { requireEmail, requirePhone, requirePhoneCode, requireUserText } from './users';

/** What PKCS#1 v1.5 puts around the text in a block. */
const PADDING_BYTES = 11;

/** Field names of the gateway, by the names of the user's form (docs/gateway.md §7, customer). */
const FIELDS = {
	firstName: 'first_name',
	lastName: 'last_name',
	email: 'email',
	phoneCode: 'phone_code',
	phoneNumber: 'phone_number',
	address: 'address',
	city: 'city',
	postcode: 'postcode',
} as const;

const REQUIRED: ReadonlySet<string> = new Set(['firstName', 'lastName', 'email', 'phoneNumber']);

/** The customer of an order as the user wrote it. */
export type CustomerInput = { [field in keyof typeof FIELDS]?: unknown };

/** The customer as the gateway reads it. */
export type Customer = { [field in (typeof FIELDS)[keyof typeof FIELDS]]?: string };

const CHECKS: Record<keyof typeof FIELDS, (value: unknown, say: Say, before: Customer) => string> =
	{
		firstName: requireUserText,
		lastName: requireUserText,
		email: requireEmail,
		phoneCode: requirePhoneCode,
		phoneNumber: (value, say, { phone_code: code }) => requirePhone(value, code, say),
		address: requireUserText,
		city: requireUserText,
		postcode: requireUserText,
	};

/**
 * @param say takes a note on how a field was read
 * @returns `undefined` when all fields are empty
 * @throws InvalidValueError naming the field that is missing or wrong
 */
export function readCustomer(input: CustomerInput, say?: Say): Customer | undefined {
	const filled = (field: keyof CustomerInput) => !isBlank(input[field]);
	const names = Object.keys(FIELDS) as Array<keyof typeof FIELDS>;
	if (!names.some(filled)) return undefined;
	const customer: Customer = {};
	for (const name of names) {
		if (!REQUIRED.has(name) && !filled(name)) continue;
		try {
			customer[FIELDS[name]] = CHECKS[name](
				input[name],
				(note) => say?.(`has a ${FIELDS[name]} that ${note}`),
				customer,
			);
		} catch (error) {
			throw inContext(error, `has a ${FIELDS[name]} that`);
		}
	}
	return customer;
}

/**
 * Encrypts the customer for KESS (docs/gateway.md §7): JSON, RSA with PKCS#1 v1.5 padding, in one block.
 *
 * @param publicKey the merchant's public key file of KESS
 * @returns lower-case hex, another one each time
 * @throws InvalidValueError when the JSON does not fit into one block
 */
export function encryptCustomer(customer: Customer, publicKey: KeyObject): string {
	const text = Buffer.from(JSON.stringify(customer));
	const room = (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8 - PADDING_BYTES;
	if (text.length > room) {
		throw new InvalidValueError(
			`takes ${text.length} bytes, but only ${room} can be encrypted with this key`,
			'Shorten the address or leave it out. Khmer letters take three bytes each.',
		);
	}
	return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, text).toString(
		'hex',
	);
}
