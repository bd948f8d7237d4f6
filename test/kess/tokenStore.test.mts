import { isUsable, LoginRefusedError, TokenStore, loginKey } from '../../kess/tokenStore.ts';

const inHalfAnHour = () => Date.now() + 1_800_000;

describe('TokenStore', () => {
	test('many who ask at the same time share one login', async () => {
		const store = new TokenStore();
		let logins = 0;
		const login = async () => ({ accessToken: `token ${++logins}`, expiresAt: inHalfAnHour() });
		const grants = await Promise.all(Array.from({ length: 50 }, async () => await store.get('a', login)));
		expect(new Set(grants.map((grant) => grant.accessToken))).toEqual(new Set(['token 1']));
		expect((await store.get('a', login)).accessToken).toBe('token 1');
		expect((await store.get('b', login)).accessToken).toBe('token 2');
	});

	test('renews a token that the gateway has refused, and one that is about to end', async () => {
		const store = new TokenStore();
		let logins = 0;
		const login = async () => ({ accessToken: `token ${++logins}`, expiresAt: inHalfAnHour() });
		await store.get('a', login);
		store.reject('a', 'an older one');
		expect((await store.get('a', login)).accessToken).toBe('token 1');
		store.reject('a', 'token 1');
		expect((await store.get('a', login)).accessToken).toBe('token 2');
		const ending = async () => ({ accessToken: 'ending', expiresAt: Date.now() + 30_000 });
		expect((await store.get('c', ending)).accessToken).toBe('ending');
		expect((await store.get('c', login)).accessToken).toBe('token 3');
	});

	test('a refused login is not repeated for every item', async () => {
		const store = new TokenStore();
		let logins = 0;
		const login = async () => {
			logins++;
			return await Promise.reject(new LoginRefusedError('no', 'check'));
		};
		for (let item = 0; item < 5; item++) await expect(store.get('a', login)).rejects.toThrow('no');
		expect(logins).toBe(1);
	});

	test('a login that failed otherwise is tried again', async () => {
		const store = new TokenStore();
		let logins = 0;
		const login = async () => {
			logins++;
			return await Promise.reject(new Error('timeout'));
		};
		for (let item = 0; item < 3; item++) await expect(store.get('a', login)).rejects.toThrow('timeout');
		expect(logins).toBe(3);
	});
});

test('isUsable', () => {
	expect(isUsable({ accessToken: '', expiresAt: '' })).toBe(false);
	expect(isUsable({ accessToken: 'x', expiresAt: '' })).toBe(true);
	expect(isUsable({ accessToken: 'x', expiresAt: String(inHalfAnHour()) })).toBe(true);
	expect(isUsable({ accessToken: 'x', expiresAt: Date.now() + 59_000 })).toBe(false);
});

test('a login key holds none of the values', () => {
	expect(loginKey('https://a', 'user', 'password')).not.toMatch(/user|password/);
	expect(loginKey('a', 'b')).not.toBe(loginKey('ab', ''));
});
