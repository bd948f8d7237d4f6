import axios, { type Method } from 'axios';
import type { ClockReport } from './clock.mts';
import type { FaultName, FaultOptions, FaultToCome } from './faults.mts';
import type { MoneyReport } from './money.mts';
import type { LedgerReport } from './partner/ledger.mts';
import type { Wallet, WalletInput } from './partner/wallets.mts';
import type { RequestReport } from './requestLog.mts';
import type { Sandbox } from './server.mts';
import type { SettingChanges, SettingValues } from './settings.mts';
import type { KhqrPaymentData } from './webpay/khqrPayments.mts';
import type { Notification } from './webpay/notifications.mts';
import type { OrderReport } from './webpay/orderData.mts';
import type { RefundInput } from './webpay/routes.mts';

const http = axios.create({ proxy: false, validateStatus: () => true });

/** The controls of a sandbox, over HTTP as from anywhere else on this computer. Each throws when the sandbox refuses. */
export class ControlClient {
	/** @param gateway the sandbox; may come later */
	constructor(protected gateway?: Pick<Sandbox, 'url'>) {}

	/** The sandbox's origin. */
	get url(): string {
		if (this.gateway === undefined) throw new Error('The sandbox has not been started');
		return this.gateway.url;
	}

	/** Forgets orders, transfers, faults, logs and settings. */
	async reset(): Promise<void> {
		await this.control('POST', 'reset');
	}

	/** Plans a fault. */
	async fault(fault: FaultName, options: FaultOptions = {}): Promise<void> {
		await this.control('POST', 'faults', { fault, ...options });
	}

	/** The faults that were planned, and how often each still strikes. */
	async faults(): Promise<FaultToCome[]> {
		return await this.control('GET', 'faults');
	}

	async clearFaults(): Promise<void> {
		await this.control('DELETE', 'faults');
	}

	/** Changes settings. @returns all of them */
	async settings(changes: SettingChanges): Promise<SettingValues> {
		return await this.control('POST', 'settings', changes);
	}

	/** Lets the gateway's clock show so many milliseconds more than the real time; what is due by then happens at once. */
	async setClockAhead(aheadMs: number): Promise<ClockReport> {
		return await this.control('POST', 'clock', { aheadMs });
	}

	/** Ends every access token. @returns how many were live */
	async expireTokens(): Promise<number> {
		return (await this.control<{ expired: number }>('POST', 'tokens/expire')).expired;
	}

	/** Newest first. */
	async orders(): Promise<OrderReport[]> {
		return await this.control('GET', 'orders');
	}

	/** Their numbers. */
	async orderNumbers(): Promise<string[]> {
		return (await this.orders()).map((order) => order.out_trade_no);
	}

	/** Pays an order, as a buyer does. */
	async pay(outTradeNo: string): Promise<OrderReport> {
		return await this.control('POST', `orders/${encodeURIComponent(outTradeNo)}/pay`);
	}

	/** Closes an order. */
	async close(outTradeNo: string): Promise<OrderReport> {
		return await this.control('POST', `orders/${encodeURIComponent(outTradeNo)}/close`);
	}

	/** Gives back a paid order, or a part of it, and tells the order's `notify_url`. */
	async refund(outTradeNo: string, refund: RefundInput = {}): Promise<OrderReport> {
		return await this.control('POST', `orders/${encodeURIComponent(outTradeNo)}/refund`, refund);
	}

	/** Charges the subscription of an order for its next period now, and tells the order's `notify_url`. @returns KESS's number of the charge */
	async renew(outTradeNo: string): Promise<string> {
		return (await this.control<{ transaction_id: string }>('POST', `subscriptions/${encodeURIComponent(outTradeNo)}/renew`, {})).transaction_id;
	}

	/** Saves a made-up card, as the buyer does behind the link that `saveCard` gave, and tells its `notify_url`. @returns KESS's name of the card */
	async saveCard(link: string): Promise<string> {
		const token = new URL(link).pathname.split('/').at(-1) ?? '';
		return (await this.control<{ card_token: string }>('POST', `saved-cards/${token}/save`, {})).card_token;
	}

	/** All money that moved at both gateways, oldest first, and what moved more than once. */
	async money(): Promise<MoneyReport> {
		return await this.control('GET', 'money');
	}

	/** Paid KHQR codes, newest first. */
	async khqrPayments(): Promise<KhqrPaymentData[]> {
		return await this.control('GET', 'khqr-payments');
	}

	/** Oldest first. */
	async notifications(): Promise<Notification[]> {
		return await this.control('GET', 'notifications');
	}

	/** What came in. */
	async requestLog(): Promise<RequestReport> {
		return await this.control('GET', 'requests');
	}

	/** How many requests came in for a service (`oauth` is the login). */
	async requests(service: string): Promise<number> {
		return (await this.requestLog()).services[service.toLowerCase()]?.requests ?? 0;
	}

	/** What has been paid out. */
	async ledger(): Promise<LedgerReport> {
		return await this.control('GET', 'partner/ledger');
	}

	/** The transfer numbers of all that has been paid out, in order. */
	async paidOut(): Promise<string[]> {
		return (await this.ledger()).entries.map((entry) => entry.out_trade_no);
	}

	async wallets(): Promise<Wallet[]> {
		return await this.control('GET', 'partner/wallets');
	}

	/** Opens a wallet, or changes the one with that `userId`. */
	async putWallet(wallet: WalletInput): Promise<void> {
		await this.control('POST', 'partner/wallets', wallet);
	}

	/** The public key with which cards are encrypted. */
	async cardKey(): Promise<string> {
		return (await this.control<{ kessPublicKey: string }>('GET', 'webpay/keys')).kessPublicKey;
	}

	private async control<Answer>(method: Method, path: string, body?: object): Promise<Answer> {
		const { status, data } = await http.request<Answer>({ method, url: `${this.url}/sandbox/${path}`, data: body });
		if (status !== 200) throw new Error(`${method} /sandbox/${path}: ${JSON.stringify(data)}`);
		return data;
	}
}
