import type { IDataObject, IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';

import { parseMoney } from '../../../../kess/money';
import type { NewOrder } from './transaction';

/** An order as it was created, by which its payment is recognised. */
export type Awaited = Pick<NewOrder, 'outTradeNo' | 'money'>;

/** Where it lies in what n8n keeps for the node with the execution. */
const NAME = 'kessWebPayOrder';

/** Notes down for which order the execution is parked: the parameters may give another one by then, `{{ $now }}` for instance. */
export function noteAwaited(
	context: IExecuteFunctions,
	{ outTradeNo, money: { decimal, currency } }: Awaited,
): void {
	const notes: IDataObject = context.getContext('node');
	notes[NAME] = JSON.stringify({ outTradeNo, decimal, currency });
}

/** The order that a parked execution waits for. n8n shows `webhook()` by an expression only what it keeps for the node. */
export function awaitedBy(context: IWebhookFunctions): Awaited {
	// Braces would end the expression.
	const name = JSON.stringify(context.getNode().name).replace(/[{}]/g, (brace) =>
		brace === '{' ? '\\u007b' : '\\u007d',
	);
	const noted = String(context.evaluateExpression(`{{ $node[${name}].context.${NAME} }}`));
	const { outTradeNo, decimal, currency } = JSON.parse(noted) as {
		outTradeNo: string;
		decimal: string;
		currency: string;
	};
	return { outTradeNo, money: parseMoney(decimal, currency) };
}
