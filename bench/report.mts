import { table } from '../sandbox/host/table.mts';

/** A promise that a measurement keeps or breaks. */
export interface Claim {
	what: string;
	measured: number;
	/** What it has to be at most, or at least. */
	bound: { atMost: number } | { atLeast: number };
}

export interface Table {
	heads: string[];
	rows: string[][];
}

/** What one part of the bench has found. */
export interface Section {
	title: string;
	/** What was compared with what, and how; each becomes a paragraph. */
	text: string[];
	tables: Table[];
	claims: Claim[];
}

export function holds({ measured, bound }: Claim): boolean {
	return 'atMost' in bound ? measured <= bound.atMost : measured >= bound.atLeast;
}

/** The section as a part of a Markdown page. */
export function toMarkdown({ title, text, tables, claims }: Section): string {
	const lines = (rows: string[][]) => rows.map((cells) => `| ${cells.join(' | ')} |`);
	const parts = [
		`## ${title}`,
		...text,
		...tables.map(({ heads, rows }) => lines([heads, heads.map(() => '---'), ...rows]).join('\n')),
		claims.map((claim) => `- ${claimLine(claim)}`).join('\n'),
	];
	return parts.filter((part) => part !== '').join('\n\n');
}

/** The section for a terminal. */
export function toText({ title, text, tables, claims }: Section): string {
	return [`=== ${title}`, ...text, ...tables.map(({ heads, rows }) => table(heads, rows, 60)), ...claims.map(claimLine)].join('\n\n');
}

function claimLine(claim: Claim): string {
	const { what, measured, bound } = claim;
	const wanted = 'atMost' in bound ? `at most ${figure(bound.atMost)}` : `at least ${figure(bound.atLeast)}`;
	return `${holds(claim) ? 'Holds' : 'DOES NOT HOLD'}: ${what}: ${figure(measured)} (${wanted})`;
}

/** Three digits that count: 1234, 12.3, 0.123. */
export function figure(value: number): string {
	if (!Number.isFinite(value)) return String(value);
	return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
