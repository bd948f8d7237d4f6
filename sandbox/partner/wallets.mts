import { z } from 'zod';

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

/** Made up, numbers included. */
const PEOPLE: ReadonlyArray<readonly [userId: string, phone: string, name: string, eligible?: false]> = [
	['800100000017', '012000117', 'សុខ ដារា'],
	['800100000025', '012000125', 'ចាន់ ស្រីមុំ'],
	['800100000033', '010000133', 'លី សុភា'],
	['800100000041', '096000141', 'ហេង វិចិត្រ'],
	['800100000058', '098000158', 'កែវ បុប្ផា'],
	['800100000066', '015000166', 'ទេព ចាន់ណា'],
	['800100000074', '0970000174', 'អ៊ុំ សុវណ្ណ'],
	['800100000082', '0880000182', 'នួន រតនា'],
	['800100000090', '011000190', 'ឈឹម ពិសិដ្ឋ'],
	['800100000108', '0310000208', 'យិន ស្រីល័ក្ខ'],
	['800100000116', '077000216', 'ម៉ៅ ចាន់ធូ'],
	['800100000124', '069000224', 'ពេជ្រ មករា'],
	['800100000132', '012000232', 'SOK DARA'],
	['800100000140', '010000240', 'CHAN SREYMOM'],
	['800100000157', '016000257', 'Ly Sophea'],
	['800100000165', '081000265', 'Heng Vichet'],
	['800100000173', '0710000273', 'Keo Bopha'],
	['800100000181', '092000281', "Tep Channa O'Neil"],
	['800100000199', '085000299', 'Oum Sovann'],
	['800100000207', '0960000307', 'NUON Ratana'],
	['800100000215', '070000315', 'Chhim Piseth'],
	['800100000223', '087000323', 'Yin Sreyleak'],
	['800100000231', '093000331', 'Mao Chanthou'],
	['800100000249', '086000349', 'Pich Makara'],
	['800100000256', '089000356', 'José Müller-Phan'],
	['800100000264', '017000364', 'Kim Rithy'],
	['800100000272', '012000372', 'ងួន ធីតា', false],
	['800100000280', '010000380', 'Closed Wallet', false],
];

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
		this.wallets = PEOPLE.map(([userId, phone, name, eligible = true]) => ({ userId, phone, name, eligible }));
	}
}
