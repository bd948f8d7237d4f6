import type { IDataObject } from 'n8n-workflow';

import type { Operation, Resource } from '../../shared/operation';
import type { ConfirmMemory } from '../confirmMemory';
import type { PartnerClient } from '../transport';

/** What an operation works with during one execution. */
export interface PartnerDesk {
	client: PartnerClient;
	memory: ConfirmMemory;
	/** What the user chose in the panel's Options. */
	options: IDataObject;
}

export type PartnerOperation = Operation<PartnerDesk>;

export type PartnerResource = Resource<PartnerDesk>;
