import type { SandboxContext, SandboxCore } from '../core.mts';
import { deliver, type Answer } from '../delivery.mts';
import { CROWDED, type FaultName, type RequestFaults, seenAt } from '../faults.mts';
import { spell } from '../spelling.mts';
import type { Trims } from '../phpInput.mts';
import { Fields } from './fields.mts';
import { canonicalPhp, type Data, decodePhp, encodePhp, laravelInput, type PhpMap, phpMap, type PhpValue, withRepeatedKeys } from './phpArray.mts';
import { busy, Refusal, unauthenticated } from './refusal.mts';
import type { Rsa2 } from './rsa2.mts';
import { findService } from './services/index.mts';
import type { PartnerTokens } from './tokens.mts';
import type { Hold, TransferStore } from './transfers.mts';
import type { WalletStore } from './wallets.mts';

/** What the Partner gateway works on. */
export interface PartnerState {
	tokens: PartnerTokens;
	transfers: TransferStore;
	wallets: WalletStore;
	rsa2: () => Rsa2;
}

/** `POST /partnerapi/v1/gateway` (docs/gateway.md §13, API GATEWAY SPECIFICATION). */
export async function gateway(core: SandboxCore, c: SandboxContext, state: PartnerState): Promise<Response> {
	const body = await readBody(c, core.settings.values.trims);
	const sent = (name: string) => textOf(body instanceof Refusal ? undefined : body.get(name));
	const service = sent('service').toLowerCase();
	// A confirmation names only the pre-transfer.
	const outTradeNo = sent('out_trade_no') || state.transfers.outTradeNoOf(sent('pre_transfer_id'));
	const { maxInFlight } = core.settings.values;
	const isOneTooMany = core.requests.begin(c.env.outgoing, { gateway: 'partner', service, outTradeNo }, core.now(), maxInFlight);
	const faults = isOneTooMany ? CROWDED : core.faults.takeForRequest('partner', service, outTradeNo === undefined ? [] : [outTradeNo]);
	const produce = () => {
		try {
			checkSender(c, state, faults.fault);
			if (body instanceof Refusal) throw body;
			const fields = checkRequest(body, state.rsa2());
			const settings = core.settings.values;
			const serve = () =>
				findService(fields.text('service', 64)).handle({
					...state,
					fields,
					settings,
					seenAt: seenAt(core.now(), settings.transferLagMs, faults),
					hold: holdOf(core, faults),
				});
			const refusal = plannedRefusal(faults);
			if (refusal) {
				if (faults.booked) serve();
				throw refusal;
			}
			return success(spell(misreport(serve(), faults), settings, BigInt), state.rsa2(), faults.fault);
		} catch (error) {
			if (!(error instanceof Refusal)) throw error;
			return refuse(error, state.rsa2(), faults.fault);
		}
	};
	return deliver(core, c, faults, produce, busy);
}

function textOf(value: PhpValue | undefined): string {
	return typeof value === 'string' ? value : '';
}

/** The decoded body after Laravel's clean-up, or why it is refused. */
async function readBody(c: SandboxContext, trims: Trims): Promise<PhpMap | Refusal> {
	const bytes = new Uint8Array(await c.req.arrayBuffer());
	if (!/^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? '')) {
		return new Refusal('VALIDATIONERROR', 'The request must be sent as application/json.');
	}
	try {
		const body = laravelInput(decodePhp(bytes), trims);
		return body instanceof Map ? body : new Refusal('VALIDATIONERROR', 'The request body must be a JSON object.');
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		return new Refusal('VALIDATIONERROR', 'The request body is not valid JSON.');
	}
}

function checkSender(c: SandboxContext, { tokens }: PartnerState, fault: FaultName | undefined): void {
	const [, scheme = '', token = ''] = /^(\w+) +(\S+)$/.exec(c.req.header('authorization') ?? '') ?? [];
	if (fault === 'expired-token' || scheme.toLowerCase() !== 'bearer' || !tokens.isLive(token)) throw unauthenticated();
}

/** Checks the signature over what Laravel has left of the body, as the gateway itself has nothing else. */
function checkRequest(body: PhpMap, rsa2: Rsa2): Fields {
	const fields = new Fields(body);
	const signType = fields.optionalText('sign_type', 10) ?? 'RSA2';
	if (signType !== 'RSA2') throw new Refusal('VALIDATIONERROR', 'The sign_type field must be RSA2.');
	const canonical = canonicalOf(body);
	if (canonical === undefined || !rsa2.verify(canonical, textOf(body.get('sign')))) {
		throw new Refusal('VALIDATIONERROR', 'Invalid signature');
	}
	return fields;
}

/** `undefined` for a number that PHP reads as infinite and cannot print. */
function canonicalOf(body: PhpMap): string | undefined {
	try {
		return canonicalPhp(body);
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		return undefined;
	}
}

/** The faults in which the gateway refuses on purpose. */
function plannedRefusal({ fault, code }: RequestFaults): Refusal | undefined {
	if (fault === 'system-error') return new Refusal('SYSTEMERROR', 'Server error or busy.');
	if ((fault !== 'refused-before' && fault !== 'refused-after') || code === undefined) return undefined;
	return new Refusal(code, 'The sandbox was asked to refuse this.');
}

/** The fault in which a confirmation does not pay at once. */
function holdOf({ clock }: SandboxCore, { fault, code, booked, laterMs }: RequestFaults): Hold | undefined {
	if (fault !== 'not-final' || code === undefined) return undefined;
	return { resultCode: code, until: (pay) => (booked ? clock.later(laterMs, pay) : undefined) };
}

/** The faults in which a well-signed answer is about something else than what was asked. */
function misreport(data: Data, { fault, code }: RequestFaults): Data {
	if (fault === 'not-final' && code !== undefined && data.result_code !== undefined) {
		const { fund_transfer_id: _paid, ...open } = data;
		return { ...open, result_code: code };
	}
	if (fault === 'wrong-amount' && data.amount !== undefined) return { ...data, amount: Number(data.amount) + 1 };
	if (fault !== 'wrong-transfer') return data;
	const named = ['out_trade_no', 'pre_transfer_id', 'fund_transfer_id'].filter((name) => data[name] !== undefined);
	return { ...data, ...Object.fromEntries(named.map((name) => [name, `${data[name]}-OTHER`])) };
}

function success(data: Data, rsa2: Rsa2, fault: FaultName | undefined): Answer {
	const shown: PhpMap = phpMap(data);
	// JSON.parse would bring such keys into another order than PHP.
	if (fault === 'duplicate-key') shown.set('meta', new Map([['2', 'second'], ['1', 'first']]));
	return answer(200, phpMap({ success: true, code: 200n, message: 'OK', data: shown }), rsa2, fault);
}

/** A refused login is the one answer without a signature (docs/gateway.md §13, Sample fail response). */
function refuse(refusal: Refusal, rsa2: Rsa2, fault: FaultName | undefined): Answer {
	if (refusal.code === 'UNAUTHENTICATED') return { status: refusal.status, body: refusal.body };
	return answer(refusal.status, phpMap(refusal.body), rsa2, fault);
}

/** The text that PHP's json_encode prints, signed over all of it. */
function answer(status: number, fields: PhpMap, rsa2: Rsa2, fault: FaultName | undefined): Answer {
	if (fault === 'unsigned') return { status, body: encodePhp(fields) };
	const canonical = canonicalPhp(fields);
	const sign = rsa2.sign(fault === 'wrong-signature' ? `${canonical} ` : canonical);
	const body = new Map<string, PhpValue>([...fields, ['sign_type', 'RSA2'], ['sign', sign]]);
	return { status, body: fault === 'duplicate-key' ? withRepeatedKeys(body) : encodePhp(body) };
}
