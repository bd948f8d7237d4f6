/** QR codes as ISO/IEC 18004 describes them: byte mode, error correction level M, versions 1 to 40. */

/** The modules of a QR code row by row, without the quiet zone; true is dark. */
export type QrCode = ReadonlyArray<readonly boolean[]>;

const MAX_VERSION = 40;

/** Error correction codewords in each block, by version (ISO/IEC 18004, table 9, level M). */
const CHECK_WORDS = [
	10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28,
	28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
];

/** Blocks, by version (the same table). */
const BLOCKS = [
	1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26,
	28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
];

/** Level M in the format information (table 12). */
const LEVEL_BITS = 0b00;

const BYTE_MODE = 0b0100;

/** Which modules each mask turns over (table 10). */
const MASKS: ReadonlyArray<(row: number, column: number) => boolean> = [
	(row, column) => (row + column) % 2 === 0,
	(row) => row % 2 === 0,
	(_row, column) => column % 3 === 0,
	(row, column) => (row + column) % 3 === 0,
	(row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
	(row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
	(row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
	(row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2 === 0,
];

/**
 * Makes a QR code in the smallest version that holds the text.
 *
 * @param text at most 2331 bytes in UTF-8
 * @returns `undefined` when it is longer
 */
export function makeQrCode(text: string): QrCode | undefined {
	const bytes = Buffer.from(text);
	const version = smallestVersion(bytes.length);
	if (version === undefined) return undefined;
	const grid = new Grid(version);
	grid.placeWords(withCheckWords(dataWords(bytes, version), version));
	const masked = MASKS.map((_, mask) => grid.masked(mask));
	const points = masked.map(penalty);
	return masked[points.indexOf(Math.min(...points))];
}

function smallestVersion(length: number): number | undefined {
	for (let version = 1; version <= MAX_VERSION; version++) {
		if (length <= room(version)) return version;
	}
	return undefined;
}

/** Bytes of text that fit beside the mode and the length. */
function room(version: number): number {
	return dataCapacity(version) - Math.ceil((4 + lengthBits(version)) / 8);
}

function lengthBits(version: number): number {
	return version < 10 ? 8 : 16;
}

/** Codewords for data and error correction together: what the function patterns leave of the square. */
function capacity(version: number): number {
	const size = sizeOf(version);
	const along = alignmentCentres(version).length;
	const finders = 3 * 64;
	const format = 31;
	const timing = 2 * (size - 16);
	// Two of the alignment patterns in each outer line lie on the timing pattern, and three corners have none.
	const alignment = along === 0 ? 0 : 25 * (along * along - 3) - 2 * 5 * (along - 2);
	const versionModules = version < 7 ? 0 : 36;
	return Math.floor((size * size - finders - format - timing - alignment - versionModules) / 8);
}

function dataCapacity(version: number): number {
	return capacity(version) - at(CHECK_WORDS, version - 1) * at(BLOCKS, version - 1);
}

function sizeOf(version: number): number {
	return 17 + 4 * version;
}

/** Rows and columns on which alignment patterns are centred (annex E). */
function alignmentCentres(version: number): number[] {
	if (version === 1) return [];
	const count = Math.floor(version / 7) + 2;
	const last = sizeOf(version) - 7;
	const step = version === 32 ? 26 : Math.ceil((last - 6) / (count - 1) / 2) * 2;
	return [6, ...Array.from({ length: count - 1 }, (_, index) => last - step * (count - 2 - index))];
}

/** Mode, length, text and padding (clause 7.4). */
function dataWords(bytes: Buffer, version: number): number[] {
	const bits: number[] = [];
	const append = (value: number, length: number) => {
		for (let bit = length - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
	};
	append(BYTE_MODE, 4);
	append(bytes.length, lengthBits(version));
	for (const byte of bytes) append(byte, 8);
	const total = dataCapacity(version);
	append(0, Math.min(4, total * 8 - bits.length));
	const words: number[] = [];
	for (let start = 0; start < bits.length; start += 8) {
		words.push(
			Array.from({ length: 8 }, (_, bit) => bits[start + bit] ?? 0).reduce(
				(word, bit) => word * 2 + bit,
				0,
			),
		);
	}
	for (let pad = 0xec; words.length < total; pad ^= 0xec ^ 0x11) words.push(pad);
	return words;
}

/** Splits the data into blocks, adds their error correction and interleaves all of it (clause 7.6). */
function withCheckWords(data: number[], version: number): number[] {
	const count = at(BLOCKS, version - 1);
	const checkLength = at(CHECK_WORDS, version - 1);
	const short = Math.floor(data.length / count);
	const longer = data.length % count;
	const divisor = generator(checkLength);
	const blocks: number[][] = [];
	for (let start = 0; blocks.length < count; ) {
		const length = blocks.length < count - longer ? short : short + 1;
		blocks.push(data.slice(start, start + length));
		start += length;
	}
	const interleaved = (lists: number[][]) =>
		Array.from({ length: Math.max(...lists.map(({ length }) => length)) }, (_, index) =>
			lists.flatMap((list) => list.slice(index, index + 1)),
		).flat();
	return [...interleaved(blocks), ...interleaved(blocks.map((block) => remainder(block, divisor)))];
}

/** Product in the field of 256 elements with the polynomial 0x11D. */
function multiply(a: number, b: number): number {
	let product = 0;
	for (let bit = 7; bit >= 0; bit--) {
		product = (product << 1) ^ (product & 0x80 ? 0x11d : 0);
		if ((b >> bit) & 1) product ^= a;
	}
	return product;
}

/** The generator polynomial of a Reed-Solomon code, highest power first, without its leading 1 (annex A). */
function generator(degree: number): number[] {
	let polynomial = [1];
	let root = 1;
	for (let factor = 0; factor < degree; factor++) {
		const times = [...polynomial, 0];
		polynomial.forEach((coefficient, index) => {
			times[index + 1] = at(times, index + 1) ^ multiply(coefficient, root);
		});
		polynomial = times;
		root = multiply(root, 2);
	}
	return polynomial.slice(1);
}

function remainder(block: number[], divisor: number[]): number[] {
	let rest = divisor.map(() => 0);
	for (const word of block) {
		const factor = word ^ at(rest, 0);
		rest = [...rest.slice(1), 0].map(
			(value, index) => value ^ multiply(at(divisor, index), factor),
		);
	}
	return rest;
}

/** A square of modules, some of which belong to function patterns. */
class Grid {
	private readonly size: number;
	private readonly dark: boolean[][];
	private readonly reserved: boolean[][];

	constructor(version: number) {
		this.size = sizeOf(version);
		const square = () =>
			Array.from({ length: this.size }, () => new Array<boolean>(this.size).fill(false));
		this.dark = square();
		this.reserved = square();
		this.placePatterns(version);
	}

	/** Fills the modules that are left with data, upwards and downwards in double columns from the right (clause 7.7.3). */
	placeWords(words: number[]): void {
		let bit = 0;
		let upwards = true;
		for (let right = this.size - 1; right > 0; right -= 2) {
			// The vertical timing pattern takes a whole column.
			if (right === 6) right = 5;
			for (let step = 0; step < this.size; step++) {
				const row = upwards ? this.size - 1 - step : step;
				for (const column of [right, right - 1]) {
					if (isSet(this.reserved, row, column)) continue;
					set(this.dark, row, column, (((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1);
					bit++;
				}
			}
			upwards = !upwards;
		}
	}

	/** A copy with the data masked and the mask named in the format information. */
	masked(mask: number): boolean[][] {
		const turns = MASKS[mask] as (row: number, column: number) => boolean;
		const copy = this.dark.map((cells, row) =>
			cells.map((cell, column) =>
				isSet(this.reserved, row, column) ? cell : cell !== turns(row, column),
			),
		);
		this.eachFormatModule((row, column, bit) =>
			set(copy, row, column, ((formatBits(mask) >> bit) & 1) === 1),
		);
		return copy;
	}

	private placePatterns(version: number): void {
		const last = this.size - 1;
		for (let index = 0; index < this.size; index++) {
			this.place(6, index, index % 2 === 0);
			this.place(index, 6, index % 2 === 0);
		}
		for (const [row, column] of [
			[3, 3],
			[3, last - 3],
			[last - 3, 3],
		] as const)
			this.placeRings(row, column, 4, [2, 4]);
		const centres = alignmentCentres(version);
		const [first, final] = [centres[0], centres.at(-1)];
		for (const row of centres) {
			for (const column of centres) {
				const inFinder =
					(row === first && (column === first || column === final)) ||
					(row === final && column === first);
				if (!inFinder) this.placeRings(row, column, 2, [1]);
			}
		}
		this.eachFormatModule((row, column) => this.place(row, column, false));
		this.place(last - 7, 8, true);
		if (version >= 7) this.placeVersion(version);
	}

	/** Rings around a centre, dark but for those at the distances given. */
	private placeRings(
		centreRow: number,
		centreColumn: number,
		radius: number,
		light: number[],
	): void {
		for (let row = centreRow - radius; row <= centreRow + radius; row++) {
			for (let column = centreColumn - radius; column <= centreColumn + radius; column++) {
				const distance = Math.max(Math.abs(row - centreRow), Math.abs(column - centreColumn));
				this.place(row, column, !light.includes(distance));
			}
		}
	}

	/** Where the 15 bits of the format information stand, twice (clause 7.9, figure 25); bit 0 is the lowest. */
	private eachFormatModule(visit: (row: number, column: number, bit: number) => void): void {
		const last = this.size - 1;
		for (let bit = 0; bit < 15; bit++) {
			// The timing pattern lies between the sixth and the seventh bit, and again between the eighth and the ninth.
			visit(bit < 6 ? bit : bit < 8 ? bit + 1 : 8, bit < 8 ? 8 : bit === 8 ? 7 : 14 - bit, bit);
			visit(bit < 8 ? 8 : last - 14 + bit, bit < 8 ? last - bit : 8, bit);
		}
	}

	/** Version information (clause 7.10): the version and 12 bits of a Golay code, twice. */
	private placeVersion(version: number): void {
		const bits = withRemainder(version, 12, 0x1f25);
		for (let bit = 0; bit < 18; bit++) {
			const along = Math.floor(bit / 3);
			const across = this.size - 11 + (bit % 3);
			this.place(along, across, ((bits >> bit) & 1) === 1);
			this.place(across, along, ((bits >> bit) & 1) === 1);
		}
	}

	private place(row: number, column: number, dark: boolean): void {
		if (row < 0 || column < 0 || row >= this.size || column >= this.size) return;
		set(this.dark, row, column, dark);
		set(this.reserved, row, column, true);
	}
}

/** Level and mask with 10 bits of a BCH code, masked themselves (clause 7.9). */
function formatBits(mask: number): number {
	return withRemainder((LEVEL_BITS << 3) | mask, 10, 0x537) ^ 0x5412;
}

/** The value with its remainder by a polynomial over two elements behind it. */
function withRemainder(value: number, degree: number, divisor: number): number {
	let rest = value;
	for (let step = 0; step < degree; step++)
		rest = (rest << 1) ^ ((rest >> (degree - 1)) & 1 ? divisor : 0);
	return (value << degree) | rest;
}

/** How hard a code is to read (clause 7.8.3): the mask with the fewest points is used. */
function penalty(code: QrCode): number {
	const size = code.length;
	const columns = Array.from({ length: size }, (_, column) =>
		code.map((cells) => cells[column] === true),
	);
	let points = 0;
	let dark = 0;
	for (const line of [...code, ...columns]) {
		const text = line.map((cell) => (cell ? '1' : '0')).join('');
		for (const [run] of text.matchAll(/0{5,}|1{5,}/g)) points += run.length - 2;
		// Looks like a finder pattern; overlapping ones count, too.
		points += 40 * [...text.matchAll(/(?=10111010000|00001011101)/g)].length;
	}
	for (let row = 0; row < size; row++) {
		for (let column = 0; column < size; column++) {
			const cell = isSet(code, row, column);
			if (cell) dark++;
			if (row === 0 || column === 0) continue;
			const same = [
				isSet(code, row - 1, column),
				isSet(code, row, column - 1),
				isSet(code, row - 1, column - 1),
			];
			if (same.every((other) => other === cell)) points += 3;
		}
	}
	const share = (dark * 100) / (size * size);
	return points + 10 * Math.floor(Math.abs(share - 50) / 5);
}

function isSet(cells: QrCode, row: number, column: number): boolean {
	return cells[row]?.[column] === true;
}

function set(cells: boolean[][], row: number, column: number, value: boolean): void {
	(cells[row] as boolean[])[column] = value;
}

function at(values: readonly number[], index: number): number {
	return values[index] as number;
}
