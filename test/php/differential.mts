import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { canonicalJson, parsePhpJson, type PhpMap } from '../../kess/phpJson.ts';
import { webPayString } from '../../kess/webPaySignature.ts';
import { randomNumbers } from '../support/randomNumbers.mts';

/**
 * npm run differential [-- cases seed]: random objects, canonicalised here and by PHP itself. Prints each difference and
 * ends with exit code 1 when there is one.
 */

const cases = Number(process.argv[2] ?? 300_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31) | 0;
console.log(`${cases} cases, seed ${seed}`);

const random = randomNumbers(seed);

const below = (limit: number) => Math.floor(random() * limit);
const oneOf = <T,>(list: readonly T[]): T => list[below(list.length)] as T;
const times = <T,>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));

const PIECES = ['0', '1', '9', '00', '10', 'e', 'E', '.', '+', '-', ' ', '\t', '\n', '\u000b', 'a', 'Z', '_', '!', '/', ':', '~', 'é', 'ក', '😀', '𝟙', '\u007f'];
const EDGES = [2n ** 53n, 2n ** 63n, 2n ** 64n, 10n ** 19n, 10n ** 20n].flatMap((edge) => [-1n, 0n, 1n].flatMap((by) => [String(edge + by), String(-edge + by)]));
const WORDS = ['service', 'sign', 'sign_type', 'out_trade_no', 'body', 'currency', '1a', 'a1', '-', '+', '.', 'e5', '1e', '0x1', 'INF', 'NAN', ''];

const KEYS: Array<(index: number) => string> = [
	(index) => String(index),
	() => String(below(50) - 10),
	() => oneOf(EDGES),
	() => oneOf(WORDS),
	() => times(1 + below(6), () => oneOf(PIECES)).join(''),
	() => `${oneOf(['', ' ', '\t', '  '])}${oneOf(['', '+', '-'])}${'0'.repeat(below(4))}${below(30)}${oneOf(['', '.', '.0', '.5', 'e1', 'E-1', 'e+2', 'e'])}${oneOf(['', '', ' ', '\n', 'x'])}`,
	() => `${oneOf(['1', '-1', '9'])}${'0'.repeat(15 + below(8))}${below(100)}${oneOf(['', '.5', ' ', 'e0', 'e-18', 'E-21', 'x'])}`,
	(index) => `${oneOf(['a', '!', '/', ':', 'é'])}${index}`,
];

const VALUES: Array<() => string> = [
	() => JSON.stringify(times(below(8), () => oneOf(PIECES)).join('')),
	() => oneOf(['true', 'false', 'null', '0', '-0', '""', '[]', '{}', '{"b":1,"a":[null]}', '1.0', '10.50', '1e15', '1.5e-7', '12345678901234567890']),
	() => String(below(10_000)),
	() => String(random() * 10 ** (below(30) - 10)),
	() => oneOf(EDGES),
];

/** Most have as many fields as a request, some as many as PHP sorts in another way. */
function someObject(): string {
	const size = oneOf([1, 2, 3, 5, 8, 15, 16, 17, 20, 40, below(200), random() < 0.02 ? 1000 + below(600) : 4]);
	const kinds = times(1 + below(3), () => oneOf(KEYS));
	const keys = times(size, (index) => oneOf(kinds)(index));
	const order = below(4);
	if (order === 1) keys.reverse();
	if (order === 2) keys.sort(() => random() - 0.5);
	return `{${keys.map((key) => `${JSON.stringify(key)}:${oneOf(VALUES)()}`).join(',')}}`;
}

function printed(text: string): [string, string] {
	return [canonicalJson(text), webPayString(parsePhpJson(text) as PhpMap)];
}

const php = spawn('php', ['-d', 'serialize_precision=-1', '-d', 'precision=14', fileURLToPath(new URL('canonical.php', import.meta.url))], {
	stdio: ['pipe', 'pipe', 'inherit'],
});
const answers = createInterface({ input: php.stdout })[Symbol.asyncIterator]();
let differences = 0;
for (let done = 0; done < cases; done += 1000) {
	const texts = times(Math.min(1000, cases - done), someObject);
	if (!php.stdin.write(`${texts.join('\n')}\n`)) await once(php.stdin, 'drain');
	for (const text of texts) {
		const line = String((await answers.next()).value);
		const theirs = line.split(' ').map((part) => Buffer.from(part, 'base64').toString());
		const ours = printed(text);
		if (ours[0] === theirs[0] && ours[1] === theirs[1]) continue;
		differences += 1;
		if (differences <= 10) console.log({ text, ours, theirs });
	}
}
php.stdin.end();
console.log(`${cases} cases, ${differences} differences`);
process.exitCode = differences === 0 ? 0 : 1;
