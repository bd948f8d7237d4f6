import type { WebPayResource } from '../operation';
import { directPay } from './directPay.operation';
import { nativePay } from './nativePay.operation';
import { quickPay } from './quickPay.operation';

export const payment: WebPayResource = {
	option: {
		name: 'Payment',
		value: 'payment',
		description: 'A payment by a method that you choose for the buyer',
	},
	operations: [directPay, nativePay, quickPay],
};
