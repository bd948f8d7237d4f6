import { type FaultName, type FaultOptions, FAULTS, faultsThat } from '../../sandbox/faults.mts';

/** What can go wrong at the sandbox's Partner gateway with one request. */
export const PARTNER_FAULTS = faultsThat(({ strikes, only }) => strikes !== 'notification' && only !== 'webpay');

/** A delay belongs to these only: with any other fault the node would see nothing but an answer that comes too late. */
export function delayed(fault: FaultName, delayMs: number): FaultOptions {
	return FAULTS[fault].delays ? { delayMs } : {};
}

/** The services that a payout goes through. */
export const STEPS = ['create.unified.fundTransfer', 'confirm.fundTransfer', 'query.fundTransfer'] as const;
