import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { HandledNotifications, rememberedBy } from '../../../../nodes/KessWebPay/notifications/handled.ts';

/** What a trigger does with a notification that starts the workflow. */
function start(handled: HandledNotifications, key: string, staticData: IDataObject, started = true): boolean {
	if (!handled.claim('node', [key], staticData)) return false;
	handled.store('node', [key], staticData);
	handled.settle('node', [key], started);
	return true;
}

test('each is claimed once, by each node', () => {
	const handled = new HandledNotifications();
	expect(handled.claim('node', ['SUCCESS:A'], {})).toBe(true);
	expect(handled.claim('node', ['SUCCESS:A'], {})).toBe(false);
	expect(handled.claim('node', ['CLOSED:A'], {})).toBe(true);
	expect(handled.claim('other', ['SUCCESS:A'], {})).toBe(true);
});

test('another process knows it from the static data', () => {
	const staticData: IDataObject = {};
	start(new HandledNotifications(), 'SUCCESS:A', staticData);
	const stored = JSON.parse(JSON.stringify(staticData));
	expect(new HandledNotifications().has('node', 'SUCCESS:A', stored)).toBe(true);
	expect(start(new HandledNotifications(), 'SUCCESS:A', stored)).toBe(false);
});

test('what did not start may start again', () => {
	const handled = new HandledNotifications();
	expect(start(handled, 'SUCCESS:A', {}, false)).toBe(true);
	expect(handled.has('node', 'SUCCESS:A', {})).toBe(false);
});

test('static data that another execution has overwritten is made whole, but not with what may never start', () => {
	const handled = new HandledNotifications();
	start(handled, 'SUCCESS:A', {});
	handled.claim('node', ['SUCCESS:UNDECIDED'], {});
	const staticData: IDataObject = { handled: ['SUCCESS:OLD'] };
	start(handled, 'SUCCESS:B', staticData);
	expect(staticData.handled).toEqual(['SUCCESS:OLD', 'SUCCESS:A', 'SUCCESS:B']);
	handled.store('node', ['SUCCESS:B'], staticData);
	expect(staticData.handled).toEqual(['SUCCESS:OLD', 'SUCCESS:A', 'SUCCESS:B']);
});

test('it keeps the newest 500 in static data and the newest 5,000 in the process', () => {
	const handled = new HandledNotifications();
	const staticData: IDataObject = {};
	for (let index = 0; index < 5_100; index += 1) start(handled, `SUCCESS:${index}`, staticData);
	expect(staticData.handled).toHaveLength(500);
	expect((staticData.handled as string[]).at(-1)).toBe('SUCCESS:5099');
	expect(handled.has('node', 'SUCCESS:99', {})).toBe(false);
	expect(handled.has('node', 'SUCCESS:100', {})).toBe(true);
});

test.each([undefined, null, 'text', 5, {}])('static data that somebody has spoilt (%j) is no obstacle', (spoilt) => {
	const staticData = { handled: spoilt } as IDataObject;
	expect(start(new HandledNotifications(), 'SUCCESS:A', staticData)).toBe(true);
	expect(staticData.handled).toEqual(['SUCCESS:A']);
});

test('what is stored stays stored, whatever has become of the call that brought it', () => {
	const handled = new HandledNotifications();
	const staticData: IDataObject = {};
	// The first of two has hung up before anybody could say what became of it.
	for (const key of ['SUCCESS:A', 'SUCCESS:B']) {
		handled.claim('scope', [key], staticData);
		handled.store('scope', [key], staticData);
	}
	expect(staticData.handled).toEqual(['SUCCESS:A', 'SUCCESS:B']);
	expect(new HandledNotifications().has('scope', 'SUCCESS:A', staticData)).toBe(true);
});

test('by whatever name it comes again, it is known, and the last name decides', () => {
	const handled = new HandledNotifications();
	const staticData: IDataObject = {};
	expect(handled.claim('node', ['TOLD:A', 'EVENT:A'], staticData)).toBe(true);
	handled.store('node', ['TOLD:A', 'EVENT:A'], staticData);
	handled.settle('node', ['TOLD:A', 'EVENT:A'], true);
	for (const known of [handled, new HandledNotifications()]) {
		expect(known.has('node', 'TOLD:A', staticData)).toBe(true);
		expect(known.claim('node', ['TOLD:B', 'EVENT:A'], staticData)).toBe(false);
		expect(known.claim('node', ['TOLD:A', 'EVENT:C'], structuredClone(staticData))).toBe(true);
	}
});

test('a repetition is known by its own name, too, as soon as the first has started', () => {
	const handled = new HandledNotifications();
	expect(handled.claim('node', ['FIRST', 'EVENT'], {})).toBe(true);
	expect(handled.claim('node', ['SECOND', 'EVENT'], {})).toBe(false);
	expect(handled.has('node', 'SECOND', {})).toBe(false);
	handled.settle('node', ['FIRST', 'EVENT'], true);
	expect(handled.claim('node', ['SECOND', 'EVENT'], {})).toBe(false);
	expect(handled.has('node', 'SECOND', {})).toBe(true);
});

test('what begins in the same way is found, in the process and in the static data, and nothing else', () => {
	const handled = new HandledNotifications();
	const staticData: IDataObject = {};
	start(handled, '["SUCCESS","A","1"]', staticData);
	for (const known of [handled, new HandledNotifications()]) {
		expect(known.beginningWith('["SUCCESS","A",', 'node', staticData)).toEqual(['["SUCCESS","A","1"]']);
		expect(known.beginningWith('["SUCCESS","A:1",', 'node', staticData)).toEqual([]);
		expect(known.beginningWith('["CLOSED","A",', 'node', staticData)).toEqual([]);
	}
	expect(handled.beginningWith('["SUCCESS","A",', 'other', {})).toEqual([]);
});

/** As much of n8n as the static data of a node's workflow needs. */
function webhookOf(id: string, staticData: Record<string, IDataObject>): IWebhookFunctions {
	const getWorkflowStaticData = (kind: string) => (staticData[kind] ??= {});
	return { getNode: () => ({ id }), getWorkflowStaticData } as unknown as IWebhookFunctions;
}

test("it lies under the node's id, so that neither another name nor another trigger of the workflow changes it", () => {
	const staticData: Record<string, IDataObject> = { global: { ofTheUser: 1 } };
	start(new HandledNotifications(), 'SUCCESS:A', rememberedBy(webhookOf('1', staticData)));
	const stored = JSON.parse(JSON.stringify(staticData));
	expect(Object.keys(stored)).toEqual(['global']);
	expect(stored.global.ofTheUser).toBe(1);
	expect(new HandledNotifications().has('node', 'SUCCESS:A', rememberedBy(webhookOf('1', stored)))).toBe(true);
	expect(new HandledNotifications().has('node', 'SUCCESS:A', rememberedBy(webhookOf('2', stored)))).toBe(false);
});
