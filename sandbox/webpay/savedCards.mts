import { randomBytes } from 'node:crypto';
import type { SandboxCore } from '../core.mts';
import { isoTime, type OrderData } from './orderData.mts';
import { Refusal } from './refusal.mts';
import type { SignType } from './signature.mts';

/** A page on which a buyer is to save a card. */
export interface SavedCard {
	/** Names it in its link. */
	token: string;
	notifyUrl: string;
	signType: SignType;
	/** KESS's name of the card; null until it is saved. */
	cardToken: string | null;
}

/** The saved cards of the sandbox, in memory. */
export class SavedCardStore {
	private byToken = new Map<string, SavedCard>();

	/** @param saved called with what the merchant is told of a card */
	constructor(
		private readonly core: Pick<SandboxCore, 'now'>,
		private readonly saved: (card: SavedCard, fields: OrderData & { status: string }) => void,
	) {}

	create(notifyUrl: string, signType: SignType): SavedCard {
		const card: SavedCard = { token: randomBytes(16).toString('hex'), notifyUrl, signType, cardToken: null };
		this.byToken.set(card.token, card);
		return card;
	}

	/** The card of a link. */
	findByToken(token: string): SavedCard | undefined {
		return this.byToken.get(token);
	}

	/** The buyer saves a made-up card. Saving twice saves once. @throws Refusal when there is no such link */
	save(token: string): SavedCard {
		const card = this.byToken.get(token);
		if (!card) throw new Refusal('NOT_FOUND', 'There is no such link to save a card.');
		if (card.cardToken === null) {
			card.cardToken = `CARD-${randomBytes(8).toString('hex')}`;
			this.saved(card, this.fields(card));
		}
		return card;
	}

	clear(): void {
		this.byToken.clear();
	}

	/** What KESS tells is not published: the fields of `card_info` (docs/gateway.md §3, Responses), of which the flat ones are signed. */
	private fields({ cardToken }: SavedCard): OrderData & { status: string } {
		return {
			card_token: cardToken,
			status: 'SUCCESS',
			holder_name: 'SANDBOX BUYER',
			created_at: isoTime(this.core.now()),
			card_info: { BIN: '411111', scheme: 'VISA', card_token: cardToken, account_number: '411111******1111' },
		};
	}
}
