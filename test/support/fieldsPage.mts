import type { INodeProperties, INodePropertyCollection, INodePropertyOptions, INodeTypeDescription } from 'n8n-workflow';

/** docs/fields.md: what the panels of the nodes show, from their descriptions. */
export function fieldsPage(descriptions: INodeTypeDescription[]): string {
	const intro = [
		'# Fields',
		'Every field of every node, with its description in the panel and, in code, the name that it has in a workflow. An entry with a › stands inside the field before it. This page is made from the nodes (`KESSPAY_WRITE=1 npx jest test/docs`).',
	];
	return `${[...intro, ...descriptions.flatMap(nodePart)].join('\n\n')}\n`;
}

function nodePart({ displayName, description, properties }: INodeTypeDescription): string[] {
	const resources = properties.find(({ name }) => name === 'resource')?.options as INodePropertyOptions[] | undefined;
	const common = properties.filter(({ name, displayOptions }) => !['resource', 'operation'].includes(name) && displayOptions?.show?.resource === undefined);
	const operations = (resources ?? []).flatMap((resource) => {
		const of = (property: INodeProperties) => property.displayOptions?.show?.resource?.includes(resource.value) === true;
		const offered = properties.find((property) => property.name === 'operation' && of(property))?.options as INodePropertyOptions[];
		return offered.flatMap((operation) => {
			const own = properties.filter((property) => of(property) && property.displayOptions?.show?.operation?.includes(operation.value) === true);
			return [`### ${resource.name}: ${operation.name}`, `${stopped(operation.description)} (\`${String(resource.value)}\`, \`${String(operation.value)}\`)`, table(own)];
		});
	});
	const rest = resources === undefined ? [table(common)] : [...operations, `### ${displayName}: all operations`, table(common)];
	return [`## ${displayName}`, stopped(description), ...rest].filter((part) => part !== '');
}

function table(properties: INodeProperties[]): string {
	const rows = properties.flatMap((property) => rowsOf(property, ''));
	return rows.length === 0 ? '' : ['| Field | Name | What it is |', '| --- | --- | --- |', ...rows].join('\n');
}

function rowsOf(property: INodeProperties, within: string): string[] {
	const { displayName, name, type, required, description = '', options = [], displayOptions } = property;
	if (type === 'notice') return [];
	const choices = ['options', 'multiOptions'].includes(type) ? (options as INodePropertyOptions[]).map((option) => `*${option.name}*`).join(', ') : '';
	const others = Object.entries(displayOptions?.show ?? {}).filter(([field]) => !['resource', 'operation'].includes(field));
	const only = others.map(([field, values]) => `Only with \`${field}\` ${(values ?? []).map((value) => `\`${String(value)}\``).join(' or ')}.`).join(' ');
	const what = [stopped(description), choices && `One of ${choices}.`, only].filter(Boolean).join(' ');
	const row = `| ${within}${displayName}${required === true ? ' (required)' : ''} | \`${name}\` | ${what.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`;
	const inside = type === 'collection' ? (options as INodeProperties[]) : type === 'fixedCollection' ? (options as INodePropertyCollection[]).flatMap(({ values }) => values) : [];
	return [row, ...inside.flatMap((field) => rowsOf(field, `${within}${displayName} › `))];
}

/** With one full stop at its end, and as Markdown where the panel has HTML. */
function stopped(text = ''): string {
	const plain = text.replace(/<code>(.*?)<\/code>/g, '`$1`').replace(/<a href="([^"]*)"[^>]*>(.*?)<\/a>/g, '[$2]($1)').replace(/<\/?b>/g, '**');
	return plain === '' || plain.endsWith('.') ? plain : `${plain}.`;
}
