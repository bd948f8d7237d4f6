import type { Owner } from './restClient.mts';

/** The account of every n8n that the sandbox and the tests start. They listen on 127.0.0.1 only. */
export const owner: Owner = {
	email: 'owner@kesspay.local',
	password: 'Kesspay-sandbox-1',
	firstName: 'Sandbox',
	lastName: 'Owner',
};
