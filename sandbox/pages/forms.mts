import type { SandboxContext } from '../core.mts';
import type { SettingValues } from '../settings.mts';

/** The fields of a form that say something. */
export async function filled(c: SandboxContext): Promise<Array<[string, string]>> {
	return [...new URLSearchParams(await c.req.text())].filter(([, value]) => value !== '');
}

const NUMBERS = ['times', 'delayMs', 'status'];

/** What a form says of a fault, as the control takes it. */
export function readFault(form: Array<[string, string]>): Record<string, unknown> {
	const typed = (name: string, text: string) => (NUMBERS.includes(name) ? Number(text) : name === 'booked' ? text === 'true' : text);
	return Object.fromEntries(form.map(([name, text]) => [name, typed(name, text)]));
}

/** The one setting that a form names, with a value of the type that it has. */
export function readSetting(form: Array<[string, string]>, values: SettingValues): { name: string; value: unknown } {
	const { name = '', value = '' } = Object.fromEntries(form);
	switch (typeof values[name as keyof SettingValues]) {
		case 'boolean':
			return { name, value: value === 'true' };
		case 'number':
			return { name, value: Number(value || Number.NaN) };
		case 'object':
			return { name, value: form.filter(([field]) => field === 'value').map(([, text]) => text) };
		default:
			return { name, value };
	}
}
