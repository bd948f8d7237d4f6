import { KessError } from '../../../../kess/kessError';
import type { WebPayClient } from '../../client';

/**
 * Refuses what gateway version 1 does not have, before anything is sent (kess-api §3).
 *
 * @param subject what it is that version 1 does not have
 * @throws KessError on a credential of version 1
 */
export function needsV2(client: WebPayClient, subject = 'This operation'): void {
	if (client.version === 'v2') return;
	throw new KessError(
		`${subject} needs gateway version 2, and the credential is set to version 1`,
		'Set Gateway Version to Version 2 in the KESS WebPay credential and enter the client ID and client secret that KESS gave you. If you have none, ask KESS for access to version 2.',
	);
}
