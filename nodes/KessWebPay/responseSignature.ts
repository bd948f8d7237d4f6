import type { INodeProperties } from 'n8n-workflow';

/** The Response Signature option: a `SignatureRule` for the answers of the gateway. */
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
