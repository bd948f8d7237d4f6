/** Digits without the zeros at their end. In one pass: a regular expression for the end of a text begins anew at each zero. */
export function withoutEndZeros(digits: string): string {
	let end = digits.length;
	while (digits[end - 1] === '0') end--;
	return digits.slice(0, end);
}
