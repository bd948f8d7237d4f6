import { webPayAccount } from '../accounts.mts';
import type { SandboxContext, SandboxCore } from '../core.mts';
import { deliver, type Answer } from '../delivery.mts';
import { decodePhpJson, isPhpArray, laravelInput, type PhpArray } from '../phpInput.mts';
import { secretsEqual } from '../secrets.mts';
import type { SettingValues } from '../settings.mts';
import { busy } from './refusal.mts';
import type { TokenStore } from './tokens.mts';

/**
 * `POST /oauth/token`, in the manner of Laravel Passport (docs/gateway.md §2): JSON or form, password and refresh grants.
 * The answer has no envelope, and `expires_in` is text, as KESS documents it.
 */
export async function login(core: SandboxCore, c: SandboxContext, tokens: TokenStore): Promise<Response> {
	const input = await readInput(c);
	core.requests.begin(c.env.outgoing, { gateway: 'webpay v2', service: 'oauth' }, core.now());
	const faults = core.faults.takeForRequest('webpay', 'oauth');
	const produce = () => {
		if (faults.fault === 'success-false-200') {
			return { status: 200, body: { success: false, error_des: 'The sandbox was asked to refuse this.', status_code: 400 } };
		}
		return grant(input, tokens, core.settings.values);
	};
	return deliver(core, c, faults, produce, busy);
}

function grant(input: PhpArray, tokens: TokenStore, { tokenLifeSeconds, oneLiveToken }: SettingValues): Answer {
	const text = (name: string) => (typeof input[name] === 'string' ? input[name] : '');
	const grantType = text('grant_type');
	if (grantType !== 'password' && grantType !== 'refresh_token') {
		return failure(400, 'unsupported_grant_type', 'The authorization grant type is not supported by the authorization server.');
	}
	const needed = grantType === 'password' ? ['client_id', 'client_secret', 'username', 'password'] : ['client_id', 'client_secret', 'refresh_token'];
	const missing = needed.find((name) => text(name) === '');
	if (missing !== undefined) {
		return failure(400, 'invalid_request', `The request is missing a required parameter: check the ${missing} parameter.`);
	}
	if (!secretsEqual(text('client_id'), webPayAccount.clientId) || !secretsEqual(text('client_secret'), webPayAccount.clientSecret)) {
		return failure(401, 'invalid_client', 'Client authentication failed');
	}
	if (grantType === 'refresh_token') {
		if (!tokens.redeem(text('refresh_token'))) return failure(401, 'invalid_request', 'The refresh token is invalid.');
	} else if (!secretsEqual(text('username'), webPayAccount.username) || !secretsEqual(text('password'), webPayAccount.password)) {
		return failure(400, 'invalid_grant', 'The user credentials were incorrect.');
	}
	if (oneLiveToken) tokens.expireAll();
	const { accessToken, refreshToken } = tokens.issue(tokenLifeSeconds);
	return {
		status: 200,
		body: { token_type: 'Bearer', expires_in: String(tokenLifeSeconds), access_token: accessToken, refresh_token: refreshToken },
		headers: { 'cache-control': 'no-store' },
	};
}

function failure(status: number, error: string, description: string): Answer {
	return { status, body: { error, error_description: description, message: description } };
}

/** An empty input for a body that is neither JSON nor a form: the grant then names what is missing. */
async function readInput(c: SandboxContext): Promise<PhpArray> {
	const type = c.req.header('content-type') ?? '';
	if (/^application\/x-www-form-urlencoded\b/i.test(type)) return Object.fromEntries(new URLSearchParams(await c.req.text()));
	const bytes = await c.req.arrayBuffer();
	if (!/^application\/json\b/i.test(type)) return {};
	try {
		const input = laravelInput(decodePhpJson(bytes), 'many');
		return isPhpArray(input) ? input : {};
	} catch {
		return {};
	}
}
