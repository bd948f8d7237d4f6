import { Refusal } from './refusal.mts';

/** A user under the merchant. */
export interface User {
	firstName: string;
	lastName: string;
	email: string;
	phoneNumber: string;
	/** `validated` once the identity documents are approved; the other words are made up. */
	kycStatus: string;
}

/** Made up, like their names. */
const ALWAYS: ReadonlyArray<readonly [string, User]> = [
	['10023', { firstName: 'Dara', lastName: 'Sok', email: 'dara@shop.example', phoneNumber: '012345678', kycStatus: 'validated' }],
	['10024', { firstName: 'ស្រី', lastName: 'អ៊ុន', email: 'srey@shop.example', phoneNumber: '098765432', kycStatus: 'pending' }],
];

/** The users of the sandbox, in memory. */
export class UserStore {
	private users = new Map<string, User>(ALWAYS);

	/**
	 * @returns the ID of the new user
	 * @throws Refusal when somebody has the phone number already: what KESS does then is not published
	 */
	add(user: Omit<User, 'kycStatus'>): string {
		if ([...this.users.values()].some(({ phoneNumber }) => phoneNumber === user.phoneNumber)) {
			throw new Refusal('VALIDATION_ERROR', 'The phone_number field has already been taken.');
		}
		const userId = String(10_023 + this.users.size);
		this.users.set(userId, { ...user, kycStatus: 'unverified' });
		return userId;
	}

	/** @throws Refusal when there is none */
	find(userId: string): User {
		const user = this.users.get(userId);
		if (user === undefined) throw new Refusal('NOT_FOUND', 'The user was not found.');
		return user;
	}

	/** The identity documents have come. People at KESS look at them; the sandbox believes them at once. */
	validate(userId: string): User {
		const user = { ...this.find(userId), kycStatus: 'validated' };
		this.users.set(userId, user);
		return user;
	}

	clear(): void {
		this.users = new Map(ALWAYS);
	}
}
