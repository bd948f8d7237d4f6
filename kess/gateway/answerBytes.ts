import { LIMITS } from '../limits';

/** An answer as it arrives, unpacked. */
export interface AnswerStream extends AsyncIterable<Uint8Array> {
	destroy(): unknown;
}

/**
 * Reads an answer to its end, and not beyond what an answer of KESS can have: a small one that is packed may be many
 * times as large when unpacked.
 *
 * @param signal breaks it off
 * @throws AnswerTooLargeError, whatever the signal was aborted with, and what the stream throws
 */
export async function readAnswerBytes(
	stream: AnswerStream,
	signal: AbortSignal,
): Promise<Uint8Array> {
	const parts: Uint8Array[] = [];
	let size = 0;
	const stop = () => void stream.destroy();
	signal.addEventListener('abort', stop, { once: true });
	try {
		signal.throwIfAborted();
		for await (const part of stream) {
			size += part.length;
			if (size > LIMITS.answerBytes) throw new AnswerTooLargeError();
			parts.push(part);
		}
	} finally {
		signal.removeEventListener('abort', stop);
		stop();
	}
	return Buffer.concat(parts);
}

export class AnswerTooLargeError extends Error {
	override name = 'AnswerTooLargeError';

	constructor() {
		super(`the answer has more than ${LIMITS.answerBytes} bytes`);
	}
}
