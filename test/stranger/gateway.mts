import { createHash, createSign, createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A gateway written from the two specifications alone, by somebody who had not read the nodes, nor the sandbox. What it answers to a
 * service can be replaced. Its ledger is the only truth.
 */

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
export const PARTNER = pair();
export const KESS = pair();
export const API_KEY = 'ATK-API-SECRET-KEY-0001';

export type Body = Record<string, any>;
export type Answer = { status: number; body: Body; text?: undefined } | { status: number; text: string } | 'cut' | 'hang';

export interface Booking {
	kind: 'transfer' | 'khqr' | 'refund' | 'charge' | 'subscription';
	number: string;
	amount: string;
	to: string;
	/** Partner or seller. */
	by: string;
	/** Shown by look-ups from then on. */
	shownAt: number;
	at: number;
	extra: Body;
}

export const phpJson = (body: Body): string => {
	const { sign: _s, sign_type: _t, ...rest } = body;
	const sorted = Object.fromEntries(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
	return JSON.stringify(sorted).replaceAll('/', '\\/').replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
};
export const partnerSigned = (body: Body): Body => ({ ...body, sign_type: 'RSA2', sign: createSign('sha256').update(phpJson(body)).sign(KESS.privateKey, 'base64') });
export const webPaySign = (data: any): string => {
	const text = Array.isArray(data)
		? ''
		: Object.keys(data)
				.filter((key) => key !== 'sign' && data[key] !== null && data[key] !== undefined && data[key] !== '' && typeof data[key] !== 'object')
				.sort()
				.map((key) => `${key}=${data[key]}`)
				.join('&');
	return createHash('md5').update(`${text}&key=${API_KEY}`).digest('hex');
};
export const webPaySigned = (data: any): Answer => ({ status: 200, body: { success: true, data, sign: webPaySign(data), sign_type: 'MD5' } });
export const webPayRefusal = (status: number, reason: string, code: string | number = status): Answer => ({ status, body: { success: false, error_des: reason, status_code: code } });
export const ok = (data: Body): Answer => ({ status: 200, body: partnerSigned({ success: true, code: 200, message: 'OK', data }) });
export const no = (status: number, error_code: string, error_desc: string): Answer => ({ status, body: partnerSigned({ success: false, error_code, error_desc }) });

export class Gateway {
	url = '';
	ledger: Booking[] = [];
	pre = new Map<string, Body>();
	orders = new Map<string, Body>();
	/** How late a look-up shows what was booked. */
	lagMs = 0;
	/** Whether a number may be used again. */
	takesAgain = true;
	expireIn: unknown = 300;
	/** Instead of what is honest, for one service: (body, honest) => answer. `honest` carries it out. */
	on: Record<string, (body: Body, honest: () => Answer, nth: number) => Answer | Promise<Answer>> = {};
	counts: Record<string, number> = {};
	next = 1;
	private server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => void this.handle(request.url ?? '', request.headers as Body, Buffer.concat(chunks).toString('utf8'), response));
		request.on('error', () => undefined);
	});

	async start(): Promise<this> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
		return this;
	}

	stop(): void {
		this.server.close();
		this.server.closeAllConnections();
	}

	reset(): void {
		Object.assign(this, { ledger: [], pre: new Map(), orders: new Map(), lagMs: 0, takesAgain: true, expireIn: 300, on: {}, counts: {} });
	}

	paid(number: string, kind?: Booking['kind']): Booking[] {
		return this.ledger.filter((entry) => entry.number === number && (kind === undefined || entry.kind === kind));
	}

	private visible(): Booking[] {
		return this.ledger.filter(({ shownAt }) => shownAt <= Date.now());
	}

	book(kind: Booking['kind'], number: string, amount: unknown, to: string, by: string, extra: Body = {}): Booking {
		const entry = { kind, number, amount: String(amount), to, by, at: Date.now(), shownAt: Date.now() + this.lagMs, extra };
		this.ledger.push(entry);
		return entry;
	}

	private async handle(url: string, headers: Body, text: string, response: ServerResponse): Promise<void> {
		let body: Body = {};
		try {
			body = JSON.parse(text) as Body;
		} catch {
			// A service that is not there refuses it.
		}
		let answer: Answer;
		if (url.endsWith('/partnerapi/v1/token')) answer = this.on.token ? await this.on.token({ ...body, ...headers }, () => this.token(headers), 0) : this.token(headers);
		else if (url.endsWith('/oauth/token')) answer = { status: 200, body: { token_type: 'Bearer', expires_in: '1800', access_token: `oauth-token-of-${body.username}-0000000000`, refresh_token: 'refresh-0000000000000' } };
		else {
			const service = String(body.service);
			const key = service.toLowerCase().replace('webpay.acquire.', '');
			const nth = (this.counts[key] = (this.counts[key] ?? 0) + 1);
			const honest = () => (url.includes('/partnerapi/') ? this.partner(service, body, headers) : this.webPay(key, body));
			answer = this.on[key] ? await this.on[key](body, honest, nth) : honest();
		}
		if (answer === 'cut') {
			response.socket?.destroy();
			return;
		}
		if (answer === 'hang') return;
		const { text: page } = answer;
		response.writeHead(answer.status, { 'content-type': page === undefined ? 'application/json' : 'text/html' });
		response.end(page === undefined ? JSON.stringify((answer as { body: Body }).body) : page);
	}

	private token(headers: Body): Answer {
		return { status: 200, body: { access_token: `partner-token-of-${headers['partner-id']}-${'x'.repeat(40)}`, expire_in: 3600 } };
	}

	private partner(service: string, body: Body, headers: Body): Answer {
		const verified = createVerify('sha256').update(phpJson(body)).verify(PARTNER.publicKey, String(body.sign), 'base64');
		if (!verified) return no(400, 'VALIDATIONERROR', 'The signature is invalid');
		const by = /partner-token-of-(.*?)-x{40}/.exec(String(headers.authorization))?.[1] ?? '?';
		switch (service) {
			case 'create.unified.fundTransfer': {
				if (!this.takesAgain && [...this.pre.values()].some((one) => one.number === body.out_trade_no && one.by === by)) return no(400, 'VALIDATIONERROR', 'The out trade no has already been taken.');
				if (body.receiver_id === '000000000') return no(400, 'NOTELIGIBLE', 'Receiver is not eligible for the fund.');
				const id = `PRE${this.next++}`;
				this.pre.set(id, { id, by, number: body.out_trade_no, receiver: body.receiver_id, amount: body.amount, currency: body.currency, until: Date.now() + Number(this.expireIn) * 1000, used: false });
				return ok({ out_trade_no: body.out_trade_no, receiver_id: body.receiver_id, amount: body.amount, currency: body.currency, pre_transfer_id: id, receiver_name: 'SOK DARA', expire_in: this.expireIn });
			}
			case 'confirm.fundTransfer': {
				const one = this.pre.get(String(body.pre_transfer_id));
				if (one === undefined) return no(400, 'NOTEXIST', 'Wrong pre transfer ID, or invalid string.');
				if (one.used) return no(400, 'USED', 'Pre fund transfer ID is used.');
				if (one.until < Date.now()) return no(400, 'EXPIRED', 'Unified fund transfer is expired.');
				one.used = true;
				const entry = this.book('transfer', one.number, `${one.amount} ${one.currency}`, one.receiver, one.by, { pre: one.id, id: `FT${this.next++}` });
				return ok({ result_code: 'SUCCESS', fund_transfer_id: entry.extra.id, out_trade_no: one.number, receiver_id: one.receiver, pre_transfer_id: one.id, amount: one.amount, currency: one.currency, receiver_name: 'SOK DARA' });
			}
			case 'query.fundTransfer': {
				const entry = this.visible().find(({ kind, number, by: owner }) => kind === 'transfer' && number === body.out_trade_no && owner === by);
				if (entry === undefined) return no(400, 'NOTEXIST', 'Wrong pre transfer ID, or invalid string.');
				const [amount, currency] = entry.amount.split(' ');
				return ok({ result_code: 'SUCCESS', fund_transfer_id: entry.extra.id, out_trade_no: entry.number, amount: Number(amount), currency, receiver_id: entry.to, receiver_name: 'SOK DARA' });
			}
			default:
				return no(400, 'VALIDATIONERROR', 'Unknown service');
		}
	}

	private webPay(key: string, body: Body): Answer {
		if (webPaySign(body) !== String(body.sign).toLowerCase()) return webPayRefusal(400, 'Invalid signature');
		const by = String(body.seller_code ?? body.seller_id ?? '');
		const number = String(body.out_trade_no ?? '');
		switch (key) {
			case 'queryorder': {
				const known = this.orders.get(number);
				const charge = this.visible().find((one) => one.kind === 'charge' && one.number === number);
				if (charge) return webPaySigned({ ...charge.extra, status: this.orderStatus(number, 'SUCCESS') });
				if (known) return webPaySigned({ ...known, status: this.orderStatus(number, known.status) });
				return webPayRefusal(404, 'Order not found');
			}
			case 'quickpay':
			case 'directpay': {
				if (!this.takesAgain && (this.orders.has(number) || this.paid(number, 'charge').length > 0)) return webPayRefusal(400, 'The out trade no has already been taken.');
				const order = { token: `tok${this.next++}`, out_trade_no: number, transaction_id: `TRX${this.next++}`, body: body.body, total_amount: body.total_amount, currency: body.currency };
				this.book('charge', number, `${body.total_amount} ${body.currency}`, String(body.auth_code ?? body.card ?? ''), by, order);
				const data = { ...order, status: 'SUCCESS' };
				return webPaySigned(key === 'quickpay' ? data : { required_3ds: 0, pre_card_input: 0, html_confirm_payment: null, order_info: data });
			}
			case 'paykhqr': {
				this.book('khqr', number, `${body.amount} ${body.currency}`, String(body.qrcode), by);
				return webPaySigned({ transaction_ref: `KH${this.next++}`, status: 'SUCCEEDED', receiver_info: { receiver_name: 'DARA' } });
			}
			case 'v2refund': {
				const reference = String(body.merchant_reference ?? '');
				if (!this.takesAgain && reference !== '' && this.ledger.some((one) => one.kind === 'refund' && one.extra.merchant_reference === reference)) return webPayRefusal(400, 'The merchant reference has already been taken.');
				const order = this.orders.get(number);
				const amount = body.partial_refund_amount ?? order?.total_amount;
				const refund = { amount, currency: body.partial_refund_amount_ccy ?? order?.currency ?? 'USD', status: 'REFUNDED', reason: body.reason, transaction_id: `RF${this.next++}`, out_trade_no: number, merchant_reference: reference || null };
				this.book('refund', number, `${amount} ${refund.currency}`, reference, by, refund);
				return webPaySigned(refund);
			}
			case 'queryrefund': {
				const one = this.visible().find((entry) => entry.kind === 'refund' && entry.extra.merchant_reference === body.merchant_reference);
				return one ? webPaySigned(one.extra) : webPayRefusal(404, 'Refund not found');
			}
			case 'subscription': {
				this.book('subscription', String(body.pre_order_token), '1 USD', String(body.card).slice(0, 10), by);
				return webPaySigned({ code: `SUB${this.next++}`, status: 'ACTIVE', html_confirm_payment: '' });
			}
			case 'getsubscriptions':
				return webPaySigned({ current_page: 1, last_page: 1, per_page: 15, total: 0, data: [] });
			default:
				return webPayRefusal(404, 'Service not found');
		}
	}

	private orderStatus(number: string, status: string): string {
		const refunds = this.visible().filter((one) => one.kind === 'refund' && one.number === number);
		if (refunds.length === 0) return status;
		return refunds.some((one) => one.to === '') ? 'REFUNDED' : 'PARTIAL_REFUNDED';
	}
}
