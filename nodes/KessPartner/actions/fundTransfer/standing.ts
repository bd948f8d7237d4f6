import { KessError } from '../../../../kess/errors';
import type { Remembered } from '../../../shared/money/decision';
import type { AskedTransfer } from '../../../../kess/partner/transfer';
import { endBefore, existing, type Look, type MoneyEnd } from '../../../shared/money/moveMoney';
import { PaymentNotes } from '../../../shared/money/paymentNotes';
import type { ItemCall } from '../../../shared/run/item';
import type { PartnerClient } from '../../client';
import { lookUp, spent, transferPayment, whatWaits } from './transfers';

/**
 * What has become of a transfer number, for somebody who would not pay under it.
 *
 * @param what as it is remembered of the payment; without it whatever was paid under the number is the one that is meant
 * @returns `end` is left out where nothing is known to have been paid, and nothing to be under way
 * @throws KessError when the number stands for something else, or nobody can say
 */
export async function standingOf(
	call: ItemCall,
	client: PartnerClient,
	asked: AskedTransfer,
	what: string | undefined,
): Promise<{ end?: MoneyEnd; known: Remembered; look: Look }> {
	const payment = { ...transferPayment(client, asked.outTradeNo), what };
	const known = await new PaymentNotes(call.context, payment, false)
		.recall()
		.catch((): Remembered => ({ state: 'nothing' }));
	const look = await lookUp(client, asked);
	// Nothing is paid here, so that a payment over this amount is the one that is meant where no other is remembered: Confirm
	// need not know the receiver, and KESS may name it by another ID.
	const isOther = known.state === 'another' || known.state === 'doneAnother';
	if (look.found === 'this' && look.isVague !== true && !isOther) {
		return { end: existing(look), known, look };
	}
	// What waits may be prepared once more, unless it may be what this workflow has confirmed.
	const end = endBefore({ payment, spent }, known, known.state === 'sent' ? look : whatWaits(look));
	if (end instanceof KessError) throw end;
	return { known, look, ...(end !== undefined && { end }) };
}
