import { webPayAccount } from '../accounts.mts';
import type { SandboxContext, SandboxCore } from '../core.mts';
import { deliver, type Answer } from '../delivery.mts';
import { CROWDED, type FaultName, type RequestFaults, seenAt } from '../faults.mts';
import { decodePhpJson, isPhpArray, laravelInput, type PhpArray, type PhpValue, type Trims } from '../phpInput.mts';
import { secretsEqual } from '../secrets.mts';
import { spell } from '../spelling.mts';
import { Fields } from './fields.mts';
import type { KhqrPaymentStore } from './khqrPayments.mts';
import { orderDataV1, orderDataV2 } from './orderData.mts';
import type { GatewayVersion, OrderStore } from './orders.mts';
import { busy, Refusal } from './refusal.mts';
import type { SavedCardStore } from './savedCards.mts';
import { findService } from './services/index.mts';
import { isSignType, webPaySign, type SignType } from './signature.mts';
import type { SubscriptionStore } from './subscriptions.mts';
import type { TokenStore } from './tokens.mts';
import type { UserStore } from './users.mts';

/** What the WebPay gateways of both versions work on. */
export interface WebPayState {
	orders: OrderStore;
	subscriptions: SubscriptionStore;
	khqrPayments: KhqrPaymentStore;
	savedCards: SavedCardStore;
	users: UserStore;
	tokens: TokenStore;
}

type Data = { [field: string]: PhpValue } | PhpValue[];

/** `POST /api/mch/v1/gateway` and `POST /api/mch/v2/gateway` (docs/gateway.md §12; docs/gateway.md §2 to §6), and the address for files of v2. */
export async function gateway(
	core: SandboxCore,
	c: SandboxContext,
	state: WebPayState,
	version: GatewayVersion,
	withFiles = false,
): Promise<Response> {
	const { trims } = core.settings.values;
	const body = await (withFiles ? readForm(c, trims) : readBody(c, trims));
	const service = body instanceof Refusal ? '' : textOf(body.service).toLowerCase();
	const outTradeNo = body instanceof Refusal ? undefined : orderOf(body, state);
	const reference = body instanceof Refusal ? '' : textOf(body.merchant_reference);
	const numbers = [outTradeNo ?? '', reference].filter((number) => number !== '');
	const { maxInFlight } = core.settings.values;
	const isOneTooMany = core.requests.begin(c.env.outgoing, { gateway: `webpay ${version}`, service, outTradeNo }, core.now(), maxInFlight);
	const faults = isOneTooMany ? CROWDED : core.faults.takeForRequest('webpay', service, numbers);
	const produce = () => {
		try {
			checkSender(c, state, version, faults.fault);
			if (body instanceof Refusal) throw body;
			if (faults.fault === 'success-false-200') throw new Refusal('PROCESS_FAILED', 'The sandbox was asked to refuse this: the balance is too low.');
			const refusal = plannedRefusal(faults);
			if (refusal) {
				if (faults.booked) serve(core, state, version, body, withFiles, faults);
				throw refusal;
			}
			const { data, signType } = serve(core, state, version, body, withFiles, faults);
			return success(core, version, spell(misreport(data, faults), core.settings.values, exactNumber), signType, faults.fault === 'wrong-signature');
		} catch (error) {
			if (!(error instanceof Refusal)) throw error;
			const hidden = faults.fault === 'success-false-200' || faults.fault === 'token-expired-200';
			const withHttp200 = hidden || (core.settings.values.envelope200 && error.code !== 'UNAUTHENTICATED');
			return refuse(error, withHttp200, faults.shape === 'msg');
		}
	};
	return deliver(core, c, faults, produce, busy);
}

function textOf(value: PhpValue | undefined): string {
	return typeof value === 'string' ? value : '';
}

/** The order that a request is about: a subscription names it only by its token. */
function orderOf(body: PhpArray, { orders }: WebPayState): string | undefined {
	return textOf(body.out_trade_no) || orders.findByToken(textOf(body.pre_order_token))?.outTradeNo;
}

/** The decoded body after Laravel's clean-up, or why it is refused. */
async function readBody(c: SandboxContext, trims: Trims): Promise<PhpArray | Refusal> {
	const bytes = await c.req.arrayBuffer();
	if (!/^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? '')) {
		return new Refusal('VALIDATION_ERROR', 'The request must be sent as application/json.');
	}
	try {
		const body = laravelInput(decodePhpJson(bytes), trims);
		return isPhpArray(body) ? body : new Refusal('VALIDATION_ERROR', 'The request body must be a JSON object.');
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		return new Refusal('VALIDATION_ERROR', 'The request body is not valid JSON.');
	}
}

/** The fields of a form, of whose files only the sizes are kept: `attachments[front]` is `front` in `attachments`, as in PHP. */
async function readForm(c: SandboxContext, trims: Trims): Promise<PhpArray | Refusal> {
	if (!/^multipart\/form-data\s*;/i.test(c.req.header('content-type') ?? '')) {
		return new Refusal('VALIDATION_ERROR', 'The request must be sent as multipart/form-data.');
	}
	const body: PhpArray = {};
	const attachments: PhpArray = {};
	for (const [name, value] of Object.entries(await c.req.parseBody())) {
		if (typeof value === 'string') body[name] = value;
		else attachments[/^attachments\[(\w+)\]$/.exec(name)?.[1] ?? name] = value.size;
	}
	return laravelInput({ ...body, attachments }, trims) as PhpArray;
}

/** HTTP Basic on v1, a Bearer token on v2. */
function checkSender(c: SandboxContext, { tokens }: WebPayState, version: GatewayVersion, fault: FaultName | undefined): void {
	if (fault === 'expired-token' || fault === 'token-expired-200') {
		throw new Refusal('UNAUTHENTICATED', 'The access token has expired.');
	}
	const [, scheme = '', sent = ''] = /^(\w+) +(\S+)$/.exec(c.req.header('authorization') ?? '') ?? [];
	if (version === 'v1') {
		const user = `${webPayAccount.username}:${webPayAccount.password}`;
		const isUser = secretsEqual(Buffer.from(sent, 'base64').toString(), user);
		if (scheme.toLowerCase() !== 'basic' || !isUser) throw new Refusal('UNAUTHENTICATED', 'The API user name or password is wrong.');
	} else if (scheme.toLowerCase() !== 'bearer') {
		throw new Refusal('UNAUTHENTICATED', 'The access token is missing.');
	} else if (!tokens.isLive(sent)) {
		throw new Refusal('UNAUTHENTICATED', 'The access token is invalid or has expired.');
	}
}

/** Credentials that have no business in a request, whatever their spelling (docs/gateway.md §5). */
const CREDENTIALS = new Set(['clientsecret', 'password', 'apisecretkey']);

function serve(
	core: SandboxCore,
	{ orders, subscriptions, khqrPayments, savedCards, users }: WebPayState,
	version: GatewayVersion,
	body: PhpArray,
	withFiles: boolean,
	faults: RequestFaults,
): { data: Data; signType: SignType } {
	const leaked = Object.keys(body).find((name) => CREDENTIALS.has(name.toLowerCase().replace(/[_-]/g, '')));
	if (leaked !== undefined) throw new Refusal('VALIDATION_ERROR', `The ${leaked} field is a credential and must never be sent.`);
	const fields = new Fields(body);
	const service = findService(fields.requiredText('service', 64), version, withFiles);
	const signType = fields.requiredText('sign_type', 64);
	if (!isSignType(signType)) throw new Refusal('VALIDATION_ERROR', 'The sign_type field must be MD5 or HMAC-SHA256.');
	const sign = fields.requiredText('sign', 64);
	if (!secretsEqual(sign, webPaySign(body, signType, webPayAccount.apiSecretKey))) {
		throw new Refusal('VALIDATION_ERROR', 'The sign field is invalid: the signature does not match the request.');
	}
	const sellerField = version === 'v1' ? 'seller_id' : 'seller_code';
	const sellerCode = fields.text(sellerField, 64);
	if (sellerCode !== undefined && sellerCode !== core.company.sellerCode) {
		throw new Refusal('VALIDATION_ERROR', `The ${sellerField} field is invalid: there is no such seller.`);
	}
	const origin = core.origin();
	const show = version === 'v1' ? orderDataV1 : orderDataV2;
	const settings = core.settings.values;
	const data = service.handle({
		version,
		signType,
		fields,
		sellerCode,
		orders,
		subscriptions,
		khqrPayments,
		savedCards,
		users,
		origin,
		show: (order) => show(order, origin),
		seenAt: { orders: seenAt(core.now(), settings.orderLagMs, faults), refunds: seenAt(core.now(), settings.refundLagMs, faults) },
		settings,
		charge: chargeOf(core, orders, faults),
	});
	return { data, signType };
}

/** The faults in which the gateway refuses on purpose. */
function plannedRefusal({ fault, code }: RequestFaults): Refusal | undefined {
	if ((fault !== 'refused-before' && fault !== 'refused-after') || code === undefined) return undefined;
	return new Refusal(code, 'The sandbox was asked to refuse this: the balance is too low.');
}

/** Charges a buyer: at once, or when the buyer has typed the password. */
function chargeOf({ clock }: SandboxCore, orders: OrderStore, { fault, booked, laterMs }: RequestFaults): OrderStore['pay'] {
	const pay: OrderStore['pay'] = (order, kind) => orders.pay(order, kind);
	if (fault !== 'buyer-typing') return pay;
	return (order, kind) => {
		if (!booked) return;
		clock.later(laterMs, () => {
			try {
				pay(order, kind);
			} catch (error) {
				// By then the order may be closed.
				if (!(error instanceof Refusal)) throw error;
			}
		});
	};
}

/** JSON numbers of more digits would not be what PHP signs. */
function exactNumber(digits: string): string | number {
	return digits.length <= 14 ? Number(digits) : digits;
}

/** The faults in which a well-signed answer is about something else than what was asked. */
function misreport(data: Data, faults: RequestFaults): Data {
	const { fault, code } = faults;
	if (Array.isArray(data)) return data;
	if (isPhpArray(data.order_info)) return { ...data, order_info: misreport(data.order_info, faults) };
	if (fault === 'odd-status' && code !== undefined && data.status !== undefined) return { ...data, status: code };
	const { out_trade_no: outTradeNo, total_amount: amount, amount: refunded } = data;
	if (fault === 'wrong-order' && typeof outTradeNo === 'string') return { ...data, out_trade_no: `${outTradeNo}-OTHER` };
	if (fault === 'wrong-amount' && typeof amount === 'number') return { ...data, total_amount: amount + 1 };
	if (fault === 'wrong-amount' && typeof refunded === 'number') return { ...data, amount: refunded + 1 };
	if (fault === 'wrong-amount' && typeof amount === 'string') return { ...data, total_amount: String(Number(amount) + 1) };
	return data;
}

/** The envelope of a success: v2 signs `data`; v1 says the text "true" and, as specified, signs nothing. */
function success(core: SandboxCore, version: GatewayVersion, data: Data, signType: SignType, wrongSign: boolean): Answer {
	const body = { success: version === 'v1' ? 'true' : true, data };
	if (version === 'v1' && !core.settings.values.signV1 && !wrongSign) return { status: 200, body };
	const sign = webPaySign(data, signType, wrongSign ? 'another key' : webPayAccount.apiSecretKey);
	return { status: 200, body: { ...body, sign, sign_type: signType } };
}

function refuse(refusal: Refusal, withHttp200: boolean, withMsg: boolean): Answer {
	return { status: withHttp200 ? 200 : refusal.status, body: withMsg ? refusal.bodyWithMsg : refusal.body };
}
