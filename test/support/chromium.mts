import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATHS = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Starts this computer's Chromium, without a window.
 *
 * @throws Error where there is none
 */
export async function startChromium(): Promise<Browser> {
	const executablePath = process.env.KESSPAY_CHROMIUM ?? PATHS.find((path) => existsSync(path));
	if (executablePath === undefined) throw new Error('There is no Chromium. Install it, or name its program in KESSPAY_CHROMIUM.');
	return await chromium.launch({ executablePath, args: ['--no-sandbox'] });
}
