import { partnerAccount } from '../accounts.mts';
import type { SandboxContext, SandboxCore } from '../core.mts';
import { deliver, type Answer } from '../delivery.mts';
import { decodePhpJson, isPhpArray, type PhpArray } from '../phpInput.mts';
import { secretsEqual } from '../secrets.mts';
import { busy, unauthenticated } from './refusal.mts';
import type { PartnerTokens } from './tokens.mts';

/** `POST /partnerapi/v1/token` (docs/gateway.md §13, GET ACCESS TOKEN). Nothing here is signed. */
export async function login(core: SandboxCore, c: SandboxContext, tokens: PartnerTokens): Promise<Response> {
	const input = await readInput(c);
	core.requests.begin(c.env.outgoing, { gateway: 'partner', service: 'partner-oauth' }, core.now());
	const faults = core.faults.takeForRequest('partner', 'partner-oauth');
	const produce = () => {
		const { tokenLifeSeconds, oneLiveToken, partnerTokenInData } = core.settings.values;
		if (!isPartner(c, input, core.company.partnerId)) return refuse();
		if (oneLiveToken) tokens.expireAll();
		const granted = { access_token: tokens.issue(tokenLifeSeconds), expire_in: tokenLifeSeconds };
		const body = partnerTokenInData ? { success: true, code: 200, message: 'OK', data: granted } : granted;
		return { status: 200, body, headers: { 'cache-control': 'no-store' } };
	};
	return deliver(core, c, faults, produce, busy);
}

function isPartner(c: SandboxContext, input: PhpArray, partnerId: string): boolean {
	const sent = (value: unknown) => (typeof value === 'string' ? value : '');
	const { partnerSecretKey, userName, password } = partnerAccount;
	return (
		secretsEqual(sent(c.req.header('partner-id')), partnerId) &&
		secretsEqual(sent(c.req.header('partner-secret-key')), partnerSecretKey) &&
		secretsEqual(sent(input.user_name), userName) &&
		secretsEqual(sent(input.password), password)
	);
}

function refuse(): Answer {
	const { status, body } = unauthenticated();
	return { status, body };
}

/** An empty input for a body that is not JSON. */
async function readInput(c: SandboxContext): Promise<PhpArray> {
	const bytes = await c.req.arrayBuffer();
	try {
		const input = decodePhpJson(bytes);
		return isPhpArray(input) ? input : {};
	} catch {
		return {};
	}
}
