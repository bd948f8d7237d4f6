import type { ICredentialDataDecryptedObject, ICredentialType, IDataObject, IHttpRequestHelper } from 'n8n-workflow';

import { KessPartnerApi } from '../credentials/KessPartnerApi.credentials.ts';
import { KessWebPayApi } from '../credentials/KessWebPayApi.credentials.ts';
import { readWebPayAccount } from '../kess/webPay/account.ts';
import { LOGIN_PATH } from '../kess/webPay/services.ts';
import { webPayLoginBody } from '../kess/webPay/login.ts';
import { KessPartner } from '../nodes/KessPartner/KessPartner.node.ts';
import { KessWebPay } from '../nodes/KessWebPay/KessWebPay.node.ts';
import { ControlClient } from '../sandbox/controlClient.mts';
import { partnerCredential, webPayCredential } from '../sandbox/host/credentials.mts';
import { DurableStore } from '../sandbox/host/durableStore.mts';
import { type NodeRunOptions, runNode } from '../sandbox/host/engine.mts';
import { PAY_OUT } from '../sandbox/host/payoutWorkflows.mts';
import { CREATE_ORDER } from '../sandbox/host/workflow.mts';
import { type Sandbox, startSandbox } from '../sandbox/server.mts';
import { orderRows, transferRows } from './lists.mts';
import type { Section } from './report.mts';

const ITEMS = 1000;
const IN_FLIGHT = 20;
const OPTIONS: IDataObject = { batching: { batch: { batchSize: IN_FLIGHT } } };

/** A credential as n8n's documentation has it: whoever finds no token logs in. */
class LogsInForEachRequest extends KessWebPayApi {
	override async preAuthentication(this: IHttpRequestHelper, credentials: ICredentialDataDecryptedObject): Promise<IDataObject> {
		const account = readWebPayAccount(credentials);
		const url = account.origin + LOGIN_PATH;
		const answer = (await this.helpers.httpRequest({ method: 'POST', url, body: webPayLoginBody(account), json: true })) as IDataObject;
		return { accessToken: answer.access_token };
	}
}

/** @returns the token requests that a sandbox nobody has logged in to gets from a run of cold items */
async function logins(
	service: string,
	isDone: (item: IDataObject) => boolean,
	options: (sandbox: Sandbox) => NodeRunOptions,
): Promise<number> {
	const sandbox = await startSandbox({ port: 0, fastRsa: true });
	try {
		const { items, error } = await runNode(options(sandbox));
		const done = items.filter(({ json }) => isDone(json)).length;
		if (done !== ITEMS) throw new Error(`${done} of ${ITEMS} items were done. ${error?.message ?? ''}`);
		return await new ControlClient(sandbox).requests(service);
	} finally {
		await sandbox.close();
	}
}

const orders = async (credentialType: ICredentialType) =>
	await logins(
		'oauth',
		({ payment_link }) => typeof payment_link === 'string',
		(sandbox) => ({
			node: new KessWebPay(),
			items: orderRows('cold', ITEMS) as IDataObject[],
			parameters: { ...CREATE_ORDER, options: OPTIONS },
			credentialTypes: [credentialType],
			credentials: { kessWebPayApi: webPayCredential(sandbox, 'v2') },
		}),
	);

const payouts = async () =>
	await logins(
		'partner-oauth',
		({ status }) => status === 'paid',
		(sandbox) => ({
			node: new KessPartner(),
			items: transferRows('cold', ITEMS) as IDataObject[],
			parameters: { ...PAY_OUT, options: OPTIONS },
			credentialTypes: [new KessPartnerApi()],
			credentials: { kessPartnerApi: partnerCredential(sandbox) },
		}),
	);

/** Token requests when a whole list begins without a token. */
export async function measure(): Promise<Section> {
	await new DurableStore().attach();
	const ordersV2 = await orders(new KessWebPayApi());
	const paidOut = await payouts();
	const plain = await orders(new LogsInForEachRequest());
	return {
		title: 'Logins',
		text: [
			`Token requests that the gateway got for ${ITEMS} items, ${IN_FLIGHT} under way at once, when neither n8n nor the process had a token; n8n's engine.`,
			"n8n by itself logs in once for every request that finds no token, so for as many as begin before the first login is answered; the last row is KESS WebPay with a credential that leaves it at that. Ours lets all of them wait for one login.",
		],
		tables: [
			{
				heads: ['what', 'token requests'],
				rows: [
					[`${ITEMS} orders, gateway version 2`, String(ordersV2)],
					[`${ITEMS} payouts`, String(paidOut)],
					[`${ITEMS} orders, n8n's own mechanism`, String(plain)],
				],
			},
		],
		claims: [
			{ what: `token requests for ${ITEMS} cold orders`, measured: ordersV2, bound: { atMost: 1 } },
			{ what: `token requests for ${ITEMS} cold payouts`, measured: paidOut, bound: { atMost: 1 } },
		],
	};
}
