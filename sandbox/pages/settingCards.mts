import { html, raw } from 'hono/html';
import { z } from 'zod';
import { settingsSchema, type SettingValues } from '../settings.mts';
import type { Markup } from './layout.mts';
import { sentence } from './sentence.mts';

const USUAL = settingsSchema.parse({});

/** Every setting with its sentence and a button for each of its values. */
export function settingCards(values: SettingValues): Markup {
	const names = Object.keys(values) as Array<keyof SettingValues>;
	return html`<section aria-labelledby="settings">
<div class="card"><h2 id="settings">Settings</h2>
<p class="soft">How the gateway behaves where KESS has not published it.</p>
<form method="post" action="/faults/settings/reset"><button class="small plain">Set all settings back</button></form></div>
<div class="columns">${names.map((name) => settingCard(name, values[name]))}</div>
</section>`;
}

function settingCard(name: keyof SettingValues, value: SettingValues[keyof SettingValues]): Markup {
	const schema = settingsSchema.shape[name];
	const isUsual = JSON.stringify(value) === JSON.stringify(USUAL[name]);
	return html`<article class="card" id="${name}">
<h3><code>${name}</code> ${isUsual ? '' : html`<span class="state planned">changed</span>`}</h3>
<p>${sentence(schema.description ?? '')}</p>
<form method="post" action="/faults/setting">
<input type="hidden" name="name" value="${name}">
<div class="row" role="group" aria-label="${name}">${inputs(schema.removeDefault(), name, value)}</div>
</form>
</article>`;
}

function inputs(type: z.ZodTypeAny, name: string, value: SettingValues[keyof SettingValues]): Markup {
	if (type instanceof z.ZodEnum) return html`${(type.options as string[]).map((option) => button(option, option, option === value))}`;
	if (type instanceof z.ZodBoolean) return html`${[true, false].map((option) => button(String(option), option ? 'on' : 'off', option === value))}`;
	const save = html`<button class="small plain">Save ${name}</button>`;
	if (!Array.isArray(value)) return html`<input type="number" name="value" aria-label="${name}" min="0" value="${value}"> ${save}`;
	const { options } = (type as z.ZodArray<z.ZodEnum<[string]>>).element;
	return html`${options.map(
		(option: string) => html`<label><input type="checkbox" name="value" value="${option}" ${value.some((chosen) => chosen === option) ? raw('checked') : ''}> ${option}</label>`,
	)} ${save}`;
}

function button(value: string, words: string, isChosen: boolean): Markup {
	return html`<button class="small plain" name="value" value="${value}" aria-pressed="${isChosen ? 'true' : 'false'}">${words}</button>`;
}
