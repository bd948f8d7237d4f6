/** PNG files of two colours (ISO/IEC 15948), packed without compression: deflate's stored blocks (RFC 1951, 3.2.4). */

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Bytes that one stored block can hold. */
const BLOCK = 0xffff;

/**
 * Draws dark and light pixels.
 *
 * @param rows from the top, all equally long; true is black, false is white
 * @returns a whole PNG file: greyscale, one bit for each pixel
 */
export function makePng(rows: ReadonlyArray<readonly boolean[]>): Buffer {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(rows[0]?.length ?? 0, 0);
	header.writeUInt32BE(rows.length, 4);
	// One bit for each pixel; colour type, compression, filter and interlace methods are all 0.
	header[8] = 1;
	const lines = Buffer.concat(rows.map(packLine));
	return Buffer.concat([
		SIGNATURE,
		chunk('IHDR', header),
		chunk('IDAT', zlib(lines)),
		chunk('IEND', Buffer.alloc(0)),
	]);
}

/** A line of pixels after the number of its filter, which is 0: none. A set bit is white. */
function packLine(pixels: readonly boolean[]): Buffer {
	const line = Buffer.alloc(1 + Math.ceil(pixels.length / 8));
	pixels.forEach((dark, column) => {
		const byte = 1 + (column >> 3);
		if (!dark) line[byte] = (line[byte] ?? 0) | (0x80 >> (column & 7));
	});
	return line;
}

/** Length, type, content, and the checksum of type and content (ISO/IEC 15948, 5.3). */
function chunk(type: string, content: Buffer): Buffer {
	const checked = Buffer.concat([Buffer.from(type, 'latin1'), content]);
	return Buffer.concat([uint32(content.length), checked, uint32(crc32(checked))]);
}

/** The zlib format (RFC 1950) around stored blocks. */
function zlib(data: Buffer): Buffer {
	const parts: Buffer[] = [Buffer.from([0x78, 0x01])];
	for (let start = 0; start < data.length; start += BLOCK) {
		const block = data.subarray(start, start + BLOCK);
		const header = Buffer.alloc(5);
		header[0] = start + BLOCK < data.length ? 0 : 1;
		header.writeUInt16LE(block.length, 1);
		header.writeUInt16LE(block.length ^ BLOCK, 3);
		parts.push(header, block);
	}
	return Buffer.concat([...parts, uint32(adler32(data))]);
}

/** The checksum of PNG chunks (ISO/IEC 15948, 5.5): reflected, polynomial 0xEDB88320. */
function crc32(data: Buffer): number {
	let crc = 0xffffffff;
	for (const byte of data) {
		crc ^= byte;
		for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return (crc ^ 0xffffffff) >>> 0;
}

/** The checksum of the zlib format (RFC 1950, 2.2). */
function adler32(data: Buffer): number {
	let low = 1;
	let high = 0;
	for (const byte of data) {
		low = (low + byte) % 65_521;
		high = (high + low) % 65_521;
	}
	return high * 0x10000 + low;
}

function uint32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value);
	return bytes;
}
