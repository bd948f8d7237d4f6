import axios from 'axios';

import { webPayAccount } from '../../../sandbox/accounts.mts';
import { startSandbox, type Sandbox } from '../../../sandbox/server.mts';
import { type Body, GatewayClient, sign } from '../../support/gatewayClient.mts';

/** Users under the merchant, and the address for files. */

let sandbox: Sandbox;
let gateway: GatewayClient;

beforeAll(async () => {
	sandbox = await startSandbox({ port: 0 });
	gateway = new GatewayClient(sandbox);
});

beforeEach(async () => {
	await gateway.reset();
	gateway.forgetToken();
});

afterAll(async () => {
	await sandbox.close();
});

const USER = { first_name: 'Sok', last_name: 'Dara', email: 'sok@shop.example', phone_number: '012999888', seller_code: webPayAccount.sellerCode };
const FILES = ['attachments[front]', 'attachments[back]', 'attachments[selfe]'];

const add = async (fields: Body = {}) => await gateway.call('v2', 'adduserundermerchant', { ...USER, ...fields });

async function upload(body: Body, files = FILES) {
	const form = new FormData();
	for (const [name, value] of Object.entries(body)) form.append(name, String(value));
	for (const name of files) form.append(name, new Blob(['picture']), 'x.jpg');
	return await axios.post(`${sandbox.url}/api/mch/v2/upload-attachments`, form, {
		proxy: false,
		validateStatus: () => true,
		headers: { authorization: await gateway.authorization('v2') },
	});
}

const kyc = (fields: Body = {}) => sign({ service: 'webpay.acquire.uploadUserKyc', sign_type: 'MD5', user_id: '10024', ...fields });

test('a user is added once for a phone number, and forgotten by a reset', async () => {
	expect((await add()).data).toMatchObject({ success: true, data: { user_id: '10025' } });
	expect(await add()).toMatchObject({ status: 400, data: { error_des: 'The phone_number field has already been taken.' } });
	expect((await add({ phone_number: '+85512999777' })).status).toBe(400);
	await gateway.reset();
	expect((await add()).data.data).toEqual({ user_id: '10025' });
});

test('documents validate their user, when all three have come and the fields are signed', async () => {
	const status = async () => (await gateway.call('v2', 'userprofile', { user_id: '10024' })).data.data.kyc_status;
	expect(await upload(kyc(), FILES.slice(1))).toMatchObject({ status: 400, data: { error_des: 'The attachments.front field must be a file.' } });
	expect((await upload({ ...kyc(), user_id: '10023' })).data.error_des).toMatch(/^The sign field is invalid/);
	expect((await upload(kyc({ user_id: '1' }))).status).toBe(404);
	expect(await status()).toBe('pending');
	expect((await upload(kyc())).data).toMatchObject({ success: true, data: { user_id: '10024', kyc_status: 'validated' }, sign: expect.any(String) });
	expect(await status()).toBe('validated');
});

test('files have their own address, and nothing else is served there', async () => {
	expect((await gateway.send('v2', kyc())).data.error_des).toMatch(/there is no service webpay.acquire.uploadUserKyc/);
	expect((await upload(kyc({ service: 'webpay.acquire.userprofile' }))).data.error_des).toMatch(/there is no service webpay.acquire.userprofile/);
	const json = await gateway.post('/api/mch/v2/upload-attachments', kyc(), { authorization: await gateway.authorization('v2') });
	expect(json.data.error_des).toBe('The request must be sent as multipart/form-data.');
});
