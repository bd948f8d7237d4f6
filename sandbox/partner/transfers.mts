import { randomBytes } from 'node:crypto';
import type { Ledger } from './ledger.mts';
import { Refusal } from './refusal.mts';
import type { Booking, PreTransfer, TransferRequest } from './transfer.mts';

/** How a number of the partner stands. */
export type Standing =
	| { state: 'none' | 'expired' }
	/** The newest one that can be confirmed. */
	| { state: 'open'; transfer: PreTransfer }
	/** The first that was paid. */
	| { state: 'paid'; transfer: PreTransfer; booking: Booking };

/** The prepared transfers, in memory. */
export class TransferStore {
	private byId = new Map<string, PreTransfer>();
	private byOutTradeNo = new Map<string, PreTransfer[]>();

	/** @param now milliseconds since 1970 */
	constructor(
		private readonly now: () => number,
		private readonly ledger: Ledger,
	) {}

	/**
	 * @param again whether a number that was used before may be used again as long as nothing is paid under it
	 * @throws Refusal when the number may not be used
	 */
	prepare(request: TransferRequest, lifeSeconds: number, again: boolean): PreTransfer {
		const before = this.byOutTradeNo.get(request.outTradeNo) ?? [];
		if (before.length > 0 && (!again || before.some(({ booking }) => booking !== null))) {
			throw new Refusal('VALIDATIONERROR', 'The out_trade_no has already been used.');
		}
		const transfer: PreTransfer = {
			...request,
			preTransferId: randomBytes(16).toString('hex'),
			lifeSeconds,
			expiresAt: this.now() + lifeSeconds * 1000,
			booking: null,
		};
		this.byId.set(transfer.preTransferId, transfer);
		this.byOutTradeNo.set(transfer.outTradeNo, [...before, transfer]);
		return transfer;
	}

	/**
	 * Pays. Each prepared transfer pays once; two of them under one number pay twice.
	 *
	 * @throws Refusal with the code NOTEXIST, USED or EXPIRED
	 */
	confirm(preTransferId: string, partnerTransactionId: string): { transfer: PreTransfer; booking: Booking } {
		const transfer = this.byId.get(preTransferId);
		if (!transfer) throw new Refusal('NOTEXIST', 'There is no pre fund transfer with this ID.');
		if (transfer.booking !== null) throw new Refusal('USED', 'The pre fund transfer ID is used.');
		if (!this.isLive(transfer)) throw new Refusal('EXPIRED', 'The unified fund transfer is expired.');
		const booking = this.ledger.book(transfer, partnerTransactionId, this.now());
		transfer.booking = booking;
		return { transfer, booking };
	}

	standing(outTradeNo: string): Standing {
		const transfers = this.byOutTradeNo.get(outTradeNo) ?? [];
		const [paid] = transfers.flatMap((transfer) => (transfer.booking ? [{ transfer, booking: transfer.booking }] : []));
		if (paid) return { state: 'paid', ...paid };
		const transfer = transfers.findLast((prepared) => this.isLive(prepared));
		if (transfer) return { state: 'open', transfer };
		return { state: transfers.length > 0 ? 'expired' : 'none' };
	}

	/** The partner's number of a prepared transfer. */
	outTradeNoOf(preTransferId: string): string | undefined {
		return this.byId.get(preTransferId)?.outTradeNo;
	}

	clear(): void {
		this.byId.clear();
		this.byOutTradeNo.clear();
	}

	private isLive({ expiresAt }: PreTransfer): boolean {
		return this.now() < expiresAt;
	}
}
