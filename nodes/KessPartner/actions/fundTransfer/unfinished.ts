import type { IDataObject } from 'n8n-workflow';

import type { Claim } from './memory';

/** A transfer that has been prepared, but whose end is not known yet. */
export interface Started {
	/** The gateway's answer to `create`. */
	prepared: IDataObject;
	partnerTransactionId: string;
	/** Whether a confirmation has been sent whose end is not known. */
	sent: boolean;
	/** Under which it may be confirmed; from its end on it cannot be any more. */
	claim: Claim;
}

/**
 * Transfers that this process has prepared and not finished, so that running the row again goes on with the same
 * pre-transfer instead of waiting until it runs out. Whatever ends the process forgets them: then the gateway's answer
 * and n8n's durable store decide.
 */
export class Unfinished {
	private readonly started = new Map<string, Started>();

	get(key: string, now = Date.now()): Started | undefined {
		const found = this.started.get(key);
		return found !== undefined && found.claim.until > now ? found : undefined;
	}

	set(key: string, started: Started, now = Date.now()): void {
		for (const [other, { claim }] of this.started) {
			if (claim.until <= now) this.started.delete(other);
		}
		this.started.set(key, started);
	}

	delete(key: string): void {
		this.started.delete(key);
	}
}
