/** Switches between behaviours that public material on KESS leaves open (kess-api sections 5, 6 and 11). */
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
}

const DEFAULTS: SettingValues = {
	envelope200: false,
	notifyFormat: 'form',
	notifySignsSignType: true,
	signV1: false,
	tokenLifeSeconds: 1800,
};

const flag = (value: unknown) => typeof value === 'boolean';

const ALLOWED: Record<keyof SettingValues, (value: unknown) => boolean> = {
	envelope200: flag,
	notifyFormat: (value) => ['form', 'json', 'envelope'].includes(value as string),
	notifySignsSignType: flag,
	signV1: flag,
	tokenLifeSeconds: (value) => Number.isInteger(value) && (value as number) > 0,
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
