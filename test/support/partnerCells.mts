import type { IDataObject, INode } from 'n8n-workflow';

import { KessPartnerApi } from '../../credentials/KessPartnerApi.credentials.ts';
import { KessPartner } from '../../nodes/KessPartner/KessPartner.node.ts';
import { type Credentials, type NodeRun, runNode } from '../../sandbox/host/engine.mts';

/** One execution of KESS Partner: what a workflow with this one node would do. */
export interface Cell {
	items: IDataObject[];
	settings?: Partial<INode>;
	operation?: string;
	/** Milliseconds; short where a fault leaves requests unanswered. */
	timeout?: number;
	options?: IDataObject;
	parameters?: IDataObject;
}

/** What the node said about one row. */
export interface Verdict {
	outTradeNo: string;
	says: 'paid' | 'unknown' | 'refused';
	alreadyConfirmed: boolean;
	message: string;
	/** Which of several runs of the same row said it, counted from 0; runs at the same time have the same number. */
	round?: number;
}

/** What was said of rows that is not so, by the gateway's ledger. */
export function falseWords(said: Verdict[], booked: ReadonlySet<string>): { falsePaid: Verdict[]; falseRefused: Verdict[] } {
	const paidLater = ({ outTradeNo, round = 0 }: Verdict) =>
		said.some((other) => other.outTradeNo === outTradeNo && other.says === 'paid' && (other.round ?? 0) >= round);
	return {
		falsePaid: said.filter(({ says, outTradeNo }) => says === 'paid' && !booked.has(outTradeNo)),
		// "Not paid" was right when a later run has paid it. A refused login says nothing of payments at all.
		falseRefused: said.filter(
			(verdict) =>
				verdict.says === 'refused' &&
				booked.has(verdict.outTradeNo) &&
				!verdict.message.includes('KESS refuses the login') &&
				!paidLater(verdict),
		),
	};
}

export const PAY_OUT: IDataObject = {
	outTradeNo: '={{ $json.no }}',
	receiverId: '={{ $json.receiver ?? "012000232" }}',
	senderName: '={{ $json.sender ?? "Sunrise Garments" }}',
	amount: '={{ $json.amount ?? "1.25" }}',
	currency: '={{ $json.currency ?? "USD" }}',
	partnerTransactionId: '={{ "BANK-" + $json.no }}',
};

export async function runCell(cell: Cell, credentials: Credentials): Promise<NodeRun> {
	return await runNode({
		node: new KessPartner(),
		parameters: {
			resource: 'fundTransfer',
			operation: cell.operation ?? 'payOut',
			...(cell.parameters ?? PAY_OUT),
			options: { timeout: cell.timeout ?? 5000, ...cell.options },
		},
		items: cell.items,
		credentialTypes: [new KessPartnerApi()],
		credentials,
		settings: cell.settings ?? {},
	});
}

/** Every row's verdict. A run that failed as a whole says nothing about the rows it names as done. */
export function verdicts({ items, run, error }: NodeRun, cell: Cell): Verdict[] {
	if (run.status === 'error' || error) {
		return [{ outTradeNo: /\(transfer ([^)]+)\)/.exec(error?.message ?? '')?.[1] ?? '', says: 'refused', alreadyConfirmed: false, message: error?.message ?? '' }];
	}
	return items.map(({ json }, index) => ({
		outTradeNo: String(json.out_trade_no ?? cell.items[index]?.no),
		says: json.status === 'paid' ? 'paid' : json.status === 'unknown' ? 'unknown' : 'refused',
		alreadyConfirmed: json.already_confirmed === true,
		message: String(json.error ?? json.reason ?? ''),
	}));
}
