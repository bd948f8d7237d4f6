import type { IDataObject } from 'n8n-workflow';

import { KessError } from '../../../../kess/errors';
import type { Outcome, RefusalSaid } from '../../../../kess/gateway/outcome';
import { isPlainObject, type Json, type JsonObject } from '../../../../kess/jsonObject';
import { explainRefusal } from '../../../../kess/webPay/refusal';

/** The advice after a question, which changes nothing. */
export const READ_AGAIN = 'Looking changes nothing: run the item again.';

/**
 * The answer's data, for an operation to which a refusal or a lost answer is simply a failure.
 *
 * @param intent what was to be done, as it continues "KESS refuses to …"
 * @param advice what to do when nobody knows whether it was done
 */
export function requireDone(result: Outcome<Json>, intent: string, advice: string): Json {
	switch (result.kind) {
		case 'done':
			return result.data;
		case 'refused':
			throw refusal(result, intent);
		case 'unknown':
			throw (
				result.unbelieved ??
				new KessError(`KESS gave no clear answer when asked to ${intent}: ${result.reason}`, advice)
			);
		case 'notSent':
			throw result.error;
	}
}

/** The same for a question, which changes nothing. */
export function requireAnswer(result: Outcome<Json>, intent: string): Json {
	return requireDone(result, intent, READ_AGAIN);
}

/** What an answer lists; it may be one thing alone. */
export function listedIn(data: Json): JsonObject[] {
	return (Array.isArray(data) ? data : [data]).filter(isPlainObject);
}

/** The gateway's own words, with its code. */
export function refusal(refused: RefusalSaid, intent: string): KessError {
	const { message, hint } = explainRefusal(refused, intent);
	return new KessError(message, hint, refused.code);
}

/** As `requireDone`, for one output item. @throws KessError also for a list or a text, which n8n could not hand on */
export function requireItem(result: Outcome<Json>, intent: string, advice: string): IDataObject {
	const data = requireDone(result, intent, advice);
	if (isPlainObject(data)) return data as IDataObject;
	throw new KessError('KESS gave no clear answer: its data is no object', advice);
}
