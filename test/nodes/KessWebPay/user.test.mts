import { webPayAccount } from '../../../sandbox/accounts.mts';
import { webPaySign } from '../../../sandbox/webpay/signature.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { RequestRecorder } from '../../support/requestRecorder.mts';
import { runWebPay } from '../../support/webPayNode.mts';
import { PICTURES } from '../../support/webPayServices.mts';
import { withStore } from '../../support/withStore.mts';

const sandbox = withSandbox();
withStore();

const ADD = 'webpay.acquire.adduserundermerchant';
const UPLOAD = 'webpay.acquire.uploaduserkyc';
const NEW_USER = { firstName: 'Sok', lastName: 'Dara', email: 'sok@shop.example', phoneNumber: '={{ $json.phone }}' };
const KYC = { userId: '={{ $json.user_id }}', front: 'card', back: 'card', selfe: 'face' };

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

test('from nothing to a payment: a user is added, the documents are sent, and the user pays a KHQR code', async () => {
	const [user] = (await runWebPay(sandbox, 'user', 'create', NEW_USER, { items: [{ phone: '+855 12 999 888' }] })).items;
	expect(user?.json).toEqual({ user_id: expect.stringMatching(/^\d+$/) });
	const item = user?.json ?? {};
	const statusOf = async () => (await runWebPay(sandbox, 'user', 'get', { userId: item.user_id as string })).items[0]?.json;
	expect(await statusOf()).toMatchObject({ first_name: 'Sok', phone_number: '012999888', kyc_status: 'unverified' });

	const uploaded = await runWebPay(sandbox, 'user', 'uploadKyc', KYC, { items: [item], files: PICTURES });
	expect(uploaded.error).toBeUndefined();
	expect(uploaded.items).toMatchObject([{ json: { user_id: item.user_id }, pairedItem: { item: 0 } }]);
	expect(await statusOf()).toMatchObject({ kyc_status: 'validated' });

	const native = { outTradeNo: 'INV-1', body: 'Lunch', totalAmount: '10.50', currency: 'USD', serviceCode: 'KHQR' };
	const qrcode = (await runWebPay(sandbox, 'payment', 'nativePay', native)).items[0]?.json.qrcode as string;
	const pay = { qrcode, outTradeNo: 'PAY-1', amount: '10.50', currency: 'USD', senderId: item.user_id as string };
	expect((await runWebPay(sandbox, 'khqr', 'pay', pay)).items[0]?.json).toMatchObject({ status: 'SUCCEEDED' });
});

test('the fields of the form are signed and the pictures are not; they go to their own address, byte for byte', async () => {
	const recorder = await RequestRecorder.start(sandbox.url);
	try {
		const { error } = await runWebPay(sandbox, 'user', 'uploadKyc', KYC, { items: [{ user_id: '10024' }], files: PICTURES, credential: { baseUrl: recorder.url } });
		expect(error).toBeUndefined();
		const [sent = {}] = recorder.take();
		const { sign, 'attachments[front]': front, 'attachments[back]': back, 'attachments[selfe]': selfe, ...fields } = sent;
		expect(fields).toEqual({ service: 'webpay.acquire.uploadUserKyc', user_id: '10024', seller_code: webPayAccount.sellerCode, sign_type: 'MD5' });
		expect(sign).toBe(webPaySign(fields, 'MD5', webPayAccount.apiSecretKey));
		expect(front).toEqual({ name: 'front.jpg', type: 'image/jpeg', bytes: PICTURES.card?.data });
		expect(back).toEqual({ name: 'back.jpg', type: 'image/jpeg', bytes: PICTURES.card?.data });
		expect(selfe).toEqual({ name: 'selfe.jpg', type: 'image/jpeg', bytes: PICTURES.face?.data });
	} finally {
		await recorder.stop();
	}
});

test('a login that has run out is renewed, and the pictures are sent again whole', async () => {
	const upload = async () => await runWebPay(sandbox, 'user', 'uploadKyc', KYC, { items: [{ user_id: '10024' }], files: PICTURES });
	expect((await upload()).error).toBeUndefined();
	await sandbox.expireTokens();
	expect((await upload()).error).toBeUndefined();
	expect(await sandbox.requests(UPLOAD)).toBe(3);
});

test('what is wrong about a row is found before anything is sent', async () => {
	const settings = { onError: 'continueRegularOutput' as const };
	const { items } = await runWebPay(sandbox, 'user', 'create', NEW_USER, { items: [{ phone: 12345678 }, { phone: '012 999 888' }], settings });
	expect(items[0]?.error?.message).toBe('Phone Number (phoneNumber) has lost its leading zero [item 0]');
	expect(items[1]?.json).toHaveProperty('user_id');
	expect(await sandbox.requests(ADD)).toBe(1);

	const missing = await runWebPay(sandbox, 'user', 'uploadKyc', { ...KYC, selfe: 'selfie' }, { items: [{ user_id: '10024' }], files: PICTURES });
	expect(missing.error?.message).toBe('Selfie Binary Field (selfe) names the field "selfie", and the item has no file there (user 10024) [item 0]');
	expect((await runWebPay(sandbox, 'user', 'uploadKyc', KYC, { items: [{ user_id: '10024' }] })).error?.message).toMatch(/^Front Binary Field \(front\) names the field "card"/);
	expect((await runWebPay(sandbox, 'user', 'uploadKyc', KYC, { version: 'v1', items: [{ user_id: '10024' }], files: PICTURES })).error?.message).toMatch(/^This operation needs gateway version 2/);
	expect(await sandbox.requests(UPLOAD)).toBe(0);
});

test('one phone number in two rows adds one user; a lost answer says that there may be one', async () => {
	const twice = await runWebPay(sandbox, 'user', 'create', NEW_USER, { items: [{ phone: '012999888' }, { phone: '+85512999888' }] });
	expect(twice.items.map(({ json }) => json)).toEqual([{ user_id: '10025' }, { user_id: '10025', already_existed: true }]);
	expect(await sandbox.requests(ADD)).toBe(1);

	await sandbox.fault('lost-after-booking', { service: ADD });
	const lost = await runWebPay(sandbox, 'user', 'create', NEW_USER, { items: [{ phone: '012999777' }] });
	expect(lost.error?.message).toMatch(/^KESS gave no clear answer when asked to add the user: .* \(phone number 012999777\) \[item 0\]$/);
	expect(lost.error?.description).toMatch(/^The user may exist\./);
	const again = await runWebPay(sandbox, 'user', 'create', NEW_USER, { items: [{ phone: '012999777' }] });
	expect(again.error?.message).toMatch(/^KESS refuses to add the user: The phone_number field has already been taken/);
});
