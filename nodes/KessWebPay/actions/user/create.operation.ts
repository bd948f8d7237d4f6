import type { INodeProperties } from 'n8n-workflow';

import { KessError } from '../../../../kess/errors';
import { textOf } from '../../../../kess/jsonObject';
import { requireEmail, requireLocalPhone, requireUserText } from '../../../../kess/webPay/users';
import { SERVICES } from '../../../../kess/webPay/services';
import { ownNumber } from '../common/order';
import { requireItem } from '../common/outcomes';
import type { WebPayOperation } from '../operation';

const MAY_EXIST =
	'The user may exist. Look for the phone number in the merchant portal of KESS before you run the item again.';

const text = (
	displayName: string,
	name: string,
	placeholder: string,
	description: string,
): INodeProperties => ({
	displayName,
	name,
	type: 'string',
	required: true,
	default: '',
	placeholder,
	description,
});

/** `webpay.acquire.adduserundermerchant` (docs/gateway.md §3): known by its name and from one working client. */
export const create: WebPayOperation = {
	service: SERVICES.addUser,
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create user',
		description:
			'Add a KESS user under your account, who can pay KHQR codes once the identity documents are approved. The item has the user_id.',
	},
	properties: [
		text(
			'First Name',
			'firstName',
			'e.g. Sok',
			'First name, as in the identity document (first_name)',
		),
		text(
			'Last Name',
			'lastName',
			'e.g. Dara',
			'Last name, as in the identity document (last_name)',
		),
		text('Email', 'email', 'e.g. sok@shop.example', 'Email address of the user (email)'),
		text(
			'Phone Number',
			'phoneNumber',
			'e.g. 012345678',
			'Phone number as it is dialled in Cambodia (phone_number). Format the column as text in a spreadsheet, so that the zero stays.',
		),
	],
	async execute(call, client) {
		const phoneNumber = call.read('phoneNumber', requireLocalPhone);
		call.reference = `phone number ${phoneNumber}`;
		const fields = {
			first_name: call.read('firstName', requireUserText),
			last_name: call.read('lastName', requireUserText),
			email: call.read('email', requireEmail),
			phone_number: phoneNumber,
		};
		return [
			await call.once(ownNumber(client, 'phone number', phoneNumber), async () => {
				const result = await client.call(SERVICES.addUser, fields);
				const user = requireItem(result, 'add the user', MAY_EXIST);
				if (textOf(user.user_id) === '')
					throw new KessError('The answer of KESS names no user', MAY_EXIST);
				return user;
			}),
		];
	},
};
