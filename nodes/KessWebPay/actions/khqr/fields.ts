import type { INodeProperties } from 'n8n-workflow';

export const qrcodeProperty: INodeProperties = {
	displayName: 'KHQR Text',
	name: 'qrcode',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 00020101021230…6304A13A',
	description:
		'The text of the KHQR code (qrcode), as a scanner gives it. Its checksum is checked before anything is sent.',
};
