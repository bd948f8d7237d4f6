import { sign as signBytes, verify as verifyBytes } from 'node:crypto';
import axios from 'axios';
import { canonicalJson } from '../../kess/phpJson.ts';
import { partnerAccount } from '../../sandbox/accounts.mts';
import { ControlClient } from '../../sandbox/controlClient.mts';
import type { Sandbox } from '../../sandbox/server.mts';

export type Body = Record<string, unknown>;

/** An answer as it came over the wire. */
export interface PartnerAnswer {
	status: number;
	text: string;
	/** The parsed text; empty when it is no JSON. */
	json: { success?: boolean; code?: number; error_code?: string; error_desc?: string; data?: Body; sign?: string; sign_type?: string };
	/** Whether KESS has signed what PHP makes of the text, by OpenSSL. */
	verified: boolean;
	headers: Record<string, unknown>;
}

const http = axios.create({
	proxy: false,
	validateStatus: () => true,
	maxRedirects: 0,
	responseType: 'text',
	transformResponse: (text: string) => text,
});

/** A partner's view of the sandbox over real HTTP, with OpenSSL as its RSA, together with the controls. */
export class PartnerClient extends ControlClient {
	private token = '';

	constructor(private readonly sandbox: Pick<Sandbox, 'url' | 'partnerKeys'>) {
		super(sandbox);
	}

	/** @returns any status; rejects only when no answer came */
	async post(path: string, body: unknown, headers: Record<string, string> = {}, timeout = 5000): Promise<PartnerAnswer> {
		const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
		const answer = await http.post<string>(this.url + path, text, { headers: { 'content-type': 'application/json', ...headers }, timeout });
		const json = parse(answer.data);
		return { status: answer.status, text: answer.data, json, verified: this.verify(answer.data, json.sign), headers: answer.headers };
	}

	async get(path: string): Promise<{ status: number; text: string }> {
		const { status, data } = await http.get<string>(this.url + path);
		return { status, text: data };
	}

	login(headers: Record<string, string> = {}, fields: Body = {}): Promise<PartnerAnswer> {
		const { partnerId, partnerSecretKey, userName, password } = partnerAccount;
		return this.post(
			'/partnerapi/v1/token',
			{ user_name: userName, password, ...fields },
			{ 'partner-id': partnerId, 'partner-secret-key': partnerSecretKey, ...headers },
		);
	}

	async authorization(): Promise<string> {
		if (this.token === '') this.token = (JSON.parse((await this.login()).text) as { access_token: string }).access_token;
		return `Bearer ${this.token}`;
	}

	/** The JSON text of a signed request. */
	signed(fields: Body, privateKey = this.sandbox.partnerKeys.partnerPrivateKey): string {
		const sent = { sign_type: 'RSA2', ...fields };
		const canonical = canonicalJson(JSON.stringify(sent));
		return JSON.stringify({ ...sent, sign: signBytes('sha256', Buffer.from(canonical), privateKey).toString('base64') });
	}

	async send(text: unknown, headers: Record<string, string> = {}, timeout = 5000): Promise<PartnerAnswer> {
		return this.post('/partnerapi/v1/gateway', text, { authorization: await this.authorization(), ...headers }, timeout);
	}

	call(service: string, fields: Body = {}, timeout = 5000): Promise<PartnerAnswer> {
		return this.send(this.signed({ service, ...fields }), {}, timeout);
	}

	create(outTradeNo: string, fields: Body = {}): Promise<PartnerAnswer> {
		return this.call('create.unified.fundTransfer', transferFields(outTradeNo, fields));
	}

	/** @returns the pre-transfer's ID */
	async prepare(outTradeNo: string, fields: Body = {}): Promise<string> {
		const { status, text, json } = await this.create(outTradeNo, fields);
		if (status !== 200) throw new Error(text);
		return String(json.data?.pre_transfer_id);
	}

	confirm(preTransferId: string, fields: Body = {}, timeout = 5000): Promise<PartnerAnswer> {
		return this.call('confirm.fundTransfer', { pre_transfer_id: preTransferId, partner_transaction_id: 'TRX-1', ...fields }, timeout);
	}

	query(outTradeNo: string): Promise<PartnerAnswer> {
		return this.call('query.fundTransfer', { out_trade_no: outTradeNo });
	}

	private verify(text: string, sign: unknown): boolean {
		if (typeof sign !== 'string') return false;
		const { kessPublicKey } = this.sandbox.partnerKeys;
		return verifyBytes('sha256', Buffer.from(canonicalJson(text)), kessPublicKey, Buffer.from(sign, 'base64'));
	}
}

export function transferFields(outTradeNo: string, fields: Body = {}): Body {
	return { out_trade_no: outTradeNo, receiver_id: '012000117', sender_name: 'ហាង ស្រីអូន', amount: 10.5, currency: 'USD', ...fields };
}

function parse(text: string): PartnerAnswer['json'] {
	try {
		return JSON.parse(text) as PartnerAnswer['json'];
	} catch {
		return {};
	}
}
