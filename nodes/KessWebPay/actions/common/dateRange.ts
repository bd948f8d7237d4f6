import type { INodeProperties } from 'n8n-workflow';

/** The days that a list is limited to. Whether KESS takes them as days in Cambodia is not published. */
export const startDateField: INodeProperties = {
	displayName: 'Start Date',
	name: 'startDate',
	type: 'dateTime',
	typeOptions: { dateOnly: true },
	default: '',
	description: 'First day of the list (start_date). A time of day is left out.',
};

export const endDateField: INodeProperties = {
	displayName: 'End Date',
	name: 'endDate',
	type: 'dateTime',
	typeOptions: { dateOnly: true },
	default: '',
	description: 'Last day of the list (end_date). A time of day is left out.',
};
