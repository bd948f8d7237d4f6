import type { JsonObject } from '../../../../kess/jsonObject';
import { SERVICES } from '../../../../kess/webPay/services';
import type { WebPayClient } from '../../client';
import { listedIn, requireAnswer } from './outcomes';

/**
 * `webpay.acquire.getpaymentmethods` (docs/gateway.md §3, payment method): the methods that this merchant's buyers can choose.
 *
 * @returns the methods as the gateway describes them; it answers with a list, or with one method alone
 */
export async function fetchPaymentMethods(client: WebPayClient): Promise<JsonObject[]> {
	const result = await client.call(SERVICES.getPaymentMethods, {});
	return listedIn(requireAnswer(result, 'list the payment methods'));
}
