import type {
	IBinaryKeyData,
	IDataObject,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

import type { GatewayService } from '../../../kess/gateway/service';
import type { ItemCall } from './item';

/** An output item with files. */
export class ItemWithFiles {
	constructor(
		readonly json: IDataObject,
		readonly binary: IBinaryKeyData,
	) {}
}

/** One entry of the panel's Operation list and what it does with one item. */
export interface Operation<Client> {
	/** The service that it is there for; none where the user names it. */
	service?: GatewayService;
	option: INodePropertyOptions & { value: string };
	/** Its parameters, without display rules: those follow from where the operation is listed. */
	properties: INodeProperties[];
	/** The fields that matter of what it returns, the first ones first, where that are more than ten: the panel then offers Simplify. */
	simplified?: readonly string[];
	execute(call: ItemCall, client: Client): Promise<Array<IDataObject | ItemWithFiles>>;
}

/** One entry of the panel's Resource list. */
export interface Resource<Client> {
	option: INodePropertyOptions & { value: string };
	operations: Array<Operation<Client>>;
}
