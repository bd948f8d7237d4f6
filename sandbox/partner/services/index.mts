import { Refusal } from '../refusal.mts';
import { confirmTransfer } from './confirmTransfer.mts';
import { createTransfer } from './createTransfer.mts';
import { queryTransfer } from './queryTransfer.mts';
import type { PartnerService } from './service.mts';

const SERVICES: readonly PartnerService[] = [createTransfer, confirmTransfer, queryTransfer];

/** @throws Refusal when there is no such service */
export function findService(name: string): PartnerService {
	const service = SERVICES.find((one) => one.name === name);
	if (!service) throw new Refusal('VALIDATIONERROR', `The service field is invalid: there is no service ${name}.`);
	return service;
}
