import type { IDataObject } from 'n8n-workflow';

import type { KessError } from '../../../kess/errors';
import type { Redaction } from '../../../kess/gateway/redaction';
import type { Operation, Resource } from '../../shared/run/operation';
import type { PartnerClient } from '../client';

/** What an operation works with during one execution. */
export interface PartnerDesk {
	client: PartnerClient;
	/** What the user chose in the panel's Options. */
	options: IDataObject;
	/** These two are the client's. */
	readonly problem: KessError | undefined;
	readonly redaction: Redaction;
}

export type PartnerOperation = Operation<PartnerDesk>;

export type PartnerResource = Resource<PartnerDesk>;
