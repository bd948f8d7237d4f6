import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { KessError } from '../../../../kess/errors';
import { textOf } from '../../../../kess/jsonObject';
import { requireReference } from '../../../../kess/written/reference';
import type { ItemCall } from '../../../shared/run/item';

export const userIdProperty: INodeProperties = {
	displayName: 'User ID',
	name: 'userId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 10023',
	description: 'KESS user ID (user_id)',
};

/** Reads the user's ID and makes it the item's reference in messages. */
export function readUserId(call: ItemCall): string {
	const userId = call.read('userId', (value, say) => requireReference(value, 64, say));
	call.reference = `user ${userId}`;
	return userId;
}

/** @throws KessError for an answer that is about somebody else */
export function requireUser(answer: IDataObject, userId: string): void {
	if (answer.user_id === undefined || textOf(answer.user_id) === userId) return;
	throw new KessError(
		'The answer is about another user than the one asked for, so it is not believed',
		'Look at the user with User > Get. If this stays so, report it to KESS.',
	);
}
