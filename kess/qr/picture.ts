import { makePng } from './png';
import { makeQrCode, type QrCode } from './code';

/** Light modules around a QR code, without which readers do not find it (ISO/IEC 18004, clause 6.3.8). */
const QUIET_ZONE = 4;

/** Pixels along the side of one module in a PNG: large enough for print and for chats that shrink pictures. */
const SCALE = 8;

export type PictureFormat = 'png' | 'svg';

/** A picture as a file. */
export interface Picture {
	content: Buffer;
	mimeType: string;
}

/**
 * Draws a text as a QR code, black on white.
 *
 * @returns `undefined` when the text is too long for a QR code (2331 bytes in UTF-8)
 */
export function drawQrCode(text: string, format: PictureFormat): Picture | undefined {
	const code = makeQrCode(text);
	if (code === undefined) return undefined;
	return format === 'png'
		? { content: makePng(pixels(code)), mimeType: 'image/png' }
		: { content: Buffer.from(svg(code)), mimeType: 'image/svg+xml' };
}

function pixels(code: QrCode): boolean[][] {
	const side = code.length + 2 * QUIET_ZONE;
	const module = (pixel: number) => Math.floor(pixel / SCALE) - QUIET_ZONE;
	return Array.from({ length: side }, (_, row) => {
		const cells = code[row - QUIET_ZONE];
		return Array.from({ length: side * SCALE }, (_pixel, x) => cells?.[module(x)] === true);
	}).flatMap((line) => new Array<boolean[]>(SCALE).fill(line));
}

/** One path with a rectangle for every run of dark modules in a row. */
function svg(code: QrCode): string {
	const side = code.length + 2 * QUIET_ZONE;
	const path = code
		.flatMap((cells, row) => {
			const text = cells.map((cell) => (cell ? '1' : '0')).join('');
			return [...text.matchAll(/1+/g)].map(
				({ 0: run, index }) =>
					`M${index + QUIET_ZONE},${row + QUIET_ZONE}h${run.length}v1h-${run.length}z`,
			);
		})
		.join('');
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" width="${side * SCALE}" height="${side * SCALE}" shape-rendering="crispEdges"><path fill="#fff" d="M0,0h${side}v${side}H0z"/><path d="${path}"/></svg>\n`;
}
