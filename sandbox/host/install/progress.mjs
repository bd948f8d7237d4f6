const REPORT_EVERY_MS = 15_000;

/**
 * Shows that a step is running and how long it took: on a terminal one line that counts the seconds, elsewhere a line
 * at the start, every 15 seconds and at the end.
 *
 * @template T
 * @param {string} title what is being done, without a full stop
 * @param {() => Promise<T>} work
 * @returns {Promise<T>} what `work` gives; its error is passed on after the line is closed
 */
export async function step(title, work) {
	const started = Date.now();
	const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
	const live = process.stdout.isTTY === true;
	const show = (text) => process.stdout.write(live ? `\r\u001b[K${text}` : `${text}\n`);
	show(`${title} …`);
	const timer = setInterval(() => show(`${title} … ${seconds()}`), live ? 1000 : REPORT_EVERY_MS);
	let outcome = 'failed after';
	try {
		const result = await work();
		outcome = 'done in';
		return result;
	} finally {
		clearInterval(timer);
		show(`${title} … ${outcome} ${seconds()}${live ? '\n' : ''}`);
	}
}
