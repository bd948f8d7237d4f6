import axios from 'axios';
import { webPayAccount } from '../../sandbox/accounts.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import type { Credentials } from './engine.mts';

const http = axios.create({ proxy: false });

export interface SandboxOrder {
	out_trade_no: string;
	status: string;
	total_amount: number;
	currency: string;
	payment_link: string;
}

/** A sandbox gateway of its own for a test file, and what a test does to it from outside. */
export class KessSandbox {
	private constructor(private readonly sandbox: Sandbox) {}

	static async start(): Promise<KessSandbox> {
		return new KessSandbox(await startSandbox({ port: 0, notifyRetryDelaysMs: [50, 50] }));
	}

	get url(): string {
		return this.sandbox.url;
	}

	async stop(): Promise<void> {
		await this.sandbox.close();
	}

	/** Forgets orders, faults and logs. */
	async reset(): Promise<void> {
		await http.post(`${this.url}/sandbox/reset`);
	}

	async fault(fault: string, options: Record<string, unknown> = {}): Promise<void> {
		await http.post(`${this.url}/sandbox/faults`, { fault, ...options });
	}

	async settings(settings: Record<string, unknown>): Promise<void> {
		await http.post(`${this.url}/sandbox/settings`, settings);
	}

	async expireTokens(): Promise<void> {
		await http.post(`${this.url}/sandbox/tokens/expire`);
	}

	async orders(): Promise<SandboxOrder[]> {
		const { data } = await http.get<SandboxOrder[] | { orders: SandboxOrder[] }>(`${this.url}/sandbox/orders`);
		return Array.isArray(data) ? data : data.orders;
	}

	async pay(outTradeNo: string): Promise<void> {
		await http.post(`${this.url}/sandbox/orders/${encodeURIComponent(outTradeNo)}/pay`);
	}

	/** How many requests came in for a service (`oauth` is the login). */
	async requests(service: string): Promise<number> {
		const { data } = await http.get<{ services: Record<string, { requests: number }> }>(`${this.url}/sandbox/requests`);
		return data.services[service.toLowerCase()]?.requests ?? 0;
	}

	/** A credential that opens this sandbox. */
	webPayCredential(version: 'v1' | 'v2', changes: Record<string, string> = {}): Credentials {
		const { username, password, clientId, clientSecret, apiSecretKey, sellerCode, signType } = webPayAccount;
		return {
			kessWebPayApi: {
				environment: 'custom',
				baseUrl: this.url,
				gatewayVersion: version,
				username,
				password,
				clientId,
				clientSecret,
				apiSecretKey,
				sellerCode,
				signType,
				accessToken: '',
				...changes,
			},
		};
	}
}
