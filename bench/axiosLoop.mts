import { Agent } from 'node:http';

import axios from 'axios';

import { partnerAccount, webPayAccount } from '../sandbox/accounts.mts';
import { CONFIRM_TRANSFER, CREATE_TRANSFER, PARTNER_GATEWAY_PATH, PARTNER_LOGIN_PATH, QUERY_TRANSFER } from '../kess/partner/services.ts';
import { signedPartnerBody } from '../kess/partner/request.ts';
import { readPrivateKey } from '../kess/rsaKeys.ts';
import { gatewayPath } from '../kess/webPay/services.ts';
import { signedWebPayBody } from '../kess/webPay/request.ts';
import { orderRows, transferRows } from './lists.mts';

/**
 * The script that a programmer would write instead of using n8n: so many rows under way at a time, connections kept
 * open, answers only read as far as the next request needs them, and nothing looked up, checked or kept when something
 * goes wrong. Reads a job as JSON from the command line, and prints its milliseconds.
 */
export interface LoopJob {
	url: string;
	kind: 'links' | 'payouts';
	/** Which rows: see `lists.mts`. */
	prefix: string;
	count: number;
	concurrency: number;
	privateKey: string;
}

const { url, kind, prefix, count, concurrency, privateKey } = JSON.parse(process.argv[2] ?? '') as LoopJob;
const rows = kind === 'links' ? orderRows(prefix, count) : transferRows(prefix, count);
const http = axios.create({
	proxy: false,
	baseURL: url,
	httpAgent: new Agent({ keepAlive: true, maxSockets: concurrency }),
	headers: { 'Content-Type': 'application/json' },
});

async function linksWork(): Promise<(row: Record<string, unknown>) => Promise<void>> {
	const { username, password, sellerCode, signType, apiSecretKey } = webPayAccount;
	return async ({ no, title, amount }) => {
		const fields = { service: 'webpay.acquire.createorder', sign_type: signType, seller_id: sellerCode, out_trade_no: String(no), body: String(title), total_amount: Number(amount), currency: 'USD' };
		await http.post(gatewayPath('v1'), signedWebPayBody(fields, apiSecretKey), { auth: { username, password } });
	};
}

/** The three steps of Pay Out, looking up included. */
async function payoutsWork(): Promise<(row: Record<string, unknown>) => Promise<void>> {
	const { partnerId, partnerSecretKey, userName, password } = partnerAccount;
	const login = await http.post<{ access_token: string }>(
		PARTNER_LOGIN_PATH,
		{ user_name: userName, password },
		{ headers: { 'partner-id': partnerId, 'partner-secret-key': partnerSecretKey } },
	);
	const headers = { Authorization: `Bearer ${login.data.access_token}` };
	const key = readPrivateKey(privateKey);
	const call = async (fields: Record<string, string | number>, validateStatus?: () => boolean) =>
		await http.post<{ data: { pre_transfer_id: string } }>(PARTNER_GATEWAY_PATH, signedPartnerBody(fields, key), { headers, validateStatus });
	return async (row) => {
		const number = String(row.out_trade_no);
		// The answer for a number that is not there yet is a refusal.
		await call({ service: QUERY_TRANSFER, out_trade_no: number }, () => true);
		const created = await call({ ...(row as Record<string, string | number>), service: CREATE_TRANSFER });
		const { pre_transfer_id } = created.data.data;
		await call({ service: CONFIRM_TRANSFER, pre_transfer_id, partner_transaction_id: `BANK-${number}` });
	};
}

const work = await (kind === 'links' ? linksWork() : payoutsWork());
const started = performance.now();
let next = 0;
await Promise.all(
	Array.from({ length: concurrency }, async () => {
		while (next < rows.length) await work(rows[next++] ?? {});
	}),
);
console.log(performance.now() - started);
process.exit();
