import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { ItemCall } from '../../shared/itemCall';
import type { WebPayClient } from '../transport';

/** One entry of the panel's Operation list and what it does with one item. */
export interface WebPayOperation {
	option: INodePropertyOptions & { value: string };
	/** Its parameters, without display rules: those follow from where the operation is listed. */
	properties: INodeProperties[];
	execute(call: ItemCall, client: WebPayClient): Promise<IDataObject[]>;
}

/** One entry of the panel's Resource list. */
export interface WebPayResource {
	option: INodePropertyOptions & { value: string };
	operations: WebPayOperation[];
}
