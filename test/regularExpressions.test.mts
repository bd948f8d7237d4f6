import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { checkSync } from 'recheck';
import ts from 'typescript';

/**
 * No regular expression that ships may take more than linear time: texts from forms, spreadsheets and the internet go
 * through them before anybody knows who sent them.
 */

const root = join(__dirname, '..');

/** Those that are put together at run time cannot be read here. Each has its reason. */
const PUT_TOGETHER = new Map([
	['kess/gateway/refusalWords.ts', 'sees at most LIMITS.quoteLength characters'],
	['kess/webPaySignature.ts', 'alternatives of plain words between two different signs'],
	['nodes/shared/run/parameters.ts', 'sees what the author of the workflow has written'],
]);

const files = ['credentials', 'kess', 'nodes'].flatMap((folder) =>
	readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.map((name) => join(folder, name).replaceAll('\\', '/')),
);

const patterns = new Map<string, { source: string; flags: string; file: string }>();
const putTogether = new Set<string>();
for (const file of files) {
	const visit = (node: ts.Node): void => {
		if (ts.isRegularExpressionLiteral(node)) {
			const end = node.text.lastIndexOf('/');
			patterns.set(node.text, { source: node.text.slice(1, end), flags: node.text.slice(end + 1), file });
		}
		const called = ts.isNewExpression(node) || ts.isCallExpression(node) ? node.expression.getText() : '';
		if (called === 'RegExp') putTogether.add(file);
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true));
}

test('there are some to look at, and those that cannot be looked at are known', () => {
	expect(patterns.size).toBeGreaterThan(50);
	expect([...putTogether].sort()).toEqual([...PUT_TOGETHER.keys()]);
});

test('the check finds what it is here for', () => {
	expect(checkSync('^[1-9]\\d*$', '').status).toBe('safe');
	expect(checkSync('^ *0*(\\d*) *x$', '').status).toBe('vulnerable');
});

test.each([...patterns])('%s', (_, { source, flags, file }) => {
	const { status } = checkSync(source, flags, { timeout: 20_000 });
	expect({ file, status }).toEqual({ file, status: 'safe' });
});
