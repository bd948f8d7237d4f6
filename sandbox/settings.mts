/** Switches between behaviours that public material on KESS leaves open (docs/gateway.md §5, §6 and §11). */
export interface SettingValues {
	/** Refusals come with HTTP 200 and `success: false` instead of an HTTP error status. */
	envelope200: boolean;
	/** `form` and `json` are flat; `envelope` is JSON with `data`, `sign` and `sign_type`. */
	notifyFormat: 'form' | 'json' | 'envelope';
	/** Whether a flat notification's signature covers `sign_type`. */
	notifySignsSignType: boolean;
	/** Answers of gateway v1 carry `sign` and `sign_type`; the specification shows none. */
	signV1: boolean;
	/** `expires_in` of a login, in seconds. */
	tokenLifeSeconds: number;
	/** A login ends the earlier access tokens of its gateway. */
	oneLiveToken: boolean;
	/** A gateway request that arrives while so many are under way is answered with HTTP 429, unbooked; 0 for no limit. */
	maxInFlight: number;
	/** The Partner login answers with the token in `data` instead of at the top. */
	partnerTokenInData: boolean;
	/** `expire_in` of a prepared fund transfer, in seconds. */
	preTransferLifeSeconds: number;
	/**
	 * What a second preparation under one `out_trade_no` meets: a refusal, or another pre-transfer as long as nothing is
	 * paid. Two pre-transfers of one number can both be confirmed, and both pay.
	 */
	secondCreate: 'refuse' | 'open';
	/** What a query says of a number that is prepared and not paid: `result_code` PENDING, or NOTEXIST. */
	queryOpen: 'pending' | 'notexist';
}

const DEFAULTS: SettingValues = {
	envelope200: false,
	notifyFormat: 'form',
	notifySignsSignType: true,
	signV1: false,
	tokenLifeSeconds: 1800,
	oneLiveToken: false,
	maxInFlight: 0,
	partnerTokenInData: false,
	preTransferLifeSeconds: 300,
	secondCreate: 'refuse',
	queryOpen: 'pending',
};

const flag = (value: unknown) => typeof value === 'boolean';

const seconds = (value: unknown) => Number.isInteger(value) && (value as number) > 0;

const ALLOWED: Record<keyof SettingValues, (value: unknown) => boolean> = {
	envelope200: flag,
	notifyFormat: (value) => ['form', 'json', 'envelope'].includes(value as string),
	notifySignsSignType: flag,
	signV1: flag,
	tokenLifeSeconds: seconds,
	oneLiveToken: flag,
	maxInFlight: (value) => Number.isInteger(value) && (value as number) >= 0,
	partnerTokenInData: flag,
	preTransferLifeSeconds: seconds,
	secondCreate: (value) => ['refuse', 'open'].includes(value as string),
	queryOpen: (value) => ['pending', 'notexist'].includes(value as string),
};

export class Settings {
	values: SettingValues = { ...DEFAULTS };

	/** @throws Error naming a setting that does not exist or cannot have that value; then nothing is changed */
	change(changes: Record<string, unknown>): void {
		for (const [name, value] of Object.entries(changes)) {
			const allowed = Object.hasOwn(ALLOWED, name) ? ALLOWED[name as keyof SettingValues] : undefined;
			if (!allowed) throw new Error(`There is no setting ${name}. There are: ${Object.keys(ALLOWED).join(', ')}.`);
			if (!allowed(value)) throw new Error(`The setting ${name} cannot be ${JSON.stringify(value)}.`);
		}
		this.values = { ...this.values, ...changes };
	}

	reset(): void {
		this.values = { ...DEFAULTS };
	}
}
