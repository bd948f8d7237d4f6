import { html } from 'hono/html';
import { isPhpArray, phpText, type PhpArray, type PhpValue } from '../phpInput.mts';
import type { Order } from '../webpay/orders.mts';
import { both, words, type Markup } from './layout.mts';
import { type Decimal, minus, money, plus, readDecimal, times } from './money.mts';

/** What is bought, each line with its total: quantity × (price − discount on one), docs/gateway.md §12, Detail. */
export function productLines({ detail, currency }: Order): Markup {
	const lines = detail.filter(isPhpArray).map((line) => readLine(line));
	const shown = (amount: Decimal) => money(amount, currency);
	const sum = lines.reduce<Decimal | undefined>((all, { total }) => all && total && plus(all, total), { digits: 0n, decimals: 0 });
	/** What is not a number stands as it was written. */
	const price = ({ price, discount, priceText }: Line) =>
		price === undefined ? priceText : discount && discount.digits > 0n ? html`(${shown(price)} − ${shown(discount)})` : shown(price);
	return html`<table>
<thead><tr><th scope="col">${both('Item', 'ទំនិញ')}</th><th scope="col" class="number">${both('Total', 'សរុប')}</th></tr></thead>
<tbody>${lines.map(
		(line) => html`<tr><td>${words(line.name)}<br><span class="soft">${line.qtyText} × ${price(line)} · <span class="nowrap">No. ${line.no}</span></span></td>
<td class="number">${line.total ? shown(line.total) : ''}</td></tr>`,
	)}</tbody>
${sum && lines.length > 1 ? html`<tfoot><tr><td>${both('All lines', 'សរុបទាំងអស់')}</td><td class="number">${shown(sum)}</td></tr></tfoot>` : ''}
</table>`;
}

type Line = ReturnType<typeof readLine>;

function readLine(line: PhpArray) {
	const text = (value: PhpValue | undefined) => (value === undefined || typeof value === 'object' ? '' : phpText(value));
	const [no, name, qtyText, priceText] = [line.no, line.name, line.qty, line.price].map(text) as [string, string, string, string];
	const [qty, price, discount] = [readDecimal(qtyText), readDecimal(priceText), readDecimal(text(line.discount) || '0')];
	return { no, name, qtyText, priceText, price, discount, total: qty && price && discount && times(qty, minus(price, discount)) };
}
