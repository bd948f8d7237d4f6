import type { INodeProperties } from 'n8n-workflow';

import { InvalidValueError } from '../../../../kess/errors';
import { momentWritten } from '../../../../kess/written/day';
import { readDecimal } from '../../../../kess/written/decimal';
import type { Say } from '../../../../kess/written/text';
import type { ItemCall } from '../../../shared/run/item';

const SECONDS = new Map([
	['minutes', 60],
	['hours', 3_600],
	['days', 86_400],
]);

const MAX_SECONDS = 365 * 86_400;

/** A payment in the last second of an order is told some time later. */
const GRACE_MS = 60_000;

const unitOptions = [
	{ name: 'Days', value: 'days' },
	{ name: 'Hours', value: 'hours' },
	{ name: 'Minutes', value: 'minutes' },
];

/** How long the payment link takes money, in sight: what has run out cannot be paid any more. */
export const linkValidForProperties: INodeProperties[] = [
	{
		displayName: 'Link Valid For',
		name: 'linkValidFor',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 30,
		description: 'How long the buyer can pay by the link (expires_in)',
	},
	{
		displayName: 'Unit',
		name: 'linkValidUnit',
		type: 'options',
		options: unitOptions,
		default: 'minutes',
		description: 'What Link Valid For counts',
	},
];

export const limitWaitTimeProperty: INodeProperties = {
	displayName: 'Limit Wait Time',
	name: 'limitWaitTime',
	type: 'fixedCollection',
	placeholder: 'Add Limit',
	default: {},
	description:
		'How long the workflow waits at most, counted from now. Without a limit it waits one minute longer than the order can be paid. With a limit and without Expires In, the order can be paid just as long. n8n looks about once a minute whether the time is up.',
	options: [
		{
			displayName: 'Limit',
			name: 'values',
			values: [
				{
					displayName: 'Amount',
					name: 'resumeAmount',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 30,
				},
				{
					displayName: 'Unit',
					name: 'resumeUnit',
					type: 'options',
					options: unitOptions,
					default: 'minutes',
				},
			],
		},
	],
};

/** Link Valid For in whole seconds. */
export function readLinkLife(call: ItemCall): number {
	const unit = call.read('linkValidUnit', (value) => value);
	return call.read('linkValidFor', (value, say) => secondsOf(value, unit, say));
}

/**
 * The limit in whole seconds, or `undefined` when the user has set none.
 *
 * @throws InvalidValueError when it is not between a second and a year
 */
export function readLimit(value: unknown, say?: Say): number | undefined {
	const { values } = (value || {}) as { values?: { resumeAmount?: unknown; resumeUnit?: unknown } };
	if (values === undefined) return undefined;
	const { resumeAmount = 30, resumeUnit = 'minutes' } = values;
	return secondsOf(resumeAmount, resumeUnit, say);
}

/**
 * An amount of minutes, hours or days in whole seconds.
 *
 * @throws InvalidValueError when it is not between a second and a year
 */
function secondsOf(amount: unknown, unit: unknown, say?: Say): number {
	const one = SECONDS.get(String(unit));
	if (one === undefined)
		throw new InvalidValueError(
			`has the unit ${JSON.stringify(unit)}`,
			`Use one of ${[...SECONDS.keys()].join(', ')}.`,
		);
	const { isNegative, text } = readDecimal(amount, '30', say);
	const seconds = Math.round(Number(text) * one);
	if (!isNegative && seconds >= 1 && seconds <= MAX_SECONDS) return seconds;
	throw new InvalidValueError(
		'is not a time between a second and a year',
		'Enter an amount greater than 0, for example 30 minutes.',
	);
}

/**
 * When n8n stops waiting.
 *
 * @param now in milliseconds since 1970
 * @param limit in seconds, as the user has set it
 * @param expiredAt the gateway's word on how long the order can be paid; its form is not published, so only a time with
 *   its zone counts
 * @param expiresIn in seconds, as it was asked for
 */
export function waitUntil(
	now: number,
	limit: number | undefined,
	expiredAt: unknown,
	expiresIn: number,
): Date {
	if (limit !== undefined) return new Date(now + limit * 1000);
	return new Date(Math.max(now, momentWritten(expiredAt) ?? now + expiresIn * 1000) + GRACE_MS);
}
