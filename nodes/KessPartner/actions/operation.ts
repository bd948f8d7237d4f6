import type { IDataObject } from 'n8n-workflow';

import type { Operation, Resource } from '../../shared/run/operation';
import type { PartnerClient } from '../client';

/** What an operation works with during one execution. */
export interface PartnerDesk extends Pick<PartnerClient, 'problem' | 'redaction'> {
	client: PartnerClient;
	/** What the user chose in the panel's Options. */
	options: IDataObject;
}

export type PartnerOperation = Operation<PartnerDesk>;

export type PartnerResource = Resource<PartnerDesk>;
