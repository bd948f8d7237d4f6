import type { MoneyLog } from '../money.mts';
import type { Booking, PreTransfer } from './transfer.mts';

/** Several bookings under one number of the partner: somebody got money they should not have got. */
export interface DoublePayment {
	outTradeNo: string;
	times: number;
	currency: string;
	hundredths: bigint;
}

/** As `GET /sandbox/partner/ledger` shows it; totals are exact decimals in text. */
export type LedgerReport = ReturnType<Ledger['report']>;

/** Everything that was paid. */
export class Ledger {
	private bookings: Booking[] = [];
	private lastNumber = 0;

	constructor(private readonly money: MoneyLog) {}

	/** @returns the booking, with a number of its own */
	book(transfer: PreTransfer, partnerTransactionId: string, time: number): Booking {
		this.lastNumber += 1;
		const fundTransferId = `FT${time}${String(this.lastNumber).padStart(6, '0')}`;
		const booking = { time, transfer, partnerTransactionId, fundTransferId };
		this.bookings.push(booking);
		const { outTradeNo, amount, currency, receiverUserId } = transfer;
		this.money.book({ kind: 'transfer', number: outTradeNo, amount: Number(amount.value), currency, what: receiverUserId, at: time });
		return booking;
	}

	/** Oldest first. */
	all(): readonly Booking[] {
		return this.bookings;
	}

	/** Hundredths by currency. */
	totals(): ReadonlyMap<string, bigint> {
		const totals = new Map<string, bigint>();
		for (const { transfer } of this.bookings) {
			totals.set(transfer.currency, (totals.get(transfer.currency) ?? 0n) + transfer.amount.hundredths);
		}
		return totals;
	}

	/** Every number under which money was sent more than once, in the order in which they were first paid. */
	doublePayments(): DoublePayment[] {
		const byNumber = new Map<string, DoublePayment>();
		for (const { transfer } of this.bookings) {
			const { outTradeNo, currency, amount } = transfer;
			const before = byNumber.get(outTradeNo) ?? { outTradeNo, currency, times: 0, hundredths: 0n };
			byNumber.set(outTradeNo, { ...before, times: before.times + 1, hundredths: before.hundredths + amount.hundredths });
		}
		return [...byNumber.values()].filter(({ times }) => times > 1);
	}

	report() {
		return {
			entries: this.bookings.map(({ time, transfer, partnerTransactionId, fundTransferId }) => ({
				time: new Date(time).toISOString(),
				out_trade_no: transfer.outTradeNo,
				pre_transfer_id: transfer.preTransferId,
				fund_transfer_id: fundTransferId,
				partner_transaction_id: partnerTransactionId,
				receiver_id: transfer.receiverId,
				receiver_user_id: transfer.receiverUserId,
				receiver_name: transfer.receiverName,
				sender_name: transfer.senderName,
				amount: Number(transfer.amount.value),
				currency: transfer.currency,
			})),
			totalsByCurrency: Object.fromEntries([...this.totals()].map(([currency, hundredths]) => [currency, decimal(hundredths)])),
			doublePayments: this.doublePayments().map(({ outTradeNo }) => outTradeNo),
		};
	}

	clear(): void {
		this.bookings = [];
	}
}

/** `1050n` as `10.50`. */
function decimal(hundredths: bigint): string {
	return String(hundredths).padStart(3, '0').replace(/(\d\d)$/, '.$1');
}
