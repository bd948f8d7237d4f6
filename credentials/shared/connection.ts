import type { INodeProperties } from 'n8n-workflow';

export const baseUrlProperty: INodeProperties = {
	displayName: 'Base URL',
	name: 'baseUrl',
	type: 'string',
	default: 'http://127.0.0.1:4010',
	placeholder: 'e.g. http://127.0.0.1:4010',
	description: 'Address of the gateway, without a path',
	displayOptions: { show: { environment: ['custom'] } },
};

/** What a login leaves in a credential. */
export const loginProperties: INodeProperties[] = [
	{
		displayName: 'Access Token',
		name: 'accessToken',
		type: 'hidden',
		typeOptions: { expirable: true, password: true },
		default: '',
	},
	{
		// Beside the token, so that every worker knows when to renew it: some time before its end.
		displayName: 'Access Renew At',
		name: 'accessRenewAt',
		type: 'hidden',
		default: '',
	},
];
