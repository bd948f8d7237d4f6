import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(__dirname, '..', '..');

/**
 * A file of the project that is made from something else: it has to be what is made of that now. With KESSPAY_WRITE=1 it is
 * written instead.
 *
 * @param path within the project
 */
export function expectWritten(path: string, content: string): void {
	const file = join(root, path);
	if (process.env.KESSPAY_WRITE === '1') {
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, content);
	}
	expect({ path, content: readFileSync(file, 'utf8') }).toEqual({ path, content });
}
