import type { Say } from '../../kess/written/text.ts';

/** What is said of how something was read. */
export function notesOf(read: (say: Say) => unknown): string[] {
	const notes: string[] = [];
	read((note) => notes.push(note));
	return notes;
}
