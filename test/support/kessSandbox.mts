import axios from 'axios';
import { partnerAccount, webPayAccount } from '../../sandbox/accounts.mts';
import type { FaultName, FaultOptions } from '../../sandbox/faults.mts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/server.mts';
import type { Credentials } from './engine.mts';

const http = axios.create({ proxy: false });

export interface SandboxOrder {
	out_trade_no: string;
	status: string;
	total_amount: number;
	currency: string;
	payment_link: string;
}

export interface Ledger {
	entries: Array<{ out_trade_no: string; pre_transfer_id: string; amount: number | string }>;
	doublePayments: string[];
}

/** A sandbox gateway of its own for a test file, and what a test does to it from outside. */
export class KessSandbox {
	private constructor(
		private sandbox?: Sandbox,
		private readonly options: SandboxOptions = {},
	) {}

	static async start(options: SandboxOptions = {}): Promise<KessSandbox> {
		const own = KessSandbox.later(options);
		await own.restart();
		return own;
	}

	/** One that does not run before `restart`. */
	static later(options: SandboxOptions): KessSandbox {
		return new KessSandbox(undefined, options);
	}

	/** The same view of a sandbox that something else has started. */
	static of(sandbox: Sandbox): KessSandbox {
		return new KessSandbox(sandbox);
	}

	get url(): string {
		if (this.sandbox === undefined) throw new Error('The sandbox starts with the first test');
		return this.sandbox.url;
	}

	async stop(): Promise<void> {
		await this.sandbox?.close();
	}

	/** Another one in its place, at an address that no process has a token of yet. */
	async restart(): Promise<void> {
		await this.stop();
		this.sandbox = await startSandbox({ port: 0, notifyRetryDelaysMs: [50, 50], ...this.options });
	}

	/** Forgets orders, faults and logs. */
	async reset(): Promise<void> {
		await http.post(`${this.url}/sandbox/reset`);
	}

	async fault(fault: FaultName, options: FaultOptions = {}): Promise<void> {
		await http.post(`${this.url}/sandbox/faults`, { fault, ...options });
	}

	async clearFaults(): Promise<void> {
		await http.delete(`${this.url}/sandbox/faults`);
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

	/** How many answers had HTTP 429. */
	async tooManyRequests(): Promise<number> {
		return (await http.get<{ tooManyRequests: number }>(`${this.url}/sandbox/requests`)).data.tooManyRequests;
	}

	/** When the last requests for a service arrived, in milliseconds since the epoch, oldest first. */
	async arrivals(service: string): Promise<number[]> {
		const { data } = await http.get<{ recent: Array<{ service: string; at: string }> }>(`${this.url}/sandbox/requests`);
		return data.recent.filter((request) => request.service === service.toLowerCase()).map(({ at }) => Date.parse(at));
	}

	/** The most requests that were under way at the same time. */
	async maxInFlight(): Promise<number> {
		return (await http.get<{ maxInFlight: number }>(`${this.url}/sandbox/requests`)).data.maxInFlight;
	}

	/** What has been paid out. */
	async ledger(): Promise<Ledger> {
		return (await http.get<Ledger>(`${this.url}/sandbox/partner/ledger`)).data;
	}

	/** A KESS Partner credential that opens this sandbox. */
	async partnerCredential(changes: Record<string, string> = {}): Promise<Credentials> {
		const { data } = await http.get<{ partnerPrivateKey: string; kessPublicKey: string }>(`${this.url}/sandbox/partner/keys`);
		const { partnerId, partnerSecretKey, userName, password } = partnerAccount;
		return {
			kessPartnerApi: {
				environment: 'custom',
				baseUrl: this.url,
				partnerId,
				partnerSecretKey,
				userName,
				password,
				privateKey: data.partnerPrivateKey,
				kessPublicKey: data.kessPublicKey,
				accessToken: '',
				...changes,
			},
		};
	}

	/** A KESS WebPay credential that opens this sandbox. */
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

/**
 * A sandbox for the tests of a file, or of a `describe`: started before the first, emptied before each, ended behind the
 * last. Hooks that use it stand behind the call.
 */
export function withSandbox(options: SandboxOptions = {}): KessSandbox {
	const own = KessSandbox.later(options);
	beforeAll(async () => {
		await own.restart();
	});
	beforeEach(async () => {
		await own.reset();
	});
	afterAll(async () => {
		await own.stop();
	});
	return own;
}
