import type { IDataObject, IWebhookDescription, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { parseCurrency, parseMoney } from '../../kess/money';
import { requireOutTradeNo } from '../../kess/webPayFields';
import { hasEnded } from './actions/order/orderStates';
import { orderItem, queryOrder, requireDone } from './actions/order/shared';
import { matchAnswer, type SignatureRule, WebPayClient } from './transport';

/** A sender of notifications is said to wait 25 s (kess-api §5): a login and a query have to be done by then. */
const TIMEOUT_MS = 10_000;
const PATIENCE_MS = 5_000;

const resume = {
	name: 'default',
	httpMethod: 'POST',
	responseMode: 'onReceived',
	restartWebhook: true,
	isFullPath: true,
} as const;

/**
 * Where a parked execution can be woken up: at n8n's resume address with the node's id, which Create and Wait gives to
 * KESS, and at the plain one, which users put into an order that they create before they wait. Only POST: anybody's
 * browser may open an address.
 */
export const resumeWebhooks: IWebhookDescription[] = [
	{ ...resume, path: '={{ $nodeId }}' },
	{ ...resume, path: '' },
];

/**
 * Wakes up an execution that Create and Wait has parked, when the order is paid or can no longer be.
 *
 * A notification only says that it is time to look: what the execution goes on with is the order that the gateway shows,
 * signed, under the number and over the amount that this node asked for. A notification is therefore not believed, nor
 * does it have to be: one that is forged, late, repeated, or signed in a way that nobody knows makes us look, no more.
 * n8n resumes a waiting execution once.
 *
 * Nothing may be thrown here: n8n would let the execution go on with the error.
 */
export async function resumeAfterPayment(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const told = readNotification(context.getBodyData());
	try {
		const outTradeNo = requireOutTradeNo(context.getNodeParameter('outTradeNo'));
		// In a loop the address stays the same, and an earlier order may be told again.
		if (told.outTradeNo !== undefined && told.outTradeNo !== outTradeNo) return keepWaiting(context, 200);
		const order = await lookUp(context, outTradeNo);
		if (hasEnded(order.status)) {
			return {
				workflowData: [[{ json: order, pairedItem: { item: 0 } }]],
				webhookResponse: { received: true },
			};
		}
	} catch (error) {
		context.logger.warn(`KESS WebPay could not look up the order that it waits for: ${(error as Error).message}`);
		return keepWaiting(context, 503);
	}
	const isNews = typeof told.status !== 'string' || hasEnded(told.status);
	// The gateway's answer may lag behind its notification, which therefore has to come again.
	return keepWaiting(context, isNews ? 503 : 200);
}

/** The order as the gateway shows it. @throws KessError when it is not the one that was asked for */
async function lookUp(context: IWebhookFunctions, outTradeNo: string): Promise<IDataObject> {
	const currency = parseCurrency(context.getNodeParameter('currency'));
	const money = parseMoney(context.getNodeParameter('totalAmount'), currency);
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const timeout = Math.min(Number(options.timeout) || TIMEOUT_MS, TIMEOUT_MS);
	const signature = (options.responseSignature as SignatureRule | undefined) ?? 'auto';
	const client = await WebPayClient.open(context, { timeout, signature, patience: PATIENCE_MS });
	const data = requireDone(await queryOrder(client, outTradeNo), 'query the order', 'KESS is asked again with its next notification.');
	matchAnswer(data, { outTradeNo, money });
	return orderItem(data);
}

/** What a notification says, flat or as `{ data, sign, sign_type }`. */
function readNotification(body: IDataObject): { outTradeNo: string | undefined; status: unknown } {
	const { data } = body;
	const fields = data !== null && typeof data === 'object' && !Array.isArray(data) ? (data as IDataObject) : body;
	const { out_trade_no: outTradeNo, status } = fields;
	return { outTradeNo: typeof outTradeNo === 'string' ? outTradeNo : undefined, status };
}

/** @param httpStatus anything but 200 asks for the same notification again */
function keepWaiting(context: IWebhookFunctions, httpStatus: 200 | 503): IWebhookResponseData {
	context.getResponseObject().status(httpStatus).json({ received: httpStatus === 200 });
	return { noWebhookResponse: true };
}
