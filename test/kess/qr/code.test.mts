import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, inflateSync } from 'node:zlib';

import { makeQrCode, type QrCode } from '../../../kess/qr/code.ts';
import { drawQrCode } from '../../../kess/qr/picture.ts';

/** Bytes that versions 1 to 40 hold at level M in byte mode (ISO/IEC 18004, table 7). */
const CAPACITIES = [
	14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666, 711, 779, 857, 911, 997, 1059,
	1125, 1190, 1264, 1370, 1452, 1538, 1628, 1722, 1809, 1911, 1989, 2099, 2213, 2331,
];

const rows = (code: QrCode) => code.map((cells) => cells.map((cell) => (cell ? '1' : '0')).join(''));

/** Text of a length in which every byte differs from its neighbours. */
const textOf = (length: number) => Array.from({ length }, (_, index) => String.fromCharCode(33 + ((index * 31 + length) % 90))).join('');

/** The pixels of a PNG with one bit for each of them, read without the code that has written it; true is dark. */
function readPng(file: Buffer): boolean[][] {
	expect(file.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
	const chunks = new Map<string, Buffer>();
	for (let at = 8; at < file.length; ) {
		const length = file.readUInt32BE(at);
		const checked = file.subarray(at + 4, at + 8 + length);
		if (typeof crc32 === 'function') expect(file.readUInt32BE(at + 8 + length)).toBe(crc32(checked));
		chunks.set(checked.toString('latin1', 0, 4), checked.subarray(4));
		at += 12 + length;
	}
	expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
	const header = chunks.get('IHDR') as Buffer;
	const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
	expect([...header.subarray(8)]).toEqual([1, 0, 0, 0, 0]);
	// inflateSync checks Adler-32.
	const lines = inflateSync(chunks.get('IDAT') as Buffer);
	const lineLength = 1 + Math.ceil(width / 8);
	expect(lines).toHaveLength(lineLength * height);
	return Array.from({ length: height }, (_, y) =>
		Array.from({ length: width }, (_pixel, x) => (((lines[y * lineLength + 1 + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1) === 0),
	);
}

/** The modules that a path of `M<x>,<y>h<n>v1h-<n>z` fills. */
function readSvg(text: string): string[] {
	const side = Number(/viewBox="0 0 (\d+) \1"/.exec(text)?.[1]);
	const cells = Array.from({ length: side }, () => new Array<string>(side).fill('0'));
	for (const [, x, y, run, back] of text.matchAll(/M(\d+),(\d+)h(\d+)v1h-(\d+)z/g)) {
		expect(back).toBe(run);
		(cells[Number(y)] as string[]).fill('1', Number(x), Number(x) + Number(run));
	}
	return cells.map((line) => line.join(''));
}

const quiet = (code: string[]) => {
	const empty = new Array<string>(4).fill('0'.repeat(code.length + 8));
	return [...empty, ...code.map((line) => `0000${line}0000`), ...empty];
};

function hasZbar(): boolean {
	try {
		execFileSync('zbarimg', ['--version'], { stdio: 'ignore' });
		return true;
	} catch {
		return false;
	}
}

// Frozen when zbar 0.23, which shares nothing with this code, had read every one of these texts from its picture.
test.each([
	['A', 1, 'bc9009ae87ca68f1d256b69eb26362086d73d9f0b95f1e9f3dccae752626c3b6'],
	['https://devwebpayment.kesspay.io/pay/0123456789abcdef0123456789abcdef', 5, '48c49c253f759ca38e14d00a4fee41970c15fe2a2634cc2563921baeba09212b'],
	['ហាងកាហ្វេ 5%', 3, '64c2d33f195ad1c29d2db3a4b475c61dbcb9f2532b21a31dda96dd856bd024a3'],
	['x'.repeat(666), 20, '497df6c35a67d13f72b0afac007734db4ed5c1f0b80267e83a5414d2a6f3aa0c'],
	[`${'0123456789'.repeat(233)}0`, 40, '2b858bfdad542d333a7baf0d9e538f93eba22df50f10079adf6da4db2de0b5fb'],
])('%.60s', (text, version, digest) => {
	const code = makeQrCode(text) as QrCode;
	expect(code).toHaveLength(17 + 4 * version);
	expect(createHash('sha256').update(rows(code).join('\n')).digest('hex')).toBe(digest);
});

test('each version holds what the standard says, and nothing holds more than the last', () => {
	CAPACITIES.forEach((capacity, index) => {
		expect(makeQrCode('x'.repeat(capacity))).toHaveLength(17 + 4 * (index + 1));
	});
	expect(makeQrCode('x'.repeat(2332))).toBeUndefined();
	expect(drawQrCode('x'.repeat(2332), 'png')).toBeUndefined();
});

test('a PNG shows the modules at eight pixels each, with four light ones around them', () => {
	const text = textOf(700);
	const picture = drawQrCode(text, 'png');
	expect(picture?.mimeType).toBe('image/png');
	const pixels = readPng(picture?.content as Buffer);
	const expected = quiet(rows(makeQrCode(text) as QrCode));
	expect(pixels).toHaveLength(expected.length * 8);
	expect(rows(pixels)).toEqual(expected.flatMap((line) => new Array<string>(8).fill([...line].map((cell) => cell.repeat(8)).join(''))));
});

test('an SVG shows the same', () => {
	const text = textOf(100);
	const picture = drawQrCode(text, 'svg');
	expect(picture?.mimeType).toBe('image/svg+xml');
	expect(readSvg(String(picture?.content))).toEqual(quiet(rows(makeQrCode(text) as QrCode)));
});

(hasZbar() ? test : test.skip)('zbar reads every version', () => {
	const folder = mkdtempSync(join(tmpdir(), 'kesspay-qr-'));
	try {
		for (const capacity of CAPACITIES) {
			const file = join(folder, `${capacity}.png`);
			writeFileSync(file, drawQrCode(textOf(capacity), 'png')?.content as Buffer);
			const read = execFileSync('zbarimg', ['-q', '--raw', '-Sdisable', '-Sqrcode.enable', file], { stdio: ['ignore', 'pipe', 'ignore'] });
			expect(read.toString()).toBe(`${textOf(capacity)}\n`);
		}
	} finally {
		rmSync(folder, { recursive: true });
	}
});
