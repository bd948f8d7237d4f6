import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { hostNode, projectFolder } from '../sandbox/host/install.mjs';
import { figure, type Section } from './report.mts';
import { mediansOfRounds } from './rounds.mts';

const run = promisify(execFile);

const ROUNDS = 9;

interface Package {
	dependencies?: Record<string, string>;
	n8n: { credentials: string[]; nodes: string[] };
}

/** What `npm pack --json` says of a package; sizes in bytes. */
interface Packed {
	size: number;
	unpackedSize: number;
	entryCount: number;
}

const { dependencies = {}, n8n } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as Package;

const OURS = 'this package: 3 nodes, 2 credentials';

const ofN8n = (...files: string[]) => files.map((file) => join(projectFolder, 'sandbox/n8n/node_modules/n8n-nodes-base/dist', file));

const CONTESTANTS: Record<string, string[]> = {
	[OURS]: [...n8n.nodes, ...n8n.credentials].map((file) => join(projectFolder, file)),
	"n8n's Stripe: 2 nodes, 1 credential": ofN8n('nodes/Stripe/Stripe.node.js', 'nodes/Stripe/StripeTrigger.node.js', 'credentials/StripeApi.credentials.js'),
	"n8n's PayPal: 2 nodes, 1 credential": ofN8n('nodes/PayPal/PayPal.node.js', 'nodes/PayPal/PayPalTrigger.node.js', 'credentials/PayPalApi.credentials.js'),
	"n8n's Google Sheets: 1 node": ofN8n('nodes/Google/Sheet/GoogleSheets.node.js'),
	"n8n's HTTP Request: 1 node": ofN8n('nodes/HttpRequest/HttpRequest.node.js'),
};

/** Loads the files of its command line, each with the n8n-workflow of its own tree there already, and makes their classes. */
const LOAD = `
const { createRequire } = require('node:module');
const { basename } = require('node:path');
const files = process.argv.slice(1);
for (const file of files) createRequire(file)('n8n-workflow');
const before = performance.now();
for (const file of files) new (require(file)[basename(file).split('.')[0]])();
console.log(performance.now() - before);
process.exit();
`;

/** @returns milliseconds */
async function loadTime(files: string[]): Promise<number> {
	const { stdout } = await run(hostNode().node, ['-e', LOAD, '--', ...files]);
	return Number(stdout);
}

async function pack(): Promise<Packed> {
	const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'], { cwd: projectFolder });
	const [packed] = JSON.parse(stdout) as Packed[];
	if (!packed) throw new Error('npm pack says nothing of this package');
	return packed;
}

/** What the package costs before it does anything: time to load, and size. */
export async function measure(): Promise<Section> {
	const medians = await mediansOfRounds(
		Object.fromEntries(Object.entries(CONTESTANTS).map(([name, files]) => [name, async () => await loadTime(files)])),
		ROUNDS,
	);
	const took = (name: string) => medians[name] ?? Number.NaN;
	const { size, unpackedSize, entryCount } = await pack();
	const kilobytes = (bytes: number) => `${figure(bytes / 1000)} kB`;
	return {
		title: 'Start',
		text: [
			`Time to load the files and make the classes, in a fresh process of n8n's Node in which only n8n-workflow is loaded, with the files in the system's cache; medians of ${ROUNDS} rounds in which all take turns. n8n does it once. In n8n some of what its own nodes need is loaded already.`,
		],
		tables: [
			{
				heads: ['to load', 'ms', 'of HTTP Request'],
				rows: Object.keys(CONTESTANTS).map((name) => [name, figure(took(name)), figure(took(name) / took("n8n's HTTP Request: 1 node"))]),
			},
			{
				heads: ['the package', ''],
				rows: [
					['files', String(entryCount)],
					['packed, as it is downloaded', kilobytes(size)],
					['unpacked', kilobytes(unpackedSize)],
					['packages that it brings along', String(Object.keys(dependencies).length)],
				],
			},
		],
		claims: [{ what: 'packages that it brings along', measured: Object.keys(dependencies).length, bound: { atMost: 0 } }],
	};
}
