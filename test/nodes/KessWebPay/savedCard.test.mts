import type { IDataObject } from 'n8n-workflow';

import { withSandbox } from '../../support/kessSandbox.mts';
import { runWebPay } from '../../support/webPayNode.mts';

const sandbox = withSandbox();

const createLink = (parameters: IDataObject, version: 'v1' | 'v2' = 'v2') => runWebPay(sandbox, 'savedCard', 'createLink', parameters, { version });

test('gives a link to a page', async () => {
	const result = await createLink({ notifyUrl: 'http://127.0.0.1:9/card', additionalFields: { redirectUrl: 'https://shop.example/done' } });
	expect(result.error).toBeUndefined();
	expect(result.items).toMatchObject([{ json: { link: expect.stringContaining(sandbox.url) }, pairedItem: { item: 0 } }]);
	expect((await fetch(String(result.items[0]?.json.link))).status).toBe(200);
});

test('without an address it is refused before a request leaves', async () => {
	expect((await createLink({ notifyUrl: '={{ $json.nothing }}' })).error?.message).toMatch(/^Notify URL \(notifyUrl\) is empty \[item 0\]$/);
	expect((await createLink({ notifyUrl: 'http://127.0.0.1:9/card' }, 'v1')).error?.message).toMatch(/^This operation needs gateway version 2/);
});
