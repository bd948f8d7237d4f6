import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import { webPayAccount } from '../accounts.mts';
import type { SandboxCore } from '../core.mts';
import { phpText, type PhpValue } from '../phpInput.mts';
import { notificationFields } from './orderData.mts';
import type { Order } from './orders.mts';
import { webPaySign } from './signature.mts';

/** How long a receiver may take (docs/gateway.md §5). */
const TIMEOUT_MS = 25_000;

interface Attempt {
	at: string;
	/** The receiver's HTTP status; null when there was no answer. */
	status: number | null;
	/** Why there was no answer. */
	error?: string;
}

/** One notification and what became of it. */
export interface Notification {
	out_trade_no: string;
	/** The order's status that is told. */
	status: string;
	url: string;
	format: string;
	state: 'sending' | 'delivered' | 'given up';
	attempts: Attempt[];
}

/** Tells merchants by POST to `notify_url` what became of their orders (docs/gateway.md §5, notify_url callback). */
export class Notifier {
	private log: Notification[] = [];
	private stop = new AbortController();

	/** @param retryDelaysMs pauses before the second, third, ... attempt; a 2xx ends the attempts */
	constructor(
		private readonly core: SandboxCore,
		private readonly retryDelaysMs: readonly number[],
	) {}

	/** Starts to notify, if there is an address to be told; never throws, never waits. */
	notify(order: Order, url: string | null): void {
		if (url === null) return;
		const { delayMs, copies, wrongSignature } = this.core.faults.takeForNotification(order.outTradeNo);
		const { body, contentType } = this.message(order, wrongSignature);
		for (let copy = 0; copy < copies; copy += 1) {
			const notification: Notification = {
				out_trade_no: order.outTradeNo,
				status: order.status,
				url,
				format: this.core.settings.values.notifyFormat,
				state: 'sending',
				attempts: [],
			};
			this.log.push(notification);
			void this.send(notification, body, contentType, delayMs);
		}
	}

	/** Oldest first. */
	all(): readonly Notification[] {
		return this.log;
	}

	/** Forgets everything and stops sending. */
	reset(): void {
		this.stop.abort();
		this.stop = new AbortController();
		this.log = [];
	}

	private async send(notification: Notification, body: string, contentType: string, delayMs: number): Promise<void> {
		const signal = AbortSignal.any([this.stop.signal, this.core.closing]);
		for (const pause of [delayMs, ...this.retryDelaysMs]) {
			if (pause > 0) await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
			if (signal.aborted) return;
			const attempt = await this.post(notification.url, body, contentType, signal);
			notification.attempts.push(attempt);
			if (attempt.status !== null && attempt.status >= 200 && attempt.status < 300) {
				notification.state = 'delivered';
				return;
			}
		}
		notification.state = 'given up';
	}

	private async post(url: string, body: string, contentType: string, signal: AbortSignal): Promise<Attempt> {
		const at = new Date(this.core.now()).toISOString();
		try {
			const { status } = await axios.post(url, body, {
				headers: { 'content-type': contentType, 'user-agent': 'KESS sandbox' },
				timeout: TIMEOUT_MS,
				maxRedirects: 0,
				proxy: false,
				responseType: 'text',
				validateStatus: () => true,
				signal,
			});
			return { at, status };
		} catch (error) {
			return { at, status: null, error: error instanceof Error ? error.message : String(error) };
		}
	}

	private message(order: Order, wrongSignature: boolean): { body: string; contentType: string } {
		const { notifyFormat, notifySignsSignType } = this.core.settings.values;
		const data = notificationFields(order, this.core.origin());
		const apiSecretKey = wrongSignature ? 'another key' : webPayAccount.apiSecretKey;
		if (notifyFormat === 'envelope') {
			const sign = webPaySign(data, order.signType, apiSecretKey);
			return { body: JSON.stringify({ data, sign, sign_type: order.signType }), contentType: 'application/json' };
		}
		const flat = { ...data, sign_type: order.signType };
		const sign = webPaySign(notifySignsSignType ? flat : data, order.signType, apiSecretKey);
		if (notifyFormat === 'json') return { body: JSON.stringify({ ...flat, sign }), contentType: 'application/json' };
		return { body: phpForm({ ...flat, sign }), contentType: 'application/x-www-form-urlencoded' };
	}
}

/** A form as PHP's `http_build_query` writes it: `detail[0][no]=...`, `true` as 1, `false` as 0, nulls and empty lists gone. */
export function phpForm(fields: { [field: string]: PhpValue }): string {
	const form = new URLSearchParams();
	const add = (name: string, value: PhpValue) => {
		if (value === null) return;
		if (typeof value === 'object') {
			for (const [key, entry] of Object.entries(value)) add(`${name}[${key}]`, entry);
		} else {
			form.append(name, value === false ? '0' : phpText(value));
		}
	};
	for (const [name, value] of Object.entries(fields)) add(name, value);
	return form.toString();
}
