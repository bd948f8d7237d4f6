import { Refusal } from '../refusal.mts';
import type { GatewayVersion } from '../orders.mts';
import { addUser } from './addUser.mts';
import { cancelSubscription } from './cancelSubscription.mts';
import { closeOrder } from './closeOrder.mts';
import { createOrder } from './createOrder.mts';
import { decodeKhqr } from './decodeKhqr.mts';
import { directPay } from './directPay.mts';
import { generateSubscriptionLink } from './generateSubscriptionLink.mts';
import { getBakongMembers } from './getBakongMembers.mts';
import { getPaymentMethods } from './getPaymentMethods.mts';
import { getSubscriptions } from './getSubscriptions.mts';
import { getSubscriptionTrxs } from './getSubscriptionTrxs.mts';
import { nativePay } from './nativePay.mts';
import { payKhqr } from './payKhqr.mts';
import { queryOrder } from './queryOrder.mts';
import { queryOrderByDateRange } from './queryOrderByDateRange.mts';
import { queryRefund } from './queryRefund.mts';
import { quickPay } from './quickPay.mts';
import { reActiveSubscription } from './reActiveSubscription.mts';
import { refund } from './refund.mts';
import { saveCard } from './saveCard.mts';
import type { WebPayService } from './service.mts';
import { subscription } from './subscription.mts';
import { uploadUserKyc } from './uploadUserKyc.mts';
import { userProfile } from './userProfile.mts';

const SERVICES: readonly WebPayService[] = [
	createOrder,
	queryOrder,
	closeOrder,
	getPaymentMethods,
	nativePay,
	quickPay,
	directPay,
	getBakongMembers,
	queryOrderByDateRange,
	refund,
	queryRefund,
	saveCard,
	subscription,
	generateSubscriptionLink,
	cancelSubscription,
	reActiveSubscription,
	getSubscriptions,
	getSubscriptionTrxs,
	decodeKhqr,
	payKhqr,
	userProfile,
	addUser,
	uploadUserKyc,
];

const BY_NAME = new Map(SERVICES.map((service) => [service.name.toLowerCase(), service]));

/**
 * @param name in any case
 * @param withFiles whether it was asked for at the address for files
 * @throws Refusal when the gateway version has no such service there
 */
export function findService(name: string, version: GatewayVersion, withFiles: boolean): WebPayService {
	const service = BY_NAME.get(name.toLowerCase());
	if (!service?.versions.includes(version) || (service.takesFiles ?? false) !== withFiles) {
		throw new Refusal('VALIDATION_ERROR', `The service field is invalid: there is no service ${name}.`);
	}
	return service;
}
