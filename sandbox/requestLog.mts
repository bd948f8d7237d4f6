import type { ServerResponse } from 'node:http';

const KEPT = 10_000;

/** One request to a gateway. Nothing secret is ever put into it. */
interface LoggedRequest {
	at: string;
	/** The gateway's name, for example `webpay v2`. */
	gateway: string;
	/** In lower case. */
	service: string;
	out_trade_no: string | null;
	/** The HTTP status sent; null when none was. */
	status: number | null;
	/** Whether the answer left in full. */
	answered: boolean;
}

interface Count {
	requests: number;
	answered: number;
	inFlight: number;
	maxInFlight: number;
	/** Answers with HTTP 429. */
	tooManyRequests: number;
}

/** Counts in all and by service (`oauth` is the login), and the last requests, oldest first. */
export interface RequestReport extends Count {
	services: Record<string, Count>;
	recent: LoggedRequest[];
}

const zero = (): Count => ({ requests: 0, answered: 0, inFlight: 0, maxInFlight: 0, tooManyRequests: 0 });

/** What came in, for tests and for the curious. */
export class RequestLog {
	private recent: LoggedRequest[] = [];
	private total = zero();
	private services = new Map<string, Count>();
	private admitted = 0;

	/**
	 * Notes a request and follows it until its answer has left or its connection is gone.
	 *
	 * @param limit how many requests with a limit may be under way, 0 for any number; without it the request is not counted
	 * @returns whether it is one too many
	 */
	begin(
		outgoing: ServerResponse,
		request: { gateway: string; service: string; outTradeNo?: string | undefined },
		now: number,
		limit?: number,
	): boolean {
		const { gateway, service, outTradeNo } = request;
		const isOneTooMany = limit !== undefined && limit > 0 && this.admitted >= limit;
		const isAdmitted = limit !== undefined && !isOneTooMany;
		if (isAdmitted) this.admitted += 1;
		const entry: LoggedRequest = {
			at: new Date(now).toISOString(),
			gateway,
			service,
			out_trade_no: outTradeNo ?? null,
			status: null,
			answered: false,
		};
		this.recent.push(entry);
		if (this.recent.length > KEPT) this.recent.shift();
		const ofService = this.services.get(service) ?? zero();
		this.services.set(service, ofService);
		const counts = [this.total, ofService];
		for (const count of counts) {
			count.requests += 1;
			count.inFlight += 1;
			count.maxInFlight = Math.max(count.maxInFlight, count.inFlight);
		}
		let ended = false;
		const end = (answered: boolean) => {
			if (ended) return;
			ended = true;
			entry.answered = answered;
			entry.status = outgoing.headersSent ? outgoing.statusCode : null;
			if (isAdmitted) this.admitted -= 1;
			for (const count of counts) {
				count.inFlight -= 1;
				if (answered) count.answered += 1;
				if (answered && entry.status === 429) count.tooManyRequests += 1;
			}
		};
		outgoing.once('finish', () => end(true));
		outgoing.once('close', () => end(false));
		return isOneTooMany;
	}

	report(): RequestReport {
		return { ...this.total, services: Object.fromEntries(this.services), recent: this.recent };
	}

	/** Requests still in flight go on being counted where they began. */
	reset(): void {
		this.recent = [];
		this.total = zero();
		this.services = new Map();
	}
}
