import type { Amount } from './fields.mts';

/** What a partner says when preparing a transfer, and whom the gateway found. */
export interface TransferRequest {
	outTradeNo: string;
	/** As it was written in the request. */
	receiverId: string;
	receiverUserId: string;
	receiverName: string;
	senderName: string;
	amount: Amount;
	currency: 'USD';
}

/** A prepared transfer. Times are milliseconds since 1970. */
export interface PreTransfer extends TransferRequest {
	preTransferId: string;
	createdAt: number;
	lifeSeconds: number;
	expiresAt: number;
	/** What confirmed it; null until then. */
	booking: Booking | null;
	/** Set when it was confirmed and not paid at once: since when, and the result code until it is paid. */
	held: { since: number; resultCode: string } | null;
}

/** One time that money was sent. */
export interface Booking {
	/** Milliseconds since 1970. */
	time: number;
	transfer: PreTransfer;
	partnerTransactionId: string;
	fundTransferId: string;
}
