import { LIMITS } from '../limits';
import { parsePhpJson, type PhpMap, type PhpValue } from '../phpJson';

/** What is no answer of the gateway. */
export function unreadable(reason: string): { kind: 'unreadable'; reason: string } {
	return { kind: 'unreadable', reason };
}

/** The JSON object in an answer, or what is wrong with it. The text itself is never quoted: it may hold anything. */
export function answerObject(text: string): PhpMap | string {
	if (text.trim() === '') return 'the answer is empty';
	let value: PhpValue;
	try {
		value = parsePhpJson(text, LIMITS.depth);
	} catch {
		return /^\s*</.test(text)
			? 'the answer is a web page instead of JSON'
			: 'the answer is not JSON';
	}
	return value instanceof Map ? value : 'the answer is not a JSON object';
}
