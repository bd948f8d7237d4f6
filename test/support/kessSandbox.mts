import { ControlClient } from '../../sandbox/controlClient.mts';
import { partnerCredential, webPayCredential } from '../../sandbox/host/credentials.mts';
import type { PartnerKeys } from '../../sandbox/partner/keys.mts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/server.mts';
import type { Credentials } from '../../sandbox/host/engine.mts';

/** A sandbox gateway of its own for a test file, what a test does to it from outside, and the credentials that open it. */
export class KessSandbox extends ControlClient {
	private constructor(
		private sandbox?: Sandbox,
		private readonly options: SandboxOptions = {},
	) {
		super(sandbox);
	}

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

	get partnerKeys(): PartnerKeys {
		if (this.sandbox === undefined) throw new Error('The sandbox starts with the first test');
		return this.sandbox.partnerKeys;
	}

	async stop(): Promise<void> {
		await this.sandbox?.close();
	}

	/** Another one in its place, at an address that no process has a token of yet. */
	async restart(): Promise<void> {
		await this.stop();
		this.sandbox = await startSandbox({ port: 0, notifyRetryDelaysMs: [50, 50], ...this.options });
		this.gateway = this.sandbox;
	}

	/** When the last requests for a service arrived, in milliseconds since the epoch, oldest first. */
	async arrivals(service: string): Promise<number[]> {
		const { recent } = await this.requestLog();
		return recent.filter((request) => request.service === service.toLowerCase()).map(({ at }) => Date.parse(at));
	}

	/** A KESS Partner credential that opens this sandbox. */
	partnerCredential(changes: Record<string, string> = {}): Credentials {
		return { kessPartnerApi: { ...partnerCredential(this), ...changes } };
	}

	/** A KESS WebPay credential that opens this sandbox. */
	webPayCredential(version: 'v1' | 'v2', changes: Record<string, string> = {}): Credentials {
		return { kessWebPayApi: { ...webPayCredential(this, version), ...changes } };
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
