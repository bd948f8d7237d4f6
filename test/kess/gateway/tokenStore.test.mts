import { digestOf } from '../../../kess/digest.ts';
import { LoginBusyError, LoginRefusedError } from '../../../kess/gateway/loginErrors.ts';
import { accessGrant, isUsable, TokenStore } from '../../../kess/gateway/tokenStore.ts';

const inHalfAnHour = () => Date.now() + 1_800_000;

describe('TokenStore', () => {
	test('many who ask at the same time share one login', async () => {
		const store = new TokenStore();
		let logins = 0;
		const login = async () => ({ accessToken: `token ${++logins}`, renewAt: inHalfAnHour() });
		const grants = await Promise.all(Array.from({ length: 50 }, async () => await store.get('a', login)));
		expect(new Set(grants.map((grant) => grant.accessToken))).toEqual(new Set(['token 1']));
		expect((await store.get('a', login)).accessToken).toBe('token 1');
		expect((await store.get('b', login)).accessToken).toBe('token 2');
	});

	test('renews a token that the gateway has refused, and one that is about to end', async () => {
		const store = new TokenStore();
		let logins = 0;
		const login = async () => ({ accessToken: `token ${++logins}`, renewAt: inHalfAnHour() });
		await store.get('a', login);
		store.reject('a', 'an older one', Date.now());
		expect((await store.get('a', login)).accessToken).toBe('token 1');
		store.reject('a', 'token 1', '');
		expect((await store.get('a', login)).accessToken).toBe('token 2');
		const ending = async () => ({ accessToken: 'ending', renewAt: Date.now() - 1 });
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

	test('a token that another worker’s login has followed is not handed out again', async () => {
		const store = new TokenStore();
		let logins = 0;
		const login = async () => ({ accessToken: `token ${++logins}`, renewAt: Date.now() + 1000 });
		await store.get('a', login);
		store.reject('a', 'of another worker', inHalfAnHour());
		expect((await store.get('a', login)).accessToken).toBe('token 2');
	});

	test('a busy gateway is not asked for a login before the time that it has asked for', async () => {
		const store = new TokenStore();
		let logins = 0;
		const login = async () => {
			logins++;
			return await Promise.reject(new LoginBusyError(429, '1', { ms: 1000, asked: true }));
		};
		for (let item = 0; item < 5; item++) await expect(store.get('a', login)).rejects.toThrow('the gateway is busy (429)');
		expect(logins).toBe(1);
		await new Promise((resolve) => setTimeout(resolve, 1020));
		await expect(store.get('a', login)).rejects.toThrow('busy');
		expect(logins).toBe(2);
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

test.each([
	[1800, 1740],
	['120', 60],
	[90, 45],
	[30, 15],
	[1, 0.5],
	['soon', 1740],
])('a token that lives %p s is used for %p s', (life, used) => {
	expect(accessGrant('x', life, 1000)).toEqual({ accessToken: 'x', renewAt: 1000 + used * 1000 });
});

test('isUsable', () => {
	expect(isUsable({ accessToken: '', renewAt: '' })).toBe(false);
	expect(isUsable({ accessToken: 'x', renewAt: '' })).toBe(true);
	expect(isUsable({ accessToken: 'x', renewAt: String(inHalfAnHour()) })).toBe(true);
	expect(isUsable({ accessToken: 'x', renewAt: Date.now() - 1 })).toBe(false);
});

test('a login key holds none of the values', () => {
	expect(digestOf('https://a', 'user', 'password')).not.toMatch(/user|password/);
	expect(digestOf('a', 'b')).not.toBe(digestOf('ab', ''));
});
