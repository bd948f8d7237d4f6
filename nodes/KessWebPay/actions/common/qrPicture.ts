import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { InvalidValueError } from '../../../../kess/errors';
import { drawQrCode, type PictureFormat } from '../../../../kess/qr/picture';
import { requireText } from '../../../../kess/written/text';
import type { ItemCall } from '../../../shared/run/item';
import { ItemWithFiles } from '../../../shared/run/operation';

const DEFAULT_PROPERTY = 'data';

export const qrCodeField: INodeProperties = {
	displayName: 'QR Code',
	name: 'qrCode',
	type: 'options',
	options: [
		{ name: 'None', value: 'none', description: 'No picture' },
		{ name: 'PNG', value: 'png', description: 'For chats, e-mails and documents' },
		{ name: 'SVG', value: 'svg', description: 'For print and web pages, sharp in every size' },
	],
	default: 'png',
	description:
		'Whether to add a picture of the QR code that the buyer scans, as a file of the item',
};

export const qrCodePropertyField: INodeProperties = {
	displayName: 'Put QR Code in Field',
	name: 'qrCodeProperty',
	type: 'string',
	default: DEFAULT_PROPERTY,
	hint: 'The name of the output binary field to put the picture in',
	description: 'Only for QR Code PNG or SVG',
};

/** Which picture is asked for, and where it goes. */
export interface AskedPicture {
	format: PictureFormat;
	property: string;
}

/** Reads the fields of the picture, before anything is sent. */
export function readQrCode(call: ItemCall): AskedPicture | undefined {
	const additional = call.collection('additionalFields');
	const format = additional.read('qrCode', readFormat);
	const property =
		additional.read('qrCodeProperty', (value, say) => requireText(value, 64, say)) ??
		DEFAULT_PROPERTY;
	return format === undefined ? undefined : { format, property };
}

/**
 * The item with its QR code beside it. What has no picture leaves without one, because its order has been made.
 *
 * @param text what the QR code says, as the gateway has answered it
 */
export async function withQrCode(
	call: ItemCall,
	asked: AskedPicture | undefined,
	item: IDataObject,
	text: unknown,
): Promise<IDataObject | ItemWithFiles> {
	if (asked === undefined) return item;
	const picture =
		typeof text === 'string' && text !== '' ? drawQrCode(text, asked.format) : undefined;
	if (picture === undefined) {
		call.advise(
			'There is no picture of the QR code: KESS has given no text for it, or one that is too long.',
		);
		return item;
	}
	const name = (call.reference ?? 'qr-code')
		.replace(/^order /, '')
		.replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '_');
	const file = await call.context.helpers.prepareBinaryData(
		picture.content,
		`${name}.${asked.format}`,
		picture.mimeType,
	);
	return new ItemWithFiles(item, { [asked.property]: file });
}

function readFormat(value: unknown): PictureFormat | undefined {
	const format = String(value).toLowerCase();
	if (format === 'none') return undefined;
	if (format === 'png' || format === 'svg') return format;
	throw new InvalidValueError(
		`is ${JSON.stringify(format.slice(0, 40))}`,
		'Use one of none, png, svg.',
	);
}
