import type { KeyObject } from 'node:crypto';

import type { INodeProperties } from 'n8n-workflow';

import { KessError } from '../../../../kess/errors';
import { readPublicKey, RsaKeyError } from '../../../../kess/rsaKeys';
import {
	type CustomerInput,
	encryptCustomer,
	readCustomer,
} from '../../../../kess/webPay/customer';
import type { Say } from '../../../../kess/written/text';
import type { WebPayClient } from '../../client';

/** The key is KESS's own: how long it is, merchants cannot choose (docs/gateway.md §7 counts with 1024 bits too). */
const MIN_BITS = 1024;

/** The buyer's details, which gateway version 2 takes encrypted. */
export const customerField: INodeProperties = {
	displayName: 'Customer',
	name: 'customer',
	type: 'fixedCollection',
	default: {},
	placeholder: 'Add Customer',
	description:
		'Who the buyer is (customer). Sent encrypted with the RSA Public Key of the credential. Gateway version 2 only. With all fields empty it is left out.',
	options: [
		{
			displayName: 'Details',
			name: 'details',
			values: [
				{
					displayName: 'Address',
					name: 'address',
					type: 'string',
					default: '',
					description: 'May be left empty',
				},
				{
					displayName: 'City',
					name: 'city',
					type: 'string',
					default: '',
					description: 'May be left empty',
				},
				{
					displayName: 'Email',
					name: 'email',
					type: 'string',
					default: '',
					placeholder: 'name@email.com',
				},
				{ displayName: 'First Name', name: 'firstName', type: 'string', default: '' },
				{ displayName: 'Last Name', name: 'lastName', type: 'string', default: '' },
				{
					displayName: 'Phone Code',
					name: 'phoneCode',
					type: 'string',
					default: '',
					placeholder: 'e.g. 855',
					description: 'Country code of the phone number. May be left empty.',
				},
				{
					displayName: 'Phone Number',
					name: 'phoneNumber',
					type: 'string',
					default: '',
					placeholder: 'e.g. 012345678',
				},
				{
					displayName: 'Postcode',
					name: 'postcode',
					type: 'string',
					default: '',
					description: 'May be left empty',
				},
			],
		},
	],
};

/**
 * The encrypted customer, or `undefined` when all fields are empty.
 *
 * @throws InvalidValueError about the customer; KessError about the credential
 */
export function readEncryptedCustomer(
	value: unknown,
	client: WebPayClient,
	say: Say,
): string | undefined {
	const customer = readCustomer((value as { details?: CustomerInput }).details ?? {}, say);
	if (customer === undefined) return undefined;
	client.requireV2('Customer');
	return encryptCustomer(customer, openPublicKey(client.publicKey));
}

function openPublicKey(text: string): KeyObject {
	try {
		return readPublicKey(text, MIN_BITS);
	} catch (error) {
		throw explainKey(error);
	}
}

function explainKey(error: unknown): Error {
	if (!(error instanceof RsaKeyError))
		return error instanceof Error ? error : new Error(String(error));
	return new KessError(
		`The customer cannot be encrypted with the RSA Public Key of the credential: ${error.message}`,
		`${error.description} It is the public key file that KESS gave you. Or leave Customer out.`,
	);
}
