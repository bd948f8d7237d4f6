import { randomBytes, randomInt } from 'node:crypto';
import type { SettingValues } from '../settings.mts';
import type { Ledger } from './ledger.mts';
import { Refusal } from './refusal.mts';
import type { Booking, PreTransfer, TransferRequest } from './transfer.mts';

/** How a number of the partner stands. */
export type Standing =
	| { state: 'none' | 'expired' }
	/** The newest one that can be confirmed. */
	| { state: 'open'; transfer: PreTransfer }
	/** Confirmed and not paid. */
	| { state: 'held'; transfer: PreTransfer; resultCode: string }
	/** The first that was paid. */
	| { state: 'paid'; transfer: PreTransfer; booking: Booking };

/** Keeps a confirmed transfer from being paid at once. */
export interface Hold {
	/** What it is said to be until it is paid. */
	resultCode: string;
	/** Pays when its time has come, if ever. */
	until: (pay: () => void) => void;
}

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
	 * @throws Refusal when the number may not be used
	 */
	prepare(request: TransferRequest, { preTransferLifeSeconds: lifeSeconds, secondCreate, referencesAsNumbers }: SettingValues): PreTransfer {
		const before = this.byOutTradeNo.get(request.outTradeNo) ?? [];
		const isTaken = {
			refuse: () => true,
			used: () => true,
			expired: (earlier: PreTransfer) => isConfirmed(earlier) || isLive(earlier, this.now()),
			open: isConfirmed,
			always: () => false,
		}[secondCreate];
		if (before.some(isTaken)) {
			throw new Refusal(secondCreate === 'used' ? 'USED' : 'VALIDATIONERROR', 'The out_trade_no has already been used.');
		}
		const transfer: PreTransfer = {
			...request,
			preTransferId: referencesAsNumbers ? digits(18) : randomBytes(16).toString('hex'),
			createdAt: this.now(),
			lifeSeconds,
			expiresAt: this.now() + lifeSeconds * 1000,
			booking: null,
			held: null,
		};
		this.byId.set(transfer.preTransferId, transfer);
		this.byOutTradeNo.set(transfer.outTradeNo, [...before, transfer]);
		return transfer;
	}

	/**
	 * Pays. Each prepared transfer pays once; two of them under one number pay twice.
	 *
	 * @param hold keeps it from being paid at once; then `booking` is null
	 * @throws Refusal with the code NOTEXIST, USED or EXPIRED
	 */
	confirm(preTransferId: string, partnerTransactionId: string, hold?: Hold): PreTransfer {
		const transfer = this.byId.get(preTransferId);
		if (!transfer) throw new Refusal('NOTEXIST', 'There is no pre fund transfer with this ID.');
		if (isConfirmed(transfer)) throw new Refusal('USED', 'The pre fund transfer ID is used.');
		if (!isLive(transfer, this.now())) throw new Refusal('EXPIRED', 'The unified fund transfer is expired.');
		const pay = () => {
			transfer.booking = this.ledger.book(transfer, partnerTransactionId, this.now());
		};
		if (!hold) pay();
		else {
			transfer.held = { since: this.now(), resultCode: hold.resultCode };
			hold.until(pay);
		}
		return transfer;
	}

	/** @param at how it stood then, in milliseconds since 1970 */
	standing(outTradeNo: string, at: number): Standing {
		const transfers = (this.byOutTradeNo.get(outTradeNo) ?? []).filter(({ createdAt }) => createdAt <= at);
		for (const transfer of transfers) {
			if (transfer.booking && transfer.booking.time <= at) return { state: 'paid', transfer, booking: transfer.booking };
		}
		for (const transfer of transfers) {
			if (transfer.held && transfer.held.since <= at) return { state: 'held', transfer, resultCode: transfer.held.resultCode };
		}
		const transfer = transfers.findLast((prepared) => isLive(prepared, at));
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
}

/** A number of so many digits, as text: JavaScript's own numbers cannot hold them all. */
function digits(count: number): string {
	return Array.from({ length: count }, (_, index) => randomInt(index === 0 ? 1 : 0, 10)).join('');
}

function isLive({ expiresAt }: PreTransfer, at: number): boolean {
	return at < expiresAt;
}

function isConfirmed({ booking, held }: PreTransfer): boolean {
	return booking !== null || held !== null;
}
