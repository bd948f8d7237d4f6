import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { type Browser, chromium } from 'playwright-core';

import { projectFolder } from '../../sandbox/host/install.mjs';

const PATHS = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const UNPACK = `import('@sparticuz/chromium').then(({ default: packed }) => packed.executablePath())`;

/**
 * Starts this computer's Chromium, without a window; where there is none, the one that lies packed in node_modules.
 *
 * @throws Error where there is neither
 */
export async function startChromium(): Promise<Browser> {
	const executablePath = process.env.KESSPAY_CHROMIUM ?? PATHS.find((path) => existsSync(path));
	return executablePath === undefined ? await startPacked() : await chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** It is made for a computer that has nothing: its libraries and fonts come with it. */
async function startPacked(): Promise<Browser> {
	if (process.platform !== 'linux' || process.arch !== 'x64') {
		throw new Error('There is no Chromium. Install it, or name its program in KESSPAY_CHROMIUM.');
	}
	// Its own folder: in the common one the package takes for unpacked what another test is just unpacking.
	const folder = await mkdtemp(join(tmpdir(), 'kesspay-chromium-'));
	const remove = async () => await rm(folder, { recursive: true, force: true });
	try {
		// The name of the run time makes it unpack the libraries, too.
		const env = { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' };
		await promisify(execFile)(process.execPath, ['-e', UNPACK], { cwd: projectFolder, env });
		await writeFile(join(folder, 'fonts', 'fonts.conf'), fontsIn(folder));
		const browser = await chromium.launch({
			executablePath: join(folder, 'chromium'),
			args: ['--no-sandbox'],
			env: { ...process.env, LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_PATH: join(folder, 'fonts') },
		});
		browser.on('disconnected', () => void remove());
		return browser;
	} catch (error) {
		await remove();
		throw error;
	}
}

/** The packed settings look for its fonts in the common folder; where no font is found, Chromium crashes at the first input field. */
function fontsIn(folder: string): string {
	return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>
`;
}
