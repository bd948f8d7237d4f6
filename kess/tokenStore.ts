import { createHash } from 'node:crypto';

import { lossReason, unreachable } from './connection';
import { NotSentError } from './kessError';

/** A token within this time of its end is not used any more: a request that is under way may outlive it. */
const RENEW_BEFORE_MS = 60_000;

/** The life of a token when the answer does not say (kess-api §11, point 11). */
const DEFAULT_LIFE_SECONDS = 1800;

/** How long a refused login is remembered, so that a wrong password costs one login and not one for each item. */
const REFUSAL_MS = 10_000;

/** What a login gives. */
export interface AccessGrant {
	accessToken: string;
	/** Milliseconds since the epoch. */
	expiresAt: number;
}

/**
 * A token with the end of its life.
 *
 * @param lifeSeconds what the answer says: a number or its text, or nothing usable
 * @param now milliseconds since the epoch
 */
export function accessGrant(accessToken: string, lifeSeconds: unknown, now: number): AccessGrant {
	const seconds = Number(lifeSeconds);
	return { accessToken, expiresAt: now + (seconds > 0 ? seconds : DEFAULT_LIFE_SECONDS) * 1000 };
}

/** The gateway refused to log in: asking again with the same values is pointless. */
export class LoginRefusedError extends NotSentError {
	override name = 'LoginRefusedError';
}

/**
 * The words for a login that got no answer.
 *
 * @param error what the HTTP request threw
 */
export function loginFailure(error: unknown, origin: string): NotSentError {
	return (
		unreachable(error, origin) ??
		new NotSentError(`The login at KESS failed: ${lossReason(error)}`, 'Try again later. Nothing else was sent.')
	);
}

/** Whether a token can still be used for a new request. */
export function isUsable(grant: { accessToken: unknown; expiresAt: unknown }, now = Date.now()): boolean {
	if (typeof grant.accessToken !== 'string' || grant.accessToken === '') return false;
	const expiresAt = Number(grant.expiresAt);
	return !Number.isFinite(expiresAt) || expiresAt === 0 || expiresAt - RENEW_BEFORE_MS > now;
}

/** A key that stands for a set of login values without holding any of them. */
export function loginKey(...values: unknown[]): string {
	return createHash('sha256').update(JSON.stringify(values)).digest('base64');
}

/**
 * The tokens of this process. n8n keeps the current token in the stored credential, but lets every item that finds
 * none log in by itself; here all who ask at the same time share one login.
 */
export class TokenStore {
	private readonly grants = new Map<string, AccessGrant>();
	private readonly logins = new Map<string, Promise<AccessGrant>>();
	private readonly refusals = new Map<string, { error: LoginRefusedError; until: number }>();

	/**
	 * A usable token for these login values.
	 *
	 * @param key what `loginKey` made of them
	 * @param login asks the gateway; called once however many wait
	 * @throws LoginRefusedError as `login` does, and again without asking for a short while; whatever else `login` throws
	 */
	async get(key: string, login: () => Promise<AccessGrant>): Promise<AccessGrant> {
		const grant = this.grants.get(key);
		if (grant && isUsable(grant)) return grant;
		const refusal = this.refusals.get(key);
		if (refusal && refusal.until > Date.now()) throw refusal.error;
		const underWay = this.logins.get(key);
		if (underWay) return await underWay;
		const started = this.logIn(key, login);
		this.logins.set(key, started);
		return await started;
	}

	/** Says that the gateway no longer takes this token. A newer one that has replaced it stays. */
	reject(key: string, accessToken: string): void {
		if (this.grants.get(key)?.accessToken === accessToken) this.grants.delete(key);
	}

	private async logIn(key: string, login: () => Promise<AccessGrant>): Promise<AccessGrant> {
		try {
			return await login().then(
				(grant) => {
					this.grants.set(key, grant);
					this.refusals.delete(key);
					return grant;
				},
				async (error: unknown) => {
					if (error instanceof LoginRefusedError) this.refusals.set(key, { error, until: Date.now() + REFUSAL_MS });
					return await Promise.reject(error);
				},
			);
		} finally {
			this.logins.delete(key);
		}
	}
}
