import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import { webPayAccount } from '../accounts.mts';
import type { SandboxCore } from '../core.mts';
import { phpText, type PhpValue } from '../phpInput.mts';
import { notificationFields, type OrderData } from './orderData.mts';
import type { Order } from './orders.mts';
import type { SavedCard } from './savedCards.mts';
import { type SignType, webPaySign } from './signature.mts';

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
	/** Empty for a saved card. */
	out_trade_no: string;
	/** The status that is told. */
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
		const { outTradeNo, status, signType } = order;
		this.tell({ out_trade_no: outTradeNo, status, url }, notificationFields(order, this.core.origin()), signType);
	}

	/** Tells of a card, which no order has. */
	notifyCard({ notifyUrl: url, signType }: SavedCard, fields: OrderData & { status: string }): void {
		this.tell({ out_trade_no: '', status: fields.status, url }, fields, signType);
	}

	private tell(what: Pick<Notification, 'out_trade_no' | 'status' | 'url'>, fields: OrderData, signType: SignType): void {
		const { delayMs, copies, wrongSignature } = this.core.faults.takeForNotification(what.out_trade_no);
		const message = this.message(fields, signType, wrongSignature);
		for (let copy = 0; copy < copies; copy += 1) {
			const notification: Notification = { ...what, format: this.core.settings.values.notifyFormat, state: 'sending', attempts: [] };
			this.log.push(notification);
			void this.send(notification, message, delayMs);
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

	private async send(notification: Notification, message: Message, delayMs: number): Promise<void> {
		const signal = AbortSignal.any([this.stop.signal, this.core.closing]);
		for (const pause of [delayMs, ...this.retryDelaysMs]) {
			if (pause > 0) await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
			if (signal.aborted) return;
			const attempt = await this.post(notification.url, message, signal);
			notification.attempts.push(attempt);
			if (attempt.status !== null && attempt.status >= 200 && attempt.status < 300) {
				notification.state = 'delivered';
				return;
			}
		}
		notification.state = 'given up';
	}

	private async post(url: string, { body, contentType }: Message, signal: AbortSignal): Promise<Attempt> {
		const at = new Date(this.core.now()).toISOString();
		try {
			const { status } = await axios.post(url, Buffer.from(body), {
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

	private message(data: OrderData, signType: SignType, wrongSignature: boolean): Message {
		const { notifyFormat, notifySignsSignType, notifyByteOrderMark } = this.core.settings.values;
		const apiSecretKey = wrongSignature ? 'another key' : webPayAccount.apiSecretKey;
		const json = (fields: object): Message => ({
			body: (notifyByteOrderMark ? '\uFEFF' : '') + JSON.stringify(fields),
			contentType: 'application/json',
		});
		if (notifyFormat === 'envelope') return json({ data, sign: webPaySign(data, signType, apiSecretKey), sign_type: signType });
		const flat = { ...data, sign_type: signType };
		const signed = { ...flat, sign: webPaySign(notifySignsSignType ? flat : data, signType, apiSecretKey) };
		switch (notifyFormat) {
			case 'json':
				return json(signed);
			case 'multipart':
				return phpMultipart(signed);
			case 'form':
				return { body: phpForm(signed), contentType: 'application/x-www-form-urlencoded' };
		}
	}
}

interface Message {
	body: string;
	contentType: string;
}

/** A form as PHP's `http_build_query` writes it: `detail[0][no]=...`, `true` as 1, `false` as 0, nulls and empty lists gone. */
export function phpForm(fields: { [field: string]: PhpValue }): string {
	return phpFields(fields).toString();
}

/** The same fields as the multipart form of PHP's usual HTTP clients: a part for each, which says its length and no type. */
export function phpMultipart(fields: { [field: string]: PhpValue }): Message {
	const boundary = randomBytes(20).toString('hex');
	const parts = [...phpFields(fields)].map(
		([name, value]) =>
			`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Length: ${Buffer.byteLength(value)}\r\n\r\n${value}\r\n`,
	);
	return { body: `${parts.join('')}--${boundary}--\r\n`, contentType: `multipart/form-data; boundary=${boundary}` };
}

function phpFields(fields: { [field: string]: PhpValue }): URLSearchParams {
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
	return form;
}
