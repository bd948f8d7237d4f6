import { Refusal } from '../refusal.mts';
import type { GatewayVersion } from '../orders.mts';
import { closeOrder } from './closeOrder.mts';
import { createOrder } from './createOrder.mts';
import { getPaymentMethods } from './getPaymentMethods.mts';
import { queryOrder } from './queryOrder.mts';
import type { WebPayService } from './service.mts';

const SERVICES: readonly WebPayService[] = [createOrder, queryOrder, closeOrder, getPaymentMethods];

const BY_NAME = new Map(SERVICES.map((service) => [service.name.toLowerCase(), service]));

/**
 * @param name in any case
 * @throws Refusal when the gateway version has no such service
 */
export function findService(name: string, version: GatewayVersion): WebPayService {
	const service = BY_NAME.get(name.toLowerCase());
	if (!service?.versions.includes(version)) {
		throw new Refusal('VALIDATION_ERROR', `The service field is invalid: there is no service ${name}.`);
	}
	return service;
}
