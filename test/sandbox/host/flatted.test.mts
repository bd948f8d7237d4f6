import { createRequire } from 'node:module';
import { join } from 'node:path';

import { projectFolder } from '../../../sandbox/host/install.mjs';
import { decodeFlatted } from '../../../sandbox/host/flatted.mts';

// The encoder that n8n itself uses.
const { stringify } = createRequire(join(projectFolder, 'sandbox/n8n/package.json'))('flatted') as {
	stringify(value: unknown): string;
};

describe('the data of an execution', () => {
	it.each([
		[{ a: '1', b: 1, c: null, d: true, e: ['1', [], {}, ''] }],
		[['text', 'text', { text: 'text' }]],
		['text'],
		[7],
		[null],
		[{ ['__proto__x']: '0', '1': 'one' }],
	])('decodes %j', (value) => {
		expect(decodeFlatted(stringify(value))).toEqual(value);
	});

	it('decodes what refers to itself', () => {
		const parent: Record<string, unknown> = { name: 'parent' };
		parent.child = { parent };
		const decoded = decodeFlatted(stringify(parent)) as { child: { parent: unknown } };
		expect(decoded.child.parent).toBe(decoded);
	});

	it('does not let data change the prototype', () => {
		const decoded = decodeFlatted('[{"__proto__":"1"},{"admin":true}]') as { admin?: boolean };
		expect(decoded.admin).toBeUndefined();
	});

	it('refuses a reference that leads nowhere', () => {
		expect(() => decodeFlatted('[{"a":"5"}]')).toThrow(RangeError);
	});
});
