import type { IDataObject } from 'n8n-workflow';

/** Kept in the workflow's static data, which n8n writes anew with every notification that starts the workflow. */
const STORED = 500;

/** Kept in this process. */
const REMEMBERED = 5_000;

/**
 * What has already started a workflow, so that it does not do so again: in this process, where two notifications that
 * arrive at once are told apart, and in the workflow's static data, which outlives a restart.
 *
 * n8n offers a trigger nothing that several processes share without a gap. What is left: a repetition after more than
 * 500 other orders and a restart; the same notification at the same moment at two webhook processes of a queue-mode n8n;
 * a process that dies between the start of the execution and the writing of its static data.
 */
export class HandledNotifications {
	private readonly scopes = new Map<string, Scope>();

	/** Whether this has started the workflow. */
	has(scope: string, key: string, staticData: IDataObject): boolean {
		return this.of(scope).keys.has(key) || storedKeys(staticData).includes(key);
	}

	/**
	 * Marks it as handled, to be settled when n8n has answered.
	 *
	 * @returns false when something else was faster
	 */
	claim(scope: string, key: string, staticData: IDataObject): boolean {
		if (this.has(scope, key, staticData)) return false;
		const { keys, pending } = this.of(scope);
		keys.add(key);
		pending.add(key);
		for (const oldest of keys) {
			if (keys.size <= REMEMBERED) break;
			keys.delete(oldest);
		}
		return true;
	}

	/** Writes what is claimed into the node's static data. n8n stores it when the execution is running. */
	store(scope: string, key: string, staticData: IDataObject): void {
		const { keys, pending } = this.of(scope);
		// With those that n8n may not have stored, because two executions wrote at the same time. But not with those of
		// which nobody knows yet whether they will run.
		const settled = [...keys].filter((other) => !pending.has(other));
		const all = new Set([...storedKeys(staticData), ...settled]);
		all.delete(key);
		staticData.handled = [...all, key].slice(-STORED);
	}

	/** @param started whether the workflow runs; if not, the gateway's next attempt may start it */
	settle(scope: string, key: string, started: boolean): void {
		const { keys, pending } = this.of(scope);
		pending.delete(key);
		if (!started) keys.delete(key);
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

function storedKeys({ handled }: IDataObject): string[] {
	return Array.isArray(handled) ? Array.from(handled, String) : [];
}
