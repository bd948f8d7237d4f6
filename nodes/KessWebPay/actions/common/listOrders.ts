import type { IDataObject } from 'n8n-workflow';

import { SERVICES } from '../../../../kess/webPay/services';
import type { WebPayClient } from '../../client';
import { readPages } from './readPages';

const PER_PAGE = 100;

/**
 * The orders of some days (docs/gateway.md §3). No signature covers them.
 *
 * @param startDate the first day, `2026-11-20`
 * @param endDate the last day
 * @param limit how many are wanted; Infinity for all
 * @param tell takes a note on orders that are missing
 * @param advice what to do when a page is missing, where that is not to run the item again
 * @throws KessError when a page is missing
 */
export async function listOrders(
	client: WebPayClient,
	startDate: string,
	endDate: string,
	limit: number,
	tell: (note: string) => void,
	advice?: string,
): Promise<IDataObject[]> {
	const fields = { start_date: startDate, end_date: endDate, per_page: Math.min(limit, PER_PAGE) };
	return await readPages(
		client,
		{
			service: SERVICES.queryOrderByDateRange,
			fields: (page) => ({ ...fields, page }),
			subject: 'the orders',
			advice,
			tell,
		},
		limit,
	);
}
