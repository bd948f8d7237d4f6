import type { SettingValues } from './settings.mts';

const REFERENCES = new Set(['out_trade_no', 'pre_transfer_id', 'merchant_reference', 'partner_transaction_id']);
const AMOUNTS = new Set(['amount', 'total_amount']);

type Tree = string | number | bigint | boolean | null | Tree[] | { [key: string]: Tree };

/**
 * The data of an answer as the settings have it written, at every depth.
 *
 * @param toNumber makes a number of digits without a leading zero, or leaves them as they are where it cannot
 */
export function spell<Data extends object>(data: Data, settings: SettingValues, toNumber: (digits: string) => Tree): Data {
	const { referencesAsNumbers, amountsAs } = settings;
	if (!referencesAsNumbers && amountsAs === 'number') return data;
	const spelled = (key: string, value: Tree): Tree => {
		if (Array.isArray(value)) return value.map((entry) => spelled('', entry));
		if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, spelled(name, entry)]));
		if (referencesAsNumbers && REFERENCES.has(key) && typeof value === 'string' && /^[1-9]\d*$/.test(value)) return toNumber(value);
		if (amountsAs !== 'number' && AMOUNTS.has(key) && value !== null) return Number(value).toFixed(amountsAs === 'text' ? 2 : 3);
		return value;
	};
	return spelled('', data as Tree) as Data;
}
