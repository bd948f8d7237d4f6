import { withSandbox } from '../../support/kessSandbox.mts';
import { runWebPay } from '../../support/webPayNode.mts';

const sandbox = withSandbox();

test('gives the profile of a user, whose ID a spreadsheet may have as a number', async () => {
	const { items, error } = await runWebPay(sandbox, 'user', 'get', { userId: '={{ $json.id }}' }, { items: [{ id: 10023 }, { id: '10024' }] });
	expect(error).toBeUndefined();
	expect(items).toMatchObject([
		{ json: { user_id: '10023', kyc_status: 'validated' }, pairedItem: { item: 0 } },
		{ json: { user_id: '10024', first_name: 'ស្រី', kyc_status: 'pending' }, pairedItem: { item: 1 } },
	]);
});

test('a user that there is not fails its item alone', async () => {
	const settings = { onError: 'continueRegularOutput' as const };
	const { items } = await runWebPay(sandbox, 'user', 'get', { userId: '={{ $json.id }}' }, { items: [{ id: '1' }, { id: '10023' }], settings });
	expect(items[0]?.error?.message).toBe('KESS refuses to show the user: The user was not found. (404) (user 1) [item 0]');
	expect(items[1]?.json).toMatchObject({ user_id: '10023' });
});

test('without an ID, and on version 1, nothing is sent', async () => {
	expect((await runWebPay(sandbox, 'user', 'get', { userId: '={{ $json.nothing }}' })).error?.message).toMatch(/^User ID \(userId\) is empty/);
	expect((await runWebPay(sandbox, 'user', 'get', { userId: '10023' }, { version: 'v1' })).error?.message).toMatch(/^This operation needs gateway version 2/);
});
