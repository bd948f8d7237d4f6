// npm run scan: what n8n's own scan of a published package looks at, before it is published and without a network:
// the sources, and the tarball as npm packs it. Stricter in two points: warnings count, and the newest rules too.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import { SOURCE_FILE_PATTERNS, buildScanConfig } from '@n8n/scan-community-package/scanner/scanner.mjs';

import { ensureBuild, projectFolder } from '../sandbox/host/install.mjs';

// eslint and its file search are the scanner's own, not some other version that happens to be installed.
const ofScanner = createRequire(import.meta.resolve('@n8n/scan-community-package/scanner/scanner.mjs'));
const { ESLint } = ofScanner('eslint');
const glob = ofScanner('fast-glob');

const PLUGIN = '@n8n/community-nodes';
const TARBALL_FILE_PATTERNS = ['**/*.js', 'package.json'];
const SHIPPED_SOURCES = ['credentials', 'kess', 'nodes'];
const SHIPPED_FILES = /^(dist\/.+|README\.md|LICENSE|package\.json)$/;
const SHIPPED_NEEDED = ['README.md', 'LICENSE', 'package.json'];

const findings = [];

/** The scanner's rules, with the community plugin's part taken from the newest plugin. */
function withNewestPlugin(config) {
	const isPlugin = (entry) => entry.plugins?.[PLUGIN] !== undefined;
	if (!config.some(isPlugin)) throw new Error(`The scanner's config does not use ${PLUGIN} any more`);
	return [n8nCommunityNodesPlugin.configs.recommended, ...config.filter((entry) => !isPlugin(entry))].flat();
}

async function lint(title, folder, patterns, config) {
	const eslint = new ESLint({
		cwd: folder,
		allowInlineConfig: false,
		overrideConfigFile: true,
		overrideConfig: config,
	});
	const files = glob.sync(patterns, {
		cwd: folder,
		absolute: true,
		ignore: ['node_modules/**', '**/package-lock.json'],
	});
	const results = await eslint.lintFiles(files);
	for (const { filePath, messages } of results) {
		for (const { line, ruleId, message } of messages) {
			findings.push(`${title}: ${relative(folder, filePath)}:${line ?? 0} ${message} (${ruleId})`);
		}
	}
	console.log(`${title}: ${results.length} files`);
}

function unpack(folder) {
	const packed = execFileSync(
		'npm',
		['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder],
		{
			cwd: projectFolder,
			encoding: 'utf8',
			env: { ...process.env, npm_config_cache: join(folder, 'cache') },
			shell: process.platform === 'win32',
		},
	);
	const [tarball] = JSON.parse(packed);
	const target = join(folder, 'package');
	mkdirSync(target);
	execFileSync('tar', ['-xzf', join(folder, tarball.filename), '-C', target, '--strip-components=1']);
	return { ...tarball, folder: target, paths: tarball.files.map(({ path }) => path) };
}

function checkContents({ folder, paths, size, unpackedSize }) {
	for (const path of paths) {
		if (!SHIPPED_FILES.test(path)) findings.push(`Tarball: ${path} does not belong into it`);
	}
	for (const path of SHIPPED_NEEDED) {
		if (!paths.includes(path)) findings.push(`Tarball: ${path} is missing`);
	}
	const { dependencies = {}, n8n } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	if (Object.keys(dependencies).length > 0) findings.push('package.json: dependencies have to be empty');
	for (const path of [...n8n.credentials, ...n8n.nodes]) {
		if (!paths.includes(path)) findings.push(`Tarball: ${path}, which package.json names, is missing`);
	}
	const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
	console.log(`Tarball: ${paths.length} files, ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked`);
}

function checkSuppressions(folder, places) {
	for (const place of places) {
		for (const entry of readdirSync(join(folder, place), { recursive: true, withFileTypes: true })) {
			if (!entry.isFile() || !/\.(js|ts)$/.test(entry.name)) continue;
			const file = join(entry.parentPath, entry.name);
			if (readFileSync(file, 'utf8').includes('eslint-disable')) {
				findings.push(`${relative(folder, file)}: eslint-disable is ignored by the scan and not allowed here`);
			}
		}
	}
}

try {
	await ensureBuild();
} catch (error) {
	console.error(error.message);
	process.exit(1);
}
const temporary = mkdtempSync(join(tmpdir(), 'kesspay-scan-'));
try {
	const tarball = unpack(temporary);
	const pinned = await buildScanConfig();
	const newest = withNewestPlugin(pinned);
	await lint("Sources, the scan's rules", projectFolder, SOURCE_FILE_PATTERNS, pinned);
	await lint('Sources, newest rules', projectFolder, SOURCE_FILE_PATTERNS, newest);
	await lint("Tarball, the scan's rules", tarball.folder, TARBALL_FILE_PATTERNS, pinned);
	await lint('Tarball, newest rules', tarball.folder, TARBALL_FILE_PATTERNS, newest);
	checkContents(tarball);
	checkSuppressions(projectFolder, SHIPPED_SOURCES);
	checkSuppressions(tarball.folder, ['dist']);
} finally {
	rmSync(temporary, { recursive: true, force: true });
}
for (const finding of findings) console.log(finding);
console.log(findings.length === 0 ? 'Nothing found' : `${findings.length} found`);
process.exitCode = findings.length === 0 ? 0 : 1;
