import type { INodeProperties } from 'n8n-workflow';

import { readChoice } from '../../kess/written/pasted';

const RULES = ['auto', 'required', 'ifPresent'] as const;

/** Whether an answer without a signature is believed: `auto` follows what each gateway version promises. */
export type SignatureRule = (typeof RULES)[number];

/**
 * What a node's options say of it. @throws NotSentError for what an expression gives and is no rule: it must not stand for
 * a weaker one
 */
export function readSignatureRule(options: { responseSignature?: unknown }): SignatureRule {
	return readChoice(options.responseSignature, RULES, 'Response Signature');
}

/** The Response Signature option. */
export const responseSignatureOption: INodeProperties = {
	displayName: 'Response Signature',
	name: 'responseSignature',
	type: 'options',
	options: [
		{
			name: 'Automatic',
			value: 'auto',
			description: 'Required on gateway version 2. Verified on version 1 when there is one.',
		},
		{
			name: 'Required',
			value: 'required',
			description: 'An answer without a signature is not believed',
		},
		{
			name: 'Verify If Present',
			value: 'ifPresent',
			description: 'An answer without a signature is believed, a wrong signature never is',
		},
	],
	default: 'auto',
	description: 'Whether answers of KESS have to be signed',
};
