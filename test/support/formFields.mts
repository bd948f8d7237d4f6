export type RequestBody = Record<string, unknown>;

/** The fields of a form as it arrived; of a file its name, its type, and its bytes in base64. */
export async function formFields(bytes: Buffer, contentType = ''): Promise<RequestBody> {
	const body: RequestBody = {};
	const files: Array<Promise<void>> = [];
	const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData();
	form.forEach((value, name) => {
		if (typeof value === 'string') body[name] = value;
		else files.push(value.arrayBuffer().then((content) => void (body[name] = { name: value.name, type: value.type, bytes: Buffer.from(content).toString('base64') })));
	});
	await Promise.all(files);
	return body;
}
