import type { IBinaryData, IDataObject, INodeProperties } from 'n8n-workflow';

import { InvalidValueError } from '../../../../kess/errors';
import type { RequestFile } from '../../../../kess/gateway/multipart';
import { isPlainObject } from '../../../../kess/jsonObject';
import { requireText } from '../../../../kess/written/text';
import { requireFileSize } from '../../../../kess/webPay/users';
import { SERVICES } from '../../../../kess/webPay/services';
import { explainInvalid } from '../../../shared/run/errors';
import type { ItemCall } from '../../../shared/run/item';
import { requireDone } from '../common/outcomes';
import type { WebPayOperation } from '../operation';
import { readUserId, requireUser, userIdProperty } from './fields';

const MAX_FIELD = 255;

const picture = (displayName: string, name: string, what: string): INodeProperties => ({
	displayName,
	name,
	type: 'string',
	required: true,
	default: name,
	placeholder: 'e.g. data',
	hint: 'The name of the input binary field with the picture',
	description: `${what} (attachments[${name}])`,
});

/** The gateway spells the last one so. */
const PICTURES = [
	picture('Front Binary Field', 'front', 'Front of the identity document'),
	picture('Back Binary Field', 'back', 'Back of the identity document'),
	picture('Selfie Binary Field', 'selfe', 'Picture of the user'),
];

/** `webpay.acquire.uploadUserKyc` (docs/gateway.md §3): known by its name and from one working client. */
export const uploadKyc: WebPayOperation = {
	service: SERVICES.uploadUserKyc,
	option: {
		name: 'Upload KYC',
		value: 'uploadKyc',
		action: 'Upload KYC of user',
		description:
			'Send the identity documents of a KESS user under your account. KESS looks at them: kyc_status of Get says what came of it.',
	},
	properties: [userIdProperty, ...PICTURES],
	async execute(call, client) {
		const userId = readUserId(call);
		const files: RequestFile[] = [];
		for (const property of PICTURES) files.push(await readPicture(call, property));
		const result = await client.call(SERVICES.uploadUserKyc, { user_id: userId }, {}, files);
		const advice =
			'Look at kyc_status with User > Get. If it has not changed, run the item again: the pictures are then sent once more.';
		const data = requireDone(result, 'take the identity documents', advice);
		// What it answers is not published: whatever has fields is handed on.
		const answer = isPlainObject(data) ? (data as IDataObject) : {};
		requireUser(answer, userId);
		return [{ user_id: userId, ...answer }];
	},
};

/** A picture of the item, under the gateway's name for it. */
async function readPicture(
	call: ItemCall,
	{ name, displayName }: INodeProperties,
): Promise<RequestFile> {
	const { helpers } = call.context;
	const field = call.read(name, (value) => requireText(value, MAX_FIELD));
	try {
		const { mimeType, fileExtension = '' } = requireFile(call, field);
		const content = await helpers.getBinaryDataBuffer(call.itemIndex, field);
		requireFileSize(content.length);
		const extension = /^\w{1,5}$/.test(fileExtension) ? `.${fileExtension}` : '';
		return { field: `attachments[${name}]`, fileName: `${name}${extension}`, mimeType, content };
	} catch (error) {
		throw explainInvalid(error, `${displayName} (${name})`);
	}
}

function requireFile({ context, itemIndex }: ItemCall, field: string): IBinaryData {
	try {
		return context.helpers.assertBinaryData(itemIndex, field);
	} catch {
		throw noFile(field);
	}
}

function noFile(field: string): InvalidValueError {
	return new InvalidValueError(
		`names the field "${field}", and the item has no file there`,
		'Nothing was sent for this item. Enter the name of the binary field that has the picture, as the input shows it under Binary.',
	);
}
