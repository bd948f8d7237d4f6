import axios, { type AxiosResponse } from 'axios';
import { webPayAccount } from '../../sandbox/accounts.mts';
import { ControlClient } from '../../sandbox/controlClient.mts';
import { webPaySign, type SignType } from '../../sandbox/webpay/signature.mts';

export type Version = 'v1' | 'v2';

export type Body = Record<string, unknown>;

const http = axios.create({ proxy: false, validateStatus: () => true, maxRedirects: 0, timeout: 5000 });

/** A merchant's view of the sandbox over real HTTP, together with its controls. */
export class GatewayClient extends ControlClient {
	private token = '';

	/** @returns any status; rejects only when no answer came */
	post(path: string, body: unknown, headers: Record<string, string> = {}, timeout = 5000): Promise<AxiosResponse> {
		return http.post(this.url + path, body, { headers: { 'content-type': 'application/json', ...headers }, timeout });
	}

	async get(path: string): Promise<AxiosResponse> {
		return http.get(this.url + path);
	}

	login(fields: Body = {}): Promise<AxiosResponse> {
		const { username, password, clientId, clientSecret } = webPayAccount;
		return this.post('/oauth/token', { grant_type: 'password', client_id: clientId, client_secret: clientSecret, username, password, ...fields });
	}

	async authorization(version: Version): Promise<string> {
		if (version === 'v1') return `Basic ${Buffer.from(`${webPayAccount.username}:${webPayAccount.password}`).toString('base64')}`;
		if (this.token === '') this.token = (await this.login()).data.access_token;
		return `Bearer ${this.token}`;
	}

	forgetToken(): void {
		this.token = '';
	}

	/** A signed call; `fields` may override anything but the signature. */
	async call(version: Version, service: string, fields: Body = {}, timeout = 5000): Promise<AxiosResponse> {
		return this.send(version, sign({ service: `webpay.acquire.${service}`, sign_type: 'MD5', ...fields }), {}, timeout);
	}

	async send(version: Version, body: unknown, headers: Record<string, string> = {}, timeout = 5000): Promise<AxiosResponse> {
		return this.post(`/api/mch/${version}/gateway`, body, { authorization: await this.authorization(version), ...headers }, timeout);
	}

	create(version: Version, outTradeNo: string, fields: Body = {}, timeout = 5000): Promise<AxiosResponse> {
		return this.call(version, 'createorder', orderFields(version, outTradeNo, fields), timeout);
	}

	query(version: Version, outTradeNo: string): Promise<AxiosResponse> {
		return this.call(version, 'queryOrder', { out_trade_no: outTradeNo });
	}
}

export function orderFields(version: Version, outTradeNo: string, fields: Body = {}): Body {
	return {
		[version === 'v1' ? 'seller_id' : 'seller_code']: webPayAccount.sellerCode,
		out_trade_no: outTradeNo,
		body: 'Srey Oun Online Seller',
		total_amount: 10.5,
		currency: 'USD',
		...fields,
	};
}

/** Signs what the gateway will see of it; `undefined` fields are not sent. */
export function sign(body: Body, apiSecretKey: string = webPayAccount.apiSecretKey): Body {
	const sent = JSON.parse(JSON.stringify(body)) as Body;
	return { ...sent, sign: webPaySign(sent, (sent.sign_type ?? 'MD5') as SignType, apiSecretKey) };
}

/** Long enough on a machine that is busy with other things; what never comes is what it ends. */
const UNTIL_MS = 100_000;

/** Waits until a condition holds. It is asked for more and more seldom, because asking an n8n keeps it from its work. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
	for (const started = Date.now(); !(await condition()); ) {
		const waited = Date.now() - started;
		if (waited > UNTIL_MS) throw new Error('waited in vain');
		await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(waited / 10, 10), 250)));
	}
}
