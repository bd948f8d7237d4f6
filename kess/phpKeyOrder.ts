/**
 * The order in which PHP 8.2's `ksort` puts array keys.
 *
 * Keys that look like numbers compare as numbers, all others byte by byte, and an integer meets a word as text. Mixed,
 * these comparisons can run in a circle (9 < 10 < "1a" as text, but "1a" < 9): the result then depends on which keys the
 * sort compares, so the steps of PHP's own hybrid sort are followed for such keys, at PHP's own cost: for keys in a
 * malicious order, the square of their count. Who takes keys from outside limits how many (LIMITS.fields).
 */

/** How PHP sees a key when it compares. */
interface Key {
	text: string;
	/** Place before sorting; decides between keys that compare as equal, such as 10 and "1e1". */
	position: number;
	/** Whether PHP stores it as an integer key. */
	isInt: boolean;
	/** Its number: bigint for a PHP int, number for a PHP float, undefined for a word. */
	value: bigint | number | undefined;
	/** -1 or 1 for a whole number below or above PHP's int range. */
	overflow: number;
}

/** Up to this many keys PHP inserts; above, it partitions. */
const INSERTION_LIMIT = 16;

/** From this many keys on, PHP picks the pivot from five keys instead of three. */
const FIVE_KEY_PIVOT = 1024;

/** Only a key that begins like this can be an integer or a numeric text. */
const MAY_BE_NUMBER = /^[ \t\n\r\v\f+\-.\d]/;

/** Digits of PHP's smallest int, without its sign. */
const INT_MIN_DIGITS = '9223372036854775808';

/**
 * Whether PHP turns this text into an integer when it is used as an array key.
 *
 * @returns true for the plain decimal form of a 64-bit integer ("10", "-5"), false for "007", "-0", "1.0", "+1"
 */
function isIntKey(text: string): boolean {
	return /^(?:0|-?[1-9]\d{0,18})$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

/**
 * Sorts array keys as PHP 8.2's `ksort` does with default flags.
 *
 * @param keys distinct keys in the order of the array; an integer key in its decimal form
 * @returns a new list
 */
export function ksortKeys(keys: Iterable<string>): string[] {
	const words = [...keys];
	if (!words.some((key) => MAY_BE_NUMBER.test(key))) return words.sort(compareBytes);
	const sorted = words.map(readKey);
	if (isOrdered(sorted)) sorted.sort((a, b) => compare(a, b) || a.position - b.position);
	else sortRange(sorted, 0, sorted.length);
	return sorted.map((key) => key.text);
}

/** Up to here every whole number is a float of its own, so that ints and floats compare without loss. */
const EXACT = 2 ** 53;

/**
 * Whether these keys have one order only, which every sort finds: their numbers compare exactly, and no word stands
 * among the numbers when both are compared as text. PHP's own sort takes the square of the keys for some orders.
 */
function isOrdered(keys: Key[]): boolean {
	const words: string[] = [];
	let [lowest, highest] = ['', ''];
	for (const { text, value, overflow } of keys) {
		if (value === undefined) words.push(text);
		else {
			// PHP counts digits and not the value: "100000000000000000000e-18" is beyond its ints.
			if (overflow !== 0 || !(value >= -EXACT && value <= EXACT)) return false;
			if (lowest === '' || compareBytes(text, lowest) < 0) lowest = text;
			if (compareBytes(text, highest) > 0) highest = text;
		}
	}
	return words.every((word) => compareBytes(word, lowest) < 0 || compareBytes(word, highest) > 0);
}

/** Compares as the UTF-8 bytes would: by code point, where JavaScript compares UTF-16 units. */
function compareBytes(a: string, b: string): number {
	const shorter = Math.min(a.length, b.length);
	for (let i = 0; i < shorter; i++) {
		const x = a.charCodeAt(i);
		const y = b.charCodeAt(i);
		if (x !== y) return byteRank(x) - byteRank(y);
	}
	return a.length - b.length;
}

/** Surrogates stand for code points above every other unit. */
function byteRank(unit: number): number {
	return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function readKey(text: string, position: number): Key {
	if (isIntKey(text)) return { text, position, isInt: true, value: BigInt(text), overflow: 0 };
	const [value, overflow] = readNumeric(text);
	return { text, position, isInt: false, value, overflow };
}

/** The number in a numeric text and whether it left the int range, as PHP's is_numeric does it. */
function readNumeric(text: string): [value: bigint | number | undefined, overflow: number] {
	const parts = takeNumberApart(text);
	if (parts === undefined) return [undefined, 0];
	const { isNegative, digits, isFloat, hasSpaceBehind } = parts;
	const side = isNegative ? -1 : 1;
	const number = Number(text);
	if (isFloat) {
		// PHP stops counting at the twentieth digit and never gets to see the point.
		return [number, digits.length > INT_MIN_DIGITS.length ? side : 0];
	}
	// PHP compares up to the end of the text, so a space after the very smallest int makes it a float.
	const fits =
		digits.length < INT_MIN_DIGITS.length ||
		(digits.length === INT_MIN_DIGITS.length &&
			(digits < INT_MIN_DIGITS || (digits === INT_MIN_DIGITS && isNegative && !hasSpaceBehind)));
	return fits ? [BigInt(digits || '0') * BigInt(side), 0] : [number, side];
}

interface NumberParts {
	isNegative: boolean;
	/** Those before the point, without leading zeros. */
	digits: string;
	/** Whether there is a point or an exponent. */
	isFloat: boolean;
	hasSpaceBehind: boolean;
}

/**
 * Space, sign, digits with or without a point, exponent, space: in one pass, because a regular expression that has a
 * choice between zeros, digits and spaces tries them all on a long key that turns out to be a word.
 *
 * @returns `undefined` when the whole text is not of this form
 */
function takeNumberApart(text: string): NumberParts | undefined {
	const skip = (from: number, isPart: (unit: number) => boolean) => {
		let end = from;
		while (end < text.length && isPart(text.charCodeAt(end))) end++;
		return end;
	};
	const isSign = (at: number) => text[at] === '+' || text[at] === '-';

	const sign = skip(0, isSpace);
	const start = isSign(sign) ? sign + 1 : sign;
	const firstDigit = skip(start, (unit) => unit === ZERO);
	let at = skip(firstDigit, isDigit);
	const digits = text.slice(firstDigit, at);
	let count = at - start;
	let isFloat = false;
	if (text[at] === '.') {
		const end = skip(at + 1, isDigit);
		// PHP wants a digit behind a point that has none in front of it.
		count += end - at - 1;
		at = end;
		isFloat = true;
	}
	if (count === 0) return undefined;
	if (text[at] === 'e' || text[at] === 'E') {
		const first = isSign(at + 1) ? at + 2 : at + 1;
		const end = skip(first, isDigit);
		if (end > first) {
			at = end;
			isFloat = true;
		}
	}
	const end = skip(at, isSpace);
	return end === text.length
		? { isNegative: text[sign] === '-', digits, isFloat, hasSpaceBehind: end > at }
		: undefined;
}

const ZERO = 0x30;

function isDigit(unit: number): boolean {
	return unit >= ZERO && unit <= 0x39;
}

/** What PHP skips around a number: space, tab, line feed, vertical tab, form feed, carriage return. */
function isSpace(unit: number): boolean {
	return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
}

/** Whether PHP puts `a` behind `b`. */
function isAfter(a: Key, b: Key): boolean {
	const order = compare(a, b);
	return order === 0 ? a.position > b.position : order > 0;
}

function compare(a: Key, b: Key): number {
	if (a.value === undefined || b.value === undefined) return compareBytes(a.text, b.text);
	if (a.isInt !== b.isInt) return compareNumbers(a.value, b.value);
	const bothFloat = typeof a.value === 'number' && typeof b.value === 'number';
	if (bothFloat && a.value === b.value) {
		const inaccurate = (a.overflow !== 0 && a.overflow === b.overflow) || !Number.isFinite(a.value);
		return inaccurate ? compareBytes(a.text, b.text) : 0;
	}
	if (!bothFloat && a.overflow !== b.overflow) return a.overflow - b.overflow;
	return compareNumbers(a.value, b.value);
}

/** Two ints compare exactly; as soon as one is a float, both compare as floats. */
function compareNumbers(a: bigint | number, b: bigint | number): number {
	const [x, y] = typeof a === typeof b ? [a, b] : [Number(a), Number(b)];
	return x > y ? 1 : x < y ? -1 : 0;
}

/** Sorts `count` keys from `start` on, in place. */
function sortRange(keys: Key[], start: number, count: number): void {
	while (count > INSERTION_LIMIT) {
		const split = partition(keys, start, count);
		const left = split - 1 - start;
		const right = start + count - split;
		if (left < right) {
			sortRange(keys, start, left);
			start = split;
			count = right;
		} else {
			sortRange(keys, split, right);
			count = left;
		}
	}
	insertAll(keys, start, count);
}

/** Moves the keys around a pivot; the pivot ends up right before the returned index. */
function partition(keys: Key[], start: number, count: number): number {
	const half = count >> 1;
	const middle = start + half;
	const last = start + count - 1;
	if (count >= FIVE_KEY_PIVOT) {
		const quarter = half >> 1;
		sortAt(keys, [start, start + quarter, middle, middle + quarter, last]);
	} else {
		sortAt(keys, [start, middle, last]);
	}
	const pivot = start + 1;
	swap(keys, pivot, middle);
	let low = pivot + 1;
	let high = last;
	for (;;) {
		while (isAfter(keyAt(keys, pivot), keyAt(keys, low))) {
			if (++low === high) return settlePivot(keys, pivot, low);
		}
		if (--high === low) return settlePivot(keys, pivot, low);
		while (isAfter(keyAt(keys, high), keyAt(keys, pivot))) {
			if (--high === low) return settlePivot(keys, pivot, low);
		}
		swap(keys, low, high);
		if (++low === high) return settlePivot(keys, pivot, low);
	}
}

function settlePivot(keys: Key[], pivot: number, split: number): number {
	swap(keys, pivot, split - 1);
	return split;
}

/** Sorts up to sixteen neighbouring keys. */
function insertAll(keys: Key[], start: number, count: number): void {
	if (count <= 5) {
		sortAt(
			keys,
			Array.from({ length: count }, (_, i) => start + i),
		);
		return;
	}
	for (let i = start + 1; i < start + count; i++) {
		const place = i < start + 6 ? findPlaceByOnes(keys, start, i) : findPlaceByTwos(keys, start, i);
		const key = keyAt(keys, i);
		keys.copyWithin(place + 1, place, i);
		keys[place] = key;
	}
}

function findPlaceByOnes(keys: Key[], start: number, from: number): number {
	const key = keyAt(keys, from);
	let place = from;
	while (place > start && isAfter(keyAt(keys, place - 1), key)) place--;
	return place;
}

function findPlaceByTwos(keys: Key[], start: number, from: number): number {
	const key = keyAt(keys, from);
	let place = from - 1;
	if (!isAfter(keyAt(keys, place), key)) return from;
	while (place > start + 1) {
		place -= 2;
		if (isAfter(keyAt(keys, place), key)) continue;
		return isAfter(keyAt(keys, place + 1), key) ? place + 1 : place + 2;
	}
	return place === start + 1 && isAfter(key, keyAt(keys, start)) ? start + 1 : start;
}

/** Sorts the keys at two to five given places among themselves. */
function sortAt(keys: Key[], places: number[]): void {
	const [a, b, c] = places;
	let sorted = 1;
	if (a !== undefined && b !== undefined && c !== undefined) {
		sortThree(keys, a, b, c);
		sorted = 3;
	}
	for (let next = sorted; next < places.length; next++) {
		for (let i = next; i > 0; i--) {
			const left = places[i - 1] ?? 0;
			const right = places[i] ?? 0;
			if (!isAfter(keyAt(keys, left), keyAt(keys, right))) break;
			swap(keys, left, right);
		}
	}
}

/** Of three keys PHP compares other pairs than an insertion would. */
function sortThree(keys: Key[], a: number, b: number, c: number): void {
	if (!isAfter(keyAt(keys, a), keyAt(keys, b))) {
		if (!isAfter(keyAt(keys, b), keyAt(keys, c))) return;
		swap(keys, b, c);
		if (isAfter(keyAt(keys, a), keyAt(keys, b))) swap(keys, a, b);
	} else if (!isAfter(keyAt(keys, c), keyAt(keys, b))) {
		swap(keys, a, c);
	} else {
		swap(keys, a, b);
		if (isAfter(keyAt(keys, b), keyAt(keys, c))) swap(keys, b, c);
	}
}

function keyAt(keys: Key[], index: number): Key {
	return keys[index] as Key;
}

function swap(keys: Key[], a: number, b: number): void {
	const kept = keyAt(keys, a);
	keys[a] = keyAt(keys, b);
	keys[b] = kept;
}
