import {
	type IDataObject,
	type ILoadOptionsFunctions,
	type INodePropertyOptions,
	isExpression,
} from 'n8n-workflow';

import { KessError } from '../../../kess/errors';
import type { JsonObject } from '../../../kess/jsonObject';
import { quoted } from '../../../kess/gateway/redaction';
import { fetchPaymentMethods } from '../actions/common/paymentMethods';
import { WebPayClient } from '../client';
import { readSignatureRule } from '../responseSignature';

/** Milliseconds that somebody in front of the panel waits for a list. */
const TIMEOUT_MS = 10_000;
const PATIENCE_MS = 10_000;

/** The payment methods of the merchant for the panel's list: which codes there are differs between merchants (docs/gateway.md §4). */
export async function getPaymentMethods(
	this: ILoadOptionsFunctions,
): Promise<INodePropertyOptions[]> {
	try {
		const options = (this.getCurrentNodeParameter('options') ?? {}) as IDataObject;
		// Before a run nobody knows what an expression gives.
		const { responseSignature } = options;
		const rule = isExpression(responseSignature) ? {} : { responseSignature };
		const client = await WebPayClient.open(this, {
			timeout: TIMEOUT_MS,
			signature: readSignatureRule(rule),
			patience: PATIENCE_MS,
		});
		const methods = client.redaction.data((await fetchPaymentMethods(client)) as JsonObject[]);
		return methods
			.flatMap(({ bic, title }) =>
				typeof bic === 'string' && bic !== '' ? [{ name: name(title, bic), value: bic }] : [],
			)
			.sort((a, b) => a.name.localeCompare(b.name));
	} catch (error) {
		return [whyThereAreNone(error)];
	}
}

function name(title: unknown, bic: string): string {
	return typeof title === 'string' && title !== '' && title !== bic
		? `${quoted(title)} (${quoted(bic)})`
		: quoted(bic);
}

/** Of a list that cannot be loaded n8n says only that: so the reason is the only entry of the list, and none that can be chosen. */
function whyThereAreNone(error: unknown): INodePropertyOptions {
	if (!(error instanceof KessError)) throw error;
	return { name: error.message, value: '', description: error.hint };
}
