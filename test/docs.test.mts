import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { KessPartner } from '../nodes/KessPartner/KessPartner.node.ts';
import { KessWebPay } from '../nodes/KessWebPay/KessWebPay.node.ts';
import { KessWebPayPollTrigger } from '../nodes/KessWebPay/KessWebPayPollTrigger.node.ts';
import { KessWebPayTrigger } from '../nodes/KessWebPay/KessWebPayTrigger.node.ts';
import { decide, type Found, type Remembered } from '../kess/gateway/movement.ts';
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

test.each(['README.md', 'CONTRIBUTING.md', 'docs/ai-agents.md', 'docs/fields.md', 'docs/gateway.md', 'docs/money.md', 'docs/scaling.md'])('the links of %s lead somewhere', (page) => {
	const text = readFileSync(join(root, page), 'utf8');
	const folder = join(root, page, '..');
	const anchors = (content: string) =>
		new Set([...content.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading.trim().toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')));
	const broken = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].filter(([, file = '', anchor]) => {
		try {
			const content = file === '' ? text : readFileSync(join(folder, file), 'utf8');
			return anchor !== undefined && anchor !== '' && !anchors(content).has(anchor);
		} catch {
			return true;
		}
	});
	expect(broken.map(([link]) => link)).toEqual([]);
});

test('docs/fields.md shows what the panels show', () => {
	const nodes = [new KessWebPay(), new KessWebPayTrigger(), new KessWebPayPollTrigger(), new KessPartner()];
	expectWritten('docs/fields.md', fieldsPage(nodes.map(({ description }) => description)));
});

test('docs/money.md shows what is decided', () => {
	const found: Array<Found | undefined> = ['this', 'another', 'ended', 'open', 'waiting', 'rejected', 'none', 'unclear', undefined];
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
