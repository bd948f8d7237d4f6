import { type INode, NodeApiError, NodeOperationError } from 'n8n-workflow';

import { InvalidValueError, KessError, messageOf } from '../../../kess/errors';
import type { Redaction } from '../../../kess/gateway/redaction';

/**
 * The words for the user about a value that KESS would refuse; any other error stays as it is.
 *
 * @param subject the parameter, as the panel names it; the message continues the sentence
 */
export function explainInvalid<Other>(
	error: Other,
	subject: string,
): KessError | Exclude<Other, InvalidValueError> {
	return error instanceof InvalidValueError
		? new KessError(`${subject} ${error.message}`.trim(), error.hint)
		: (error as Exclude<Other, InvalidValueError>);
}

/**
 * The error that n8n shows for an item. n8n keeps nothing of a failed item but this message, so the merchant's own
 * reference has to be in it.
 *
 * @param itemIndex counted from 0, as n8n counts items
 * @param reference what the item is about, for example `order INV-7`
 * @param redaction of the client that was open, if one was
 */
export function toNodeError(
	node: INode,
	error: unknown,
	itemIndex: number,
	reference: string | undefined,
	redaction: Redaction | undefined,
): NodeApiError | NodeOperationError {
	return shapedError(node, error, redaction, {
		suffix: `${reference === undefined ? '' : ` (${reference})`} [item ${itemIndex}]`,
		itemIndex,
	});
}

/** The same where there are no items. */
export function toRunError(
	node: INode,
	error: unknown,
	redaction: Redaction | undefined,
): NodeApiError | NodeOperationError {
	return shapedError(node, error, redaction, { suffix: '' });
}

function shapedError(
	node: INode,
	error: unknown,
	redaction: Redaction | undefined,
	{ suffix, ...place }: { suffix: string; itemIndex?: number },
): NodeApiError | NodeOperationError {
	const clean = (text: string) => redaction?.message(text) ?? text;
	if (error instanceof KessError) {
		const options = {
			message: `${clean(error.message)}${suffix}`,
			description: clean(error.hint),
			...place,
		};
		return error.code === undefined
			? new NodeOperationError(node, options.message, options)
			: new NodeApiError(
					node,
					{ message: options.message, code: error.code },
					{ ...options, httpCode: error.code },
				);
	}
	const message = clean(messageOf(error));
	const description =
		error instanceof NodeOperationError ? (error.description ?? undefined) : undefined;
	return new NodeOperationError(node, `${message}${suffix}`, { ...place, description });
}
