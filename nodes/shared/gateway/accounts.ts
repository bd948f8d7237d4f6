import type { ICredentialDataDecryptedObject, IExecuteFunctions } from 'n8n-workflow';

import { KessError } from '../../../kess/errors';
import { digestOf } from '../../../kess/digest';
import { KEPT_HERE } from '../../../kess/gateway/tokenStore';

/** What a login leaves in a credential. */
const LOGIN = ['accessToken', 'accessRenewAt'];

/** Further than any list goes. */
const NO_ITEM = Number.MAX_SAFE_INTEGER;

/**
 * The accounts of one execution: one, unless the node's credential has expressions. Then it is read for each item, and
 * items that it gives the same account share a client.
 */
export class Accounts<Client> {
	private readonly clients = new Map<string, Client>();
	private common: Promise<Client | undefined> | undefined;

	/** @param open a client for what the credential gives, and why nothing can be sent with that */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly credentialType: string,
		private readonly open: (
			credentials: ICredentialDataDecryptedObject,
			problem: KessError | undefined,
		) => Client,
	) {}

	/** @throws KessError for a credential of which nobody can tell whose it is; whatever n8n throws for one that cannot be read */
	async clientOf(itemIndex: number): Promise<Client> {
		this.common ??= this.openCommon();
		return (await this.common) ?? (await this.openFor(itemIndex));
	}

	/** The client of all items; `undefined` when the credential has to be read for each of them. */
	private async openCommon(): Promise<Client | undefined> {
		const index = watchedIndex();
		let credentials: ICredentialDataDecryptedObject;
		try {
			credentials = await this.context.getCredentials(this.credentialType, index.value);
		} catch {
			// It may be about this index, which is none.
			return undefined;
		}
		return index.isUsed() ? undefined : this.open(credentials, undefined);
	}

	private async openFor(itemIndex: number): Promise<Client> {
		const credentials = await this.context.getCredentials(this.credentialType, itemIndex);
		const key = accountKey(credentials);
		const known = this.clients.get(key);
		if (known !== undefined) return known;
		// The token in the stored credential may be that of another item's account.
		const client = this.open(
			{ ...credentials, accessToken: '', accessRenewAt: '', [KEPT_HERE]: true },
			this.findNoValue(credentials),
		);
		this.clients.set(key, client);
		return client;
	}

	/** A column that is not there must not stand for an empty field, which may mean another account. */
	private findNoValue(credentials: ICredentialDataDecryptedObject): KessError | undefined {
		const empty = Object.entries(credentials).find(
			([, value]) => value === undefined || value === null,
		);
		if (empty === undefined) return undefined;
		const property = this.context
			.getCredentialsProperties(this.credentialType)
			.find(({ name }) => name === empty[0]);
		return new KessError(
			`The expression for ${property?.displayName ?? empty[0]} in the KESS credential gives nothing for this item`,
			'Nothing was sent for this item. Check that this row has the column that the credential takes it from.',
		);
	}
}

/**
 * For an operation that goes on when there is no item any more.
 *
 * @param operation as the panel names it
 * @throws KessError when the credential depends on the item
 */
export async function requireOneAccount(
	context: IExecuteFunctions,
	credentialType: string,
	operation: string,
): Promise<void> {
	const own = accountKey(await context.getCredentials(credentialType, 0));
	const without = await context
		.getCredentials(credentialType, NO_ITEM)
		.then(accountKey, () => undefined);
	if (own === without) return;
	throw new KessError(
		`${operation} cannot use a KESS credential that takes values from the item`,
		'Nothing was sent. When KESS tells of the payment there is no item to take them from. Choose a credential without expressions, or create the order with Create.',
	);
}

/** A key that stands for what a credential gives, but for the login, without holding any of it. */
function accountKey(credentials: ICredentialDataDecryptedObject): string {
	return digestOf(
		Object.entries(credentials)
			.filter(([field]) => !LOGIN.includes(field))
			.sort(([one], [other]) => (one < other ? -1 : 1)),
	);
}

/**
 * An index that tells whether anybody has looked at it. n8n does not say whether a credential has expressions, but only they
 * look at the index of the item: what was read without a look is the same for every item. Reading the credential for each
 * item anyway would cost as much as all the rest of it.
 */
function watchedIndex(): { value: number; isUsed(): boolean } {
	let used = false;
	const look = {
		get(target: object, name: string | symbol, receiver: unknown): unknown {
			used = true;
			return Reflect.get(target, name, receiver);
		},
		has: () => (used = true),
		ownKeys: (target: object) => {
			used = true;
			return Reflect.ownKeys(target);
		},
		getPrototypeOf: (target: object) => {
			used = true;
			return Reflect.getPrototypeOf(target);
		},
	};
	return {
		value: new Proxy({ valueOf: () => NO_ITEM }, look) as unknown as number,
		isUsed: () => used,
	};
}
