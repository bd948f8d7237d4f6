import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { KessPartner } from '../nodes/KessPartner/KessPartner.node.ts';
import { KessWebPay } from '../nodes/KessWebPay/KessWebPay.node.ts';
import { KessWebPayPollTrigger } from '../nodes/KessWebPay/KessWebPayPollTrigger.node.ts';
import { KessWebPayTrigger } from '../nodes/KessWebPay/KessWebPayTrigger.node.ts';
import { owner } from '../sandbox/host/owner.mts';
import { decide, type Found, type Remembered } from '../nodes/shared/money/decision.ts';
import { fieldsPage } from './support/fieldsPage.mts';
import { expectWritten } from './support/written.mts';

/** What the code cites has to be there for those who have only this repository. */

const root = join(__dirname, '..');
const gateway = readFileSync(join(root, 'docs', 'gateway.md'), 'utf8');
const sections = new Set([...gateway.matchAll(/^## (\d+)\./gm)].map(([, number]) => number));

const cited = ['credentials', 'kess', 'nodes', 'sandbox', 'test', 'bench'].flatMap((folder) =>
	readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
		.filter((name) => /\.m?ts$/.test(name) && !name.includes('node_modules'))
		.flatMap((name) =>
			[...readFileSync(join(root, folder, name), 'utf8').matchAll(/docs\/gateway\.md (§\d+(?:(?:, | and | to )§\d+)*)/g)].flatMap(([, numbers = '']) =>
				[...numbers.matchAll(/\d+/g)].map(([number]) => ({ file: `${folder}/${name}`, number })),
			),
		),
);

test('every section of docs/gateway.md that is cited is there', () => {
	expect(cited.length).toBeGreaterThan(100);
	expect(cited.filter(({ number }) => !sections.has(number))).toEqual([]);
});

const pages = [...readdirSync(root), ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter((name) => name.endsWith('.md'));

/** The anchors that GitHub gives to the headings of a page. */
const anchorsOf = (content: string) =>
	new Set([...content.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-')));

test.each(pages)('the links of %s lead somewhere', (page) => {
	const text = readFileSync(join(root, page), 'utf8');
	const folder = join(root, page, '..');
	const broken = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].filter(([, file = '', anchor]) => {
		try {
			const content = file === '' ? text : readFileSync(join(folder, file), 'utf8');
			return anchor !== undefined && anchor !== '' && !anchorsOf(content).has(anchor);
		} catch {
			return true;
		}
	});
	expect(broken.map(([link]) => link)).toEqual([]);
});

test('the README is short, leads to every page, and has the command that checks everything, which is that of CI', () => {
	const readme = readFileSync(join(root, 'README.md'), 'utf8');
	expect(readme.split(/\s+/).length).toBeLessThan(900);
	expect(pages.filter((page) => page !== 'README.md' && !readme.includes(`](${page})`))).toEqual([]);
	expect([...readme.matchAll(/```sh\n(npm (?:start|test))\n```/g)].map(([, command]) => command)).toEqual(['npm start', 'npm test']);
	expect(readFileSync(join(root, '.github/workflows/test.yml'), 'utf8')).toMatch(/^ {6}- run: npm test$/m);
	expect([...readme.matchAll(/`(\S+@\S+)`|password `([^`]+)`/g)].map(([, email, password]) => email ?? password)).toEqual([owner.email, owner.password]);
});

test('every example stands in docs/examples.md', () => {
	const examples = readFileSync(join(root, 'docs', 'examples.md'), 'utf8');
	const files = readdirSync(join(root, 'workflows'));
	expect(files.filter((name) => name.endsWith('.json') && !examples.includes(`(../workflows/${name})`))).toEqual([]);
});

test('docs/troubleshooting.md has messages that there are', () => {
	const sources = ['credentials', 'kess', 'nodes'].flatMap((folder) =>
		readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
			.filter((name) => name.endsWith('.ts'))
			.map((name) => readFileSync(join(root, folder, name), 'utf8')),
	);
	// What n8n itself says stands under the last heading.
	const [ours = ''] = readFileSync(join(root, 'docs', 'troubleshooting.md'), 'utf8').split('## What n8n says');
	const messages = [...ours.matchAll(/^\| (?!Message |Code |---)([^|]+) \|/gm)].flatMap(([, cell = '']) => cell.split(/…|KESS refuses to |, (?=[A-Z…])|: (?=[A-Z])/).map((part) => part.trim().replace(/^, /, '')));
	const unknown = messages.filter((part) => part.length > 8 && !part.includes('`') && !sources.some((source) => source.includes(part)));
	expect(messages.length).toBeGreaterThan(30);
	expect(unknown).toEqual([]);
});

test('the addresses of this project that n8n shows lead somewhere', () => {
	const shown = ['credentials', 'nodes'].flatMap((folder) =>
		readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
			.filter((name) => /\.(?:ts|json)$/.test(name))
			.flatMap((name) => [...readFileSync(join(root, folder, name), 'utf8').matchAll(/github\.com\/n8n-nodes-kesspay\/n8n-nodes-kesspay([^'"\s]*)/g)].map(([, path = '']) => path)),
	);
	const broken = shown.filter((path) => {
		const [, file = '', anchor] = /^\/blob\/(?:main|HEAD)\/([^#]+)(?:#(.*))?$/.exec(path) ?? [];
		return !existsSync(join(root, file)) || file === '' || (anchor !== undefined && !anchorsOf(readFileSync(join(root, file), 'utf8')).has(anchor));
	});
	expect(shown.length).toBeGreaterThan(10);
	expect(broken).toEqual([]);
});

const nodes = [new KessWebPay(), new KessWebPayTrigger(), new KessWebPayPollTrigger(), new KessPartner()];

test('what can be added in a panel stands in the order of its names, which n8n’s lint sees only in whole literals', () => {
	const unsorted = nodes.flatMap(({ description: { properties } }) => properties.filter(({ type }) => type === 'collection')).flatMap(({ options = [] }) => {
		const names = options.map((option) => ('displayName' in option ? option.displayName : option.name));
		return names.join() === [...names].sort((a, b) => a.localeCompare(b)).join() ? [] : [names];
	});
	expect(unsorted).toEqual([]);
});

test('docs/fields.md shows what the panels show', () => {
	expectWritten('docs/fields.md', fieldsPage(nodes.map(({ description }) => description)));
});

test('docs/money.md shows what is decided', () => {
	const found: Array<Found | undefined> = ['this', 'another', 'ended', 'open', 'waiting', 'rejected', 'failed', 'none', 'unclear', undefined];
	const [before, after] = [0, 2];
	const remembered: Array<[row: string, remembered: Remembered]> = [
		['nothing', { state: 'nothing' }],
		['sent, may still be carried out', { state: 'sent', until: after }],
		['sent, can no longer be carried out', { state: 'sent', until: before }],
		['refused, a moment ago', { state: 'refused', until: after }],
		['refused, a while ago', { state: 'refused', until: before }],
		['another payment was sent, may still be carried out', { state: 'another', until: after }],
		['another payment was made', { state: 'doneAnother' }],
		['something was paid, not known what', { state: 'doneSomehow' }],
		['done', { state: 'done' }],
	];
	const row = (cells: string[]) => `| ${cells.join(' | ')} |`;
	const table = [
		`| | ${found.map((name) => name ?? 'cannot be looked up').join(' | ')} |`,
		row(['---', ...found.map(() => '---')]),
		...remembered.map(([name, known]) => row([name, ...found.map((shown) => decide(known, shown, 1))])),
	].join('\n');
	const page = readFileSync(join(root, 'docs', 'money.md'), 'utf8');
	expect(/<!-- decisions.*-->\n([^]*?)\n<!--/.exec(page)?.[1]).toBe(table);
});
