import { multipartBody } from '../../../kess/gateway/multipart.ts';

async function read({ body, contentType }: ReturnType<typeof multipartBody>): Promise<FormData> {
	return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
}

const file = (content: Uint8Array, mimeType = 'image/png') => ({ field: 'attachments[front]', fileName: 'front.png', mimeType, content });

test('fields and files arrive byte for byte, whatever is in them', async () => {
	const content = Uint8Array.from({ length: 1024 }, (_, index) => (index * 7) % 256);
	const tricky = Buffer.from('\r\n--kess-\r\nContent-Disposition: form-data; name="user_id"\r\n\r\n1\r\n');
	for (const bytes of [content, tricky]) {
		const form = await read(multipartBody({ first_name: 'ស្រី\r\n--', user_id: '10023', flag: 1 }, [file(bytes)]));
		expect([form.get('first_name'), form.get('user_id'), form.get('flag')]).toEqual(['ស្រី\r\n--', '10023', '1']);
		const sent = form.get('attachments[front]') as File;
		expect([sent.name, sent.type, Buffer.from(await sent.arrayBuffer()).equals(Buffer.from(bytes))]).toEqual(['front.png', 'image/png', true]);
	}
});

test('a type that could begin another header is not sent', () => {
	const { body } = multipartBody({}, [file(new Uint8Array([1]), 'image/png\r\nX-Other: 1')]);
	expect(body.toString('latin1')).toContain('Content-Type: application/octet-stream\r\n');
	expect(body.toString('latin1')).not.toContain('X-Other');
});

test('no two bodies have the same boundary', () => {
	expect(multipartBody({}, []).contentType).not.toBe(multipartBody({}, []).contentType);
});

test('what is nested is written as PHP reads it, and no name begins another field', async () => {
	const form = await read(multipartBody({ detail: [{ no: '1' }], 'a"; name="user_id': 'x' }, []));
	expect(form.get('detail[0][no]')).toBe('1');
	expect(form.has('user_id')).toBe(false);
});
