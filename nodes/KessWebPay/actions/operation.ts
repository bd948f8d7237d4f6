import type { WebPayService } from '../../../kess/webPay/services';
import type { Operation, Resource } from '../../shared/run/operation';
import type { WebPayClient } from '../client';

/** An operation, and the service that it is there for: none where the user names it. */
export type WebPayOperation = Operation<WebPayClient> & { service?: WebPayService };

export interface WebPayResource extends Resource<WebPayClient> {
	operations: WebPayOperation[];
}

/** The same operations, each of which refuses a gateway version that does not have its service before it does anything. */
export function onTheRightVersion({ option, operations }: WebPayResource): WebPayResource {
	return {
		option,
		operations: operations.map((operation) => ({
			...operation,
			async execute(call, client) {
				if (operation.service !== undefined) client.requireService(operation.service);
				return await operation.execute(call, client);
			},
		})),
	};
}
