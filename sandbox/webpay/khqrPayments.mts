import type { SandboxCore } from '../core.mts';
import type { Currency } from './fields.mts';
import type { Khqr } from './khqr.mts';

/** A KHQR code that has been paid. */
export interface KhqrPayment {
	outTradeNo: string;
	amount: number;
	currency: Currency;
	senderId: string;
	remark: string | null;
	receiver: Khqr;
	/** KESS's number of the payment. */
	transactionRef: string;
	/** Milliseconds since 1970. */
	paidAt: number;
}

/**
 * The paid KHQR codes, in memory. A number that comes again is paid again: what KESS does about that is not published, so
 * callers have to be safe with the worst (the setting `secondKhqr` has the other way).
 */
export class KhqrPaymentStore {
	private payments: KhqrPayment[] = [];

	constructor(private readonly core: Pick<SandboxCore, 'now' | 'money'>) {}

	pay(request: Omit<KhqrPayment, 'transactionRef' | 'paidAt'>): KhqrPayment {
		const paidAt = this.core.now();
		const payment = { ...request, paidAt, transactionRef: `K${paidAt}${String(this.payments.length + 1).padStart(5, '0')}` };
		this.payments.push(payment);
		const { outTradeNo, amount, currency, receiver } = payment;
		this.core.money.book({ kind: 'khqr', number: outTradeNo, amount, currency, what: receiver.accountId, at: paidAt });
		return payment;
	}

	/** @param time paid by then, in milliseconds since 1970 */
	find(outTradeNo: string, time: number): KhqrPayment | undefined {
		return this.payments.find((payment) => payment.outTradeNo === outTradeNo && payment.paidAt <= time);
	}

	/** Newest first. */
	all(): KhqrPayment[] {
		return [...this.payments].reverse();
	}

	clear(): void {
		this.payments = [];
	}
}

/** `data` of a payment (docs/gateway.md §3, payKhqr); number, amount and currency are the sandbox's own addition. */
export function khqrPaymentData({ outTradeNo, amount, currency, transactionRef, receiver }: KhqrPayment) {
	return {
		out_trade_no: outTradeNo,
		amount,
		currency,
		transaction_ref: transactionRef,
		status: 'SUCCEEDED',
		receiver_info: {
			receiver_name: receiver.merchantName,
			receiver_bank: receiver.bank,
			receiver_bakong_id: receiver.accountId,
			receiver_acc_info: receiver.accountInformation,
		},
	};
}

export type KhqrPaymentData = ReturnType<typeof khqrPaymentData>;
