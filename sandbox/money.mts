/** Everything by which money moves. A renewal is a later charge of a subscription. */
const KINDS = ['transfer', 'khqr', 'refund', 'charge', 'subscription', 'renewal'] as const;

export type MoneyKind = (typeof KINDS)[number];

/** One time that money moved. */
export interface MoneyBooking {
	kind: MoneyKind;
	/** What the caller knows it by: a refund by the merchant's reference, without one by its order; a renewal by KESS's number. */
	number: string;
	amount: number;
	currency: string;
	/** For what: the receiver of a transfer or KHQR payment, the order of a refund or renewal, the title of an order. */
	what: string;
	/** Milliseconds since 1970. */
	at: number;
}

/** As `GET /sandbox/money` shows it. */
export type MoneyReport = ReturnType<MoneyLog['report']>;

/** All that was booked at both gateways, so that a test can judge by the ledger alone. */
export class MoneyLog {
	private bookings: MoneyBooking[] = [];

	book(booking: MoneyBooking): void {
		this.bookings.push(booking);
	}

	/** Oldest first, and for each kind the numbers that were booked more than once. */
	report() {
		const doublePayments = Object.fromEntries(KINDS.map((kind) => [kind, this.twice(kind)])) as Record<MoneyKind, string[]>;
		return { bookings: this.bookings.map((booking) => ({ ...booking, at: new Date(booking.at).toISOString() })), doublePayments };
	}

	clear(): void {
		this.bookings = [];
	}

	private twice(kind: MoneyKind): string[] {
		const numbers = this.bookings.filter((booking) => booking.kind === kind).map(({ number }) => number);
		const seen = new Set<string>();
		return [...new Set(numbers.filter((number) => seen.has(number) || !seen.add(number)))];
	}
}
