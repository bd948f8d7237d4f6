import { setMaxListeners } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { type Company, partnerAccount, webPayAccount } from './accounts.mts';
import { Clock } from './clock.mts';
import { mountControl } from './control.mts';
import type { SandboxCore, SandboxEnv } from './core.mts';
import { MOVED_PATH } from './delivery.mts';
import { FaultPlan } from './faults.mts';
import { MoneyLog } from './money.mts';
import { COPY_SCRIPT_SOURCE } from './pages/copy.mts';
import { mountPages } from './pages/routes.mts';
import { openKeys, type PartnerKeys } from './partner/keys.mts';
import { mountPartner } from './partner/routes.mts';
import { RequestLog } from './requestLog.mts';
import { Settings } from './settings.mts';
import { mountWebPay } from './webpay/routes.mts';

export interface SandboxOptions {
	/** Default 4010; 0 for any free port. */
	port?: number;
	/** Default 127.0.0.1. */
	host?: string;
	/** Pauses before a notification is sent again, in milliseconds. */
	notifyRetryDelaysMs?: readonly number[];
	/** Milliseconds since 1970; for tests in which time passes. */
	now?: () => number;
	/**
	 * Where the RSA keys of the Partner gateway lie, so that a credential survives a restart; made there when they are
	 * missing. Without a folder they are made once per process and kept in memory.
	 */
	keysFolder?: string;
	/** The Partner gateway uses OpenSSL for RSA instead of node-forge: the same signatures, many times faster. */
	fastRsa?: boolean;
	/** Another company than that of `accounts.mts`. */
	company?: Company;
	/** Where the start page's link to n8n leads; by default where n8n is unless it is told otherwise. */
	n8nUrl?: string;
}

export interface Sandbox {
	/** The origin, `http://127.0.0.1:4010`: the base URL of a custom environment. */
	url: string;
	port: number;
	/** What a partner holds: its own private key and the public key of KESS. */
	readonly partnerKeys: PartnerKeys;
	/** Ends everything at once, hanging requests and notifications included. */
	close(): Promise<void>;
}

const THIS_COMPUTER = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Pages carry no script but ours and load nothing; their forms come back to the sandbox. */
const PAGE_POLICY = `default-src 'none'; script-src ${COPY_SCRIPT_SOURCE}; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`;

/**
 * Starts a KESS gateway on this computer. Its state is in memory and ends with it.
 *
 * @throws the server's error, for example with code EADDRINUSE
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const { port = 4010, host = '127.0.0.1', notifyRetryDelaysMs = [500, 2000, 5000], now: realNow = Date.now, keysFolder, fastRsa = false } = options;
	const { company, n8nUrl = 'http://localhost:5678' } = options;
	const keys = await openKeys(keysFolder);
	const closing = new AbortController();
	// Every request that is being delayed listens to it.
	setMaxListeners(0, closing.signal);
	const clock = new Clock(realNow);
	closing.signal.addEventListener('abort', () => clock.reset());
	const now = () => clock.now();
	let url = '';
	const core: SandboxCore = {
		app: new Hono<SandboxEnv>(),
		faults: new FaultPlan(),
		requests: new RequestLog(),
		money: new MoneyLog(),
		settings: new Settings(),
		clock,
		now,
		origin: () => url,
		company: company ?? { sellerCode: webPayAccount.sellerCode, partnerId: partnerAccount.partnerId },
		closing: closing.signal,
		resets: [() => clock.reset()],
		tokenEnds: [],
	};
	core.app.use(async (c, next) => {
		const asked = new URL(c.req.url);
		// A page of anybody's, open in a browser on this computer, may neither read the sandbox under a name of its own …
		if (asked.hostname !== host && !THIS_COMPUTER.test(asked.hostname)) {
			return c.json({ error: `The sandbox has another name. Open it at ${url}` }, 421);
		}
		// … nor press its buttons. Programs send no origin; browsers always do with a POST.
		const origin = c.req.header('origin') ?? asked.origin;
		if (c.req.method !== 'GET' && origin !== asked.origin) return c.json({ error: 'This request comes from another page.' }, 403);
		return next();
	});
	core.app.use(async (c, next) => {
		await next();
		if (c.res.headers.get('content-type')?.startsWith('text/html')) c.header('content-security-policy', PAGE_POLICY);
	});
	mountControl(core);
	mountPages(core, { ...mountWebPay(core, notifyRetryDelaysMs), ...mountPartner(core, keys, fastRsa), keys, n8nUrl });
	core.app.all(MOVED_PATH, (c) => {
		core.requests.begin(c.env.outgoing, { gateway: 'redirected', service: 'redirected' }, now());
		return c.json({ success: false, error_des: 'There is nothing here.', status_code: 404, code: 'NOT_FOUND' }, 404);
	});

	const server = createAdaptorServer({ fetch: core.app.fetch }) as Server;
	// On a busy machine a connection that is ended after the usual five seconds meets the next request, and breaks it.
	server.keepAliveTimeout = 60_000;
	await listen(server, port, host);
	const bound = (server.address() as AddressInfo).port;
	url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
	return {
		url,
		port: bound,
		get partnerKeys() {
			const { partnerPrivateKey, kessPublicKey } = keys();
			return { partnerPrivateKey, kessPublicKey };
		},
		close: () =>
			new Promise((resolve) => {
				closing.abort();
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

function listen(server: Server, port: number, host: string): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, host, () => {
			server.off('error', reject);
			resolve();
		});
	});
}
