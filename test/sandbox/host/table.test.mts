import { displayWidth, table } from '../../../sandbox/host/table.mts';

describe('the table of orders', () => {
	it.each([
		['abc', 3],
		['កខ', 2],
		// The vowel above the first letter takes no room, the one beside the last letter does.
		['ទឹកកា', 4],
		['ស្រី', 2],
		['支付', 4],
		['', 0],
	])('measures %p', (text, width) => {
		expect(displayWidth(text)).toBe(width);
	});

	it('keeps columns under each other, whatever the script', () => {
		const text = table(['no', 'title', 'link'], [['1', 'ទឹកកក', 'x'], ['22', 'Coffee', 'https://long']]);
		const starts = text.split('\n').map((line) => displayWidth(line.replace(/\S+$/, '')));
		expect(new Set(starts)).toEqual(new Set([12]));
	});

	it('cuts a long title between syllables and never the link', () => {
		const title = 'កាហ្វេទឹកដោះគោទឹកកក';
		const link = 'https://pay.example/'.padEnd(80, 'x');
		const line = table(['title', 'link'], [[title, link]], 6).split('\n')[1] ?? '';
		const [shown = '', url] = line.split(/\s+/);
		expect(url).toBe(link);
		expect(displayWidth(shown)).toBeLessThanOrEqual(6);
		expect(shown.endsWith('…')).toBe(true);
		expect(title.startsWith(shown.slice(0, -1))).toBe(true);
	});
});
