import type { IDataObject } from 'n8n-workflow';

import { drawQrCode } from '../../../kess/qr/picture.ts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { runWebPay, type WebPayRunOptions } from '../../support/webPayNode.mts';

const sandbox = withSandbox();

const order = { outTradeNo: '={{ $json.no ?? "INV-1" }}', body: 'Iced coffee', totalAmount: '10.50', currency: 'USD' };

const create = async (additionalFields: IDataObject, options: WebPayRunOptions = {}) =>
	await runWebPay(sandbox, 'order', 'create', { ...order, additionalFields }, options);

const nativePay = async (additionalFields: IDataObject) =>
	await runWebPay(sandbox, 'payment', 'nativePay', { ...order, serviceCode: 'KHQR', additionalFields });

test.each([
	['v1', 'png', 'image/png'],
	['v2', 'png', 'image/png'],
	['v2', 'svg', 'image/svg+xml'],
] as const)('order on %s: the payment link as %s', async (version, qrCode, mimeType) => {
	const { items, error } = await create({ qrCode }, { version });
	expect(error).toBeUndefined();
	const [item] = items;
	expect(item?.pairedItem).toEqual({ item: 0 });
	expect(item?.binary?.data).toMatchObject({ mimeType, fileName: `INV-1.${qrCode}` });
	const picture = Buffer.from(item?.binary?.data?.data ?? '', 'base64');
	expect(picture.equals(drawQrCode(String(item?.json.payment_link), qrCode)?.content as Buffer)).toBe(true);
	expect(item?.json.out_trade_no).toBe('INV-1');
});

test('an order that exists has its picture too, in the field that was asked for', async () => {
	await create({});
	const { items } = await create({ qrCode: 'png', qrCodeProperty: 'ticket' });
	expect(items[0]?.json.already_existed).toBe(true);
	expect(Object.keys(items[0]?.binary ?? {})).toEqual(['ticket']);
});

test('a name for the file that every system takes', async () => {
	const { items } = await create({ qrCode: 'svg' }, { items: [{ no: '2026/07: ១' }] });
	expect(items[0]?.binary?.data?.fileName).toBe('2026_07_១.svg');
});

test('native pay: the KHQR text', async () => {
	const { items } = await nativePay({ qrCode: 'png' });
	const picture = Buffer.from(items[0]?.binary?.data?.data ?? '', 'base64');
	expect(picture.equals(drawQrCode(String(items[0]?.json.qrcode), 'png')?.content as Buffer)).toBe(true);
});

test.each([{}, { qrCode: 'none' }, { qrCodeProperty: 'data' }])('no picture without asking: %j', async (fields) => {
	expect((await create(fields)).items[0]).not.toHaveProperty('binary');
});

test('without a QR text the order leaves without a picture, with a hint', async () => {
	const { items, run, error } = await nativePay({ qrCode: 'png', onlyDeeplink: true });
	expect(error).toBeUndefined();
	expect(items[0]?.json.order_info).toMatchObject({ out_trade_no: 'INV-1' });
	expect(items[0]).not.toHaveProperty('binary');
	expect(JSON.stringify(run.data.resultData.runData.Node?.at(-1)?.hints)).toContain('There is no picture of the QR code');
});

test('another format is refused before anything is sent', async () => {
	expect((await create({ qrCode: 'gif' })).error?.message).toMatch(/^QR Code \(additionalFields\.qrCode\) is "gif" \(order INV-1\)/);
	expect(await sandbox.orders()).toEqual([]);
});
