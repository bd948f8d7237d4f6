import { LIMITS } from '../limits';
import { LoginBusyError, LoginRefusedError } from './loginErrors';

/** A token is not used to its end, because a request that is under way may outlive it: so long before, or half its life. */
const RENEW_BEFORE_MS = 60_000;

/** The life of a token when the answer does not say (docs/gateway.md §11, point 11). */
const DEFAULT_LIFE_SECONDS = 1800;

/** How long a refused login is remembered, so that a wrong password costs one login and not one for each item. */
const REFUSAL_MS = 10_000;

/** A login that has been under way for longer is left to those who wait for it already: it may never end. */
const JOINED_WITHIN_MS = 5_000;

/** A login is not held off for longer, whatever a busy gateway asks for. */
const LONGEST_BUSY_MS = 60_000;

/**
 * Set in the values of a credential whose login belongs to one item alone: it stays in this process, because the stored
 * credential is that of all items.
 */
export const KEPT_HERE = 'loginStaysHere';

/** What a login gives. */
export interface AccessGrant {
	accessToken: string;
	/** When it is to be renewed, some time before its end, in milliseconds since the epoch. */
	renewAt: number;
}

/** Whether this part of an answer is a token that can be sent. */
export function isToken(value: unknown): value is string {
	return typeof value === 'string' && value !== '' && value.length <= LIMITS.tokenLength;
}

/**
 * A token and when it is to be renewed.
 *
 * @param lifeSeconds what the answer says: a number or its text, or nothing usable
 * @param now milliseconds since the epoch
 */
export function accessGrant(accessToken: string, lifeSeconds: unknown, now: number): AccessGrant {
	const seconds = Number(lifeSeconds);
	const life = (seconds > 0 ? seconds : DEFAULT_LIFE_SECONDS) * 1000;
	return { accessToken, renewAt: now + life - Math.min(RENEW_BEFORE_MS, life / 2) };
}

/**
 * What the `preAuthentication` of a credential gives back to n8n, which stores it and writes it into the credential's values.
 *
 * @param credentials the values that the request is sent with
 */
export function loginFor(
	credentials: Record<string, unknown>,
	{ accessToken, renewAt }: AccessGrant,
): { accessToken?: string; accessRenewAt?: string } {
	const login = { accessToken, accessRenewAt: String(renewAt) };
	if (credentials[KEPT_HERE] !== true) return login;
	Object.assign(credentials, login);
	return {};
}

/** Whether a token can still be used for a new request. */
export function isUsable(
	grant: { accessToken: unknown; renewAt: unknown },
	now = Date.now(),
): boolean {
	if (typeof grant.accessToken !== 'string' || grant.accessToken === '') return false;
	const renewAt = Number(grant.renewAt);
	return !Number.isFinite(renewAt) || renewAt === 0 || renewAt > now;
}

/**
 * The tokens of this process. n8n keeps the current token in the stored credential, but lets every item that finds
 * none log in by itself; here all who ask at the same time share one login.
 */
export class TokenStore {
	private readonly grants = new Map<string, AccessGrant>();
	private readonly logins = new Map<string, { grant: Promise<AccessGrant>; since: number }>();
	private readonly refusals = new Map<
		string,
		{ error: LoginRefusedError | LoginBusyError; until: number }
	>();

	/**
	 * A usable token for these login values.
	 *
	 * @param key what `digestOf` made of them
	 * @param login asks the gateway; called once however many wait
	 * @throws LoginRefusedError and LoginBusyError as `login` does, and again without asking for a short while, or as long
	 *   as the gateway has asked for; whatever else `login` throws
	 */
	async get(key: string, login: () => Promise<AccessGrant>): Promise<AccessGrant> {
		const grant = this.grants.get(key);
		if (grant && isUsable(grant)) return grant;
		const refusal = this.refusals.get(key);
		if (refusal && refusal.until > Date.now()) throw refusal.error;
		const underWay = this.logins.get(key);
		if (underWay && Date.now() - underWay.since < JOINED_WITHIN_MS) return await underWay.grant;
		const started = { grant: this.logIn(key, login), since: Date.now() };
		this.logins.set(key, started);
		try {
			return await started.grant;
		} finally {
			if (this.logins.get(key) === started) this.logins.delete(key);
		}
	}

	/** Leaves a login that takes too long to those who wait for it already: the next who asks begins a new one. */
	disown(key: string): void {
		this.logins.delete(key);
	}

	/**
	 * Says that the gateway no longer takes this token. A newer one that has replaced it stays; an older one, which another
	 * worker's login has followed, goes too.
	 *
	 * @param renewAt when the refused token was to be renewed, as far as that is known
	 */
	reject(key: string, accessToken: string, renewAt: unknown): void {
		const grant = this.grants.get(key);
		if (grant === undefined) return;
		if (grant.accessToken === accessToken || grant.renewAt <= Number(renewAt))
			this.grants.delete(key);
	}

	private async logIn(key: string, login: () => Promise<AccessGrant>): Promise<AccessGrant> {
		return await login().then(
			(grant) => {
				this.grants.set(key, grant);
				this.refusals.delete(key);
				return grant;
			},
			async (error: unknown) => {
				if (error instanceof LoginRefusedError)
					this.refusals.set(key, { error, until: Date.now() + REFUSAL_MS });
				if (error instanceof LoginBusyError) {
					this.refusals.set(key, {
						error,
						until: Date.now() + Math.min(error.wait.ms, LONGEST_BUSY_MS),
					});
				}
				return await Promise.reject(error);
			},
		);
	}
}
