import { type FaultName, type FaultOptions, FAULTS, faultsThat } from '../../sandbox/faults.mts';

/** What can go wrong at the sandbox's Partner gateway with one request. */
export const PARTNER_FAULTS = faultsThat(({ strikes, only }) => strikes !== 'notification' && only !== 'webpay');

/** A delay belongs to these only: with any other fault the node would see nothing but an answer that comes too late. */
export function delayed(fault: FaultName, delayMs: number): FaultOptions {
	return FAULTS[fault].delays ? { delayMs } : {};
}

/** The services that a payout goes through. */
export const STEPS = ['create.unified.fundTransfer', 'confirm.fundTransfer', 'query.fundTransfer'] as const;

/** Every way in which a fault can strike at a gateway: each code, status and shape of its row. */
export function variantsOf(fault: FaultName, gateway: 'webpay' | 'partner'): FaultOptions[] {
	const { codes, statuses = [], shapes } = FAULTS[fault];
	const each = <Value,>(name: string, values: readonly Value[] = []) =>
		values.length === 0 ? [{}] : values.map((value) => ({ [name]: value }));
	return each('code', codes?.[gateway]).flatMap((code) =>
		each('status', statuses).flatMap((status) => each('shape', shapes?.[gateway]).map((shape) => ({ ...code, ...status, ...shape }))),
	);
}
