import type { WebPayResource } from '../operation';
import { decode } from './decode.operation';
import { pay } from './pay.operation';

export const khqr: WebPayResource = {
	option: { name: 'KHQR', value: 'khqr', description: 'A QR code of Bakong, to be read or paid' },
	operations: [decode, pay],
};
