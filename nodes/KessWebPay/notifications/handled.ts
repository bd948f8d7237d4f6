import type { IDataObject, INode, IWebhookFunctions } from 'n8n-workflow';

import { keepNewest } from '../../../kess/keepNewest';

/** Kept in the workflow's static data, which n8n writes anew with every notification that starts the workflow. */
const STORED = 500;

/** Kept in this process. */
const REMEMBERED = 5_000;

/**
 * What has already started a workflow, so that it does not do so again: in this process, where two notifications that
 * arrive at once are told apart, and in the workflow's static data, which outlives a restart. A repetition that is known
 * here starts no execution at all.
 *
 * That is all that n8n offers while it answers a call. Several processes do not share it without a gap: the same
 * notification at the same moment at two webhook processes of a queue-mode n8n, or a process that dies between the start
 * of the execution and the writing of its static data. What slips through, and what has been forgotten here, is met by
 * `passOn`, with which the execution begins.
 */
export class HandledNotifications {
	private readonly scopes = new Map<string, Scope>();

	/** Whether this has started the workflow. */
	has(scope: string, key: string, staticData: IDataObject): boolean {
		return this.of(scope).keys.has(key) || storedKeys(staticData).includes(key);
	}

	/** What has and begins so. */
	beginningWith(beginning: string, scope: string, staticData: IDataObject): string[] {
		const all = new Set([...storedKeys(staticData), ...this.of(scope).keys]);
		return [...all].filter((key) => key.startsWith(beginning));
	}

	/**
	 * Marks it as handled, to be settled when n8n has answered. What has been handled is from then on known by all the names.
	 *
	 * @param names all that it is known by; the last is the event's
	 * @returns false when something else was faster
	 */
	claim(scope: string, names: readonly string[], staticData: IDataObject): boolean {
		const event = names.at(-1);
		const { keys, pending } = this.of(scope);
		// Whether that one will run is not known yet.
		if (event === undefined || pending.has(event)) return false;
		const isNew = !this.has(scope, event, staticData);
		for (const key of names) {
			keys.add(key);
			if (isNew) pending.add(key);
		}
		keepNewest(keys, REMEMBERED);
		return isNew;
	}

	/** Writes what is claimed into the node's static data. n8n stores it when the execution is running. */
	store(scope: string, names: readonly string[], staticData: IDataObject): void {
		const { keys, pending } = this.of(scope);
		// With those that n8n may not have stored, because two executions wrote at the same time. But not with those of
		// which nobody knows yet whether they will run.
		const settled = [...keys].filter((other) => !pending.has(other));
		const all = new Set([...storedKeys(staticData), ...settled]);
		for (const key of names) all.delete(key);
		staticData.handled = [...all, ...names].slice(-STORED);
	}

	/** @param started whether the workflow runs; if not, the gateway's next attempt may start it */
	settle(scope: string, names: readonly string[], started: boolean): void {
		const { keys, pending } = this.of(scope);
		for (const key of names) {
			pending.delete(key);
			if (!started) keys.delete(key);
		}
	}

	private of(name: string): Scope {
		const scope = this.scopes.get(name) ?? { keys: new Set<string>(), pending: new Set<string>() };
		this.scopes.set(name, scope);
		return scope;
	}
}

interface Scope {
	/** Oldest first. */
	keys: Set<string>;
	/** Those of `keys` whose execution n8n has not answered for yet. */
	pending: Set<string>;
}

/** What the triggers of this process have handled. */
export const handled = new HandledNotifications();

/** Under what a trigger's events are kept in a process. */
export function scopeOf(context: {
	getNode(): INode;
	getWorkflow(): { id?: string | undefined };
}): string {
	return `${context.getWorkflow().id}:${context.getNode().id}`;
}

/**
 * What the trigger has in the workflow's static data. n8n keeps what is a node's under the node's name, so that a renamed
 * node forgets: therefore it lies with what is the workflow's, under the node's id.
 */
export function rememberedBy(context: IWebhookFunctions): IDataObject {
	const data = context.getWorkflowStaticData('global');
	const place = `kessWebPayTrigger:${context.getNode().id}`;
	return {
		get handled() {
			return data[place];
		},
		set handled(keys) {
			data[place] = keys;
		},
	};
}

function storedKeys({ handled: keys }: IDataObject): string[] {
	return Array.isArray(keys) ? Array.from(keys, String) : [];
}
