import type { WebPayService } from '../../../kess/webPay/services';
import type { Operation, Resource } from '../../shared/run/operation';
import type { WebPayClient } from '../client';
import { readExtraFields, withExtraFields } from './extraFields';

/** An operation, and the service that it is there for: none where the user names it. */
export type WebPayOperation = Operation<WebPayClient> & { service?: WebPayService };

export interface WebPayResource extends Resource<WebPayClient> {
	operations: WebPayOperation[];
}

/**
 * The same operations, with what is the same for all of them: each says which gateway version it needs, refuses one that does
 * not have its service before it does anything, and sends what stands in Extra Fields with it.
 */
export function asOffered({ option, operations }: WebPayResource): WebPayResource {
	return {
		option,
		operations: operations.map((operation) =>
			operation.service === undefined ? operation : offered(operation, operation.service),
		),
	};
}

function offered(operation: WebPayOperation, service: WebPayService): WebPayOperation {
	return {
		...operation,
		option: service.versions.includes('v1')
			? operation.option
			: { ...operation.option, description: `${operation.option.description ?? ''} (version 2)` },
		properties: withExtraFields(operation.properties),
		async execute(call, client) {
			call.hold(client.lack(service));
			const extra = call.orHeld(() =>
				call.collection('additionalFields').read('extraFields', readExtraFields),
			);
			return await operation.execute(
				call,
				extra === undefined ? client : client.adding(service, extra),
			);
		},
	};
}
