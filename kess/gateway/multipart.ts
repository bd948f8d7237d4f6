import { randomBytes } from 'node:crypto';

/** A file that goes along with a request. */
export interface RequestFile {
	/** Its field, as the gateway names it. */
	field: string;
	/** Of nobody's choosing: it stands in a header. */
	fileName: string;
	mimeType: string;
	content: Uint8Array;
}

/** What a type of files looks like; anything else could begin another header. */
const MIME_TYPE = /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/;

/**
 * The body of a form with files (RFC 7578), as bytes: what is signed must not be written anew by whoever sends it.
 *
 * @param fields the signed fields
 */
export function multipartBody(
	fields: object,
	files: readonly RequestFile[],
): { body: Buffer; contentType: string } {
	const boundary = `kess-${randomBytes(16).toString('hex')}`;
	const head = (disposition: string, more = '') =>
		Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${more}\r\n`);
	const end = Buffer.from('\r\n');
	const parts = flat(fields).flatMap(([name, value]) => [
		head(`name="${quotable(name)}"`),
		Buffer.from(value),
		end,
	]);
	for (const { field, fileName, mimeType, content } of files) {
		const type = MIME_TYPE.test(mimeType) ? mimeType : 'application/octet-stream';
		parts.push(
			head(`name="${field}"; filename="${fileName}"`, `Content-Type: ${type}\r\n`),
			Buffer.from(content),
			end,
		);
	}
	return {
		body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
		contentType: `multipart/form-data; boundary=${boundary}`,
	};
}

/** The fields of a form as PHP reads them: `detail[0][no]` is `no` in the first of `detail`. */
function flat(value: unknown, path = ''): Array<[name: string, text: string]> {
	if (value === null || typeof value !== 'object') return [[path, String(value)]];
	return Object.entries(value).flatMap(([key, entry]) =>
		flat(entry, path === '' ? key : `${path}[${key}]`),
	);
}

/** What would end the name goes in the way of browsers. */
function quotable(name: string): string {
	return name.replace(/["\r\n]/g, encodeURIComponent);
}
