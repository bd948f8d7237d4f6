// npm run bench: measures two or more things side by side in one run.
//
//   npm run bench                     everything, and writes bench/results.md
//   npm run bench -- signing rows     some parts, printed only
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

import { ensureBuild, ensureHost, ensureRoot, projectFolder } from '../sandbox/host/install.mjs';

const PARTS = ['signing', 'rows', 'executions', 'logins', 'memory', 'startup'];

const asked = process.argv.slice(2);
const stranger = asked.find((part) => !PARTS.includes(part));
if (stranger !== undefined) {
	console.error(`There is no part ${stranger}. There are: ${PARTS.join(', ')}.`);
	process.exit(1);
}

await ensureRoot();
await ensureHost();
await ensureBuild();
// Everything below is TypeScript, which can be read only now that the packages are there.
(await import('tsx/cjs/api')).register();
(await import('tsx/esm/api')).register();
const { holds, toMarkdown, toText } = await import('./report.mts');

const sections = [];
for (const part of asked.length > 0 ? asked : PARTS) {
	const { measure } = await import(`./${part}.mts`);
	const section = await measure();
	sections.push(section);
	console.log(`\n${toText(section)}`);
}

if (asked.length === 0) {
	const machine = `Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0].model.trim()}), ${process.platform} ${process.arch}, ${new Date().toISOString().slice(0, 10)}.`;
	const head = [
		'# Results of `npm run bench`',
		`${machine} Absolute times belong to this machine; the ratios, each taken within one run, are what counts. The gateway is the local sandbox with an artificial latency, reached without TLS.`,
	];
	writeFileSync(join(projectFolder, 'bench', 'results.md'), `${[...head, ...sections.map(toMarkdown)].join('\n\n')}\n`);
}
const broken = sections.flatMap(({ claims }) => claims).filter((claim) => !holds(claim));
console.log(broken.length === 0 ? '\nAll claims hold.' : `\n${broken.length} claims do not hold.`);
process.exit(broken.length === 0 ? 0 : 1);
