import { type ICredentialDataDecryptedObject, sleep } from 'n8n-workflow';

import { isUsable, KEPT_HERE, type TokenStore } from '../../../kess/gateway/tokenStore';
import type { GatewayContext } from './context';

/** Longer than n8n takes from a login to having stored its token; workers that are refused together do not look together. */
const STORED_WITHIN_MS = 200;
const SURELY_STORED_WITHIN_MS = 4 * STORED_WITHIN_MS;

/** What tells the tokens of the gateways apart. */
export interface TokenRules {
	/** The tokens of this process. */
	store: TokenStore;
	/** The key in it of a credential's token. */
	keyOf(credentials: ICredentialDataDecryptedObject): string;
}

/**
 * The access token of one execution. It lies in the credential, where n8n logs in when it finds none, and is shared with
 * other workers through n8n's stored credential.
 */
export class SessionToken {
	/** Where the token that replaced the last one has come from. */
	private source: 'login' | 'store' = 'login';
	private looking: Promise<void> | undefined;

	constructor(
		private readonly context: GatewayContext,
		private readonly credentialType: string,
		private readonly credentials: ICredentialDataDecryptedObject,
		private readonly rules: TokenRules,
	) {}

	/** The token; empty when n8n has to log in before the next request. */
	get value(): string {
		return String(this.credentials.accessToken ?? '');
	}

	private set value(token: string) {
		this.credentials.accessToken = token;
	}

	/** Replaces a token that is about to end. */
	async renewInTime(): Promise<void> {
		if (this.value !== '' && !this.isUsable(this.credentials))
			await this.replaceWithin(this.value, 0, true);
	}

	/**
	 * Puts another token in the place of one that the gateway no longer takes: one that another worker has stored, or else,
	 * when this request may log in, that of a login, which n8n does before the next request. All requests look and log in
	 * together.
	 *
	 * @param logins how often this request has been sent with the token of a login
	 * @param most how often it may be
	 * @returns where the new token comes from; `undefined` when there is none
	 */
	async replace(old: string, logins: number, most: number): Promise<'login' | 'store' | undefined> {
		// Its own login is refused too, so another worker's has followed, which a busy machine stores later.
		const pause = logins === 0 ? STORED_WITHIN_MS : SURELY_STORED_WITHIN_MS;
		return await this.replaceWithin(old, pause, logins < most);
	}

	/** Nobody of this execution waits for the login that is under way any more. */
	giveUpLogin(): void {
		this.rules.store.disown(this.rules.keyOf(this.credentials));
	}

	/** @param pause milliseconds after which to look again for a token that is being stored right now */
	private async replaceWithin(
		old: string,
		pause: number,
		mayLogIn: boolean,
	): Promise<'login' | 'store' | undefined> {
		if (this.value === old) {
			this.looking ??= this.takeStored(old, pause).finally(() => {
				this.looking = undefined;
			});
			await this.looking;
		}
		if (this.value !== old) return this.source;
		if (!mayLogIn) return undefined;
		this.value = '';
		this.source = 'login';
		return 'login';
	}

	/** Uses the token that another worker has stored in n8n, where there is one. */
	private async takeStored(old: string, pause: number): Promise<void> {
		const { store, keyOf } = this.rules;
		store.reject(keyOf(this.credentials), old, this.credentials.accessRenewAt);
		// Its login belongs to one item alone, and is in no store.
		if (this.credentials[KEPT_HERE] === true) return;
		let found = await this.readStored(old);
		if (found === undefined && pause > 0) {
			await sleep(pause * (1 + Math.random()));
			found = await this.readStored(old);
		}
		if (found === undefined || this.value !== old) return;
		this.credentials.accessRenewAt = found.accessRenewAt ?? '';
		this.value = String(found.accessToken);
		this.source = 'store';
	}

	/** The stored credential when it has another token that is good, and has not been changed otherwise. */
	private async readStored(old: string): Promise<ICredentialDataDecryptedObject | undefined> {
		const { keyOf } = this.rules;
		try {
			const stored = await this.context.getCredentials(this.credentialType);
			const isNew = stored.accessToken !== old && this.isUsable(stored);
			return isNew && keyOf(stored) === keyOf(this.credentials) ? stored : undefined;
		} catch {
			// Whatever keeps n8n from reading it: a login does not need it.
			return undefined;
		}
	}

	private isUsable({ accessToken, accessRenewAt }: ICredentialDataDecryptedObject): boolean {
		return isUsable({ accessToken, renewAt: accessRenewAt });
	}
}
