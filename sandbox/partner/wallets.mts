import { z } from 'zod';
import { wallets } from '../accounts.mts';

const text = (most: number) =>
	z.string().refine((value) => value.trim() !== '' && [...value].length <= most, `not a text of 1 to ${most} characters`);

/** The wallet of somebody who can be paid. */
export const walletSchema = z.strictObject({
	userId: text(25),
	/** With its leading 0. */
	phone: text(25).transform(localPhone),
	name: text(96),
	/** Whether it may receive money. */
	eligible: z.boolean().default(true),
});

export type Wallet = z.output<typeof walletSchema>;

export type WalletInput = z.input<typeof walletSchema>;

/** `012345678` for any spelling of a Cambodian phone number without spaces. */
function localPhone(id: string): string {
	return id.replace(/^\+?855(?=[1-9]\d{7,8}$)/, '0');
}

/** Who can be paid. */
export class WalletStore {
	private wallets: Wallet[] = [];

	constructor() {
		this.reset();
	}

	/** @param receiverId a user ID, or a phone number as 0..., 855... or +855... */
	find(receiverId: string): Wallet | undefined {
		const phone = localPhone(receiverId);
		return this.wallets.find((wallet) => wallet.userId === receiverId || wallet.phone === phone);
	}

	all(): readonly Wallet[] {
		return this.wallets;
	}

	/**
	 * Opens a wallet, or changes the one with that `userId`.
	 *
	 * @throws Error when its phone number is another's
	 */
	put(wallet: Wallet): void {
		const others = this.wallets.filter(({ userId }) => userId !== wallet.userId);
		const taken = others.find((other) => other.phone === wallet.phone);
		if (taken) throw new Error(`The phone number ${wallet.phone} belongs to the wallet ${taken.userId}.`);
		this.wallets = [...others, wallet];
	}

	/** Brings the made-up people back. */
	reset(): void {
		this.wallets = wallets.map(([userId, phone, name, eligible = true]) => ({ userId, phone, name, eligible }));
	}
}
