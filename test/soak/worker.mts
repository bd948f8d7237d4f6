import type { IDataObject } from 'n8n-workflow';

import { KessPartnerApi } from '../../credentials/KessPartnerApi.credentials.ts';
import { KessWebPayApi } from '../../credentials/KessWebPayApi.credentials.ts';
import { KessPartner } from '../../nodes/KessPartner/KessPartner.node.ts';
import { KessWebPay } from '../../nodes/KessWebPay/KessWebPay.node.ts';
import { DurableStore } from '../../sandbox/host/durableStore.mts';
import { type RunCall } from '../matrix/operations.mts';
import type { Said, Worker } from '../matrix/worker.mts';
import { SOAKED } from './soaked.mts';

/** One execution of a list, as the process that does it is asked for it. */
export interface SoakJob {
	id: number;
	/** Its name. */
	operation: string;
	call: Omit<RunCall, 'worker' | 'leaves'>;
	/** How far its clock is ahead of the real one. */
	aheadMs: number;
}

/** A process can do jobs; a request that moves money is about to leave; what was said in the end, `null` where nothing. */
export type FromWorker = { isReady: true } | { id: number; sent: string; at: number } | { id: number; said: Array<Said | null> } | { id: number; fails: string };

/** A worker process of n8n: does the jobs that it is sent, all at once, until it is killed. */
const worker: Worker = {
	nodes: {
		partner: { node: new KessPartner(), credential: new KessPartnerApi() },
		webpay: { node: new KessWebPay(), credential: new KessWebPayApi() },
	},
};

const realNow = Date.now;
const tell = (message: FromWorker) => process.send?.(message);

await new DurableStore(process.argv[2]).attach();

process.on('message', ({ id, operation, call, aheadMs }: SoakJob) => {
	Date.now = () => realNow() + aheadMs;
	const own = SOAKED.find(({ way }) => way.name === operation)?.way;
	if (own === undefined) throw new Error(`There is no operation ${operation}`);
	const leaves = (body: IDataObject) => {
		if (String(body.service).toLowerCase() !== own.pay.toLowerCase()) return;
		tell({ id, sent: own.numberOf(body, call.items) ?? '', at: Date.now() });
	};
	void own.run({ ...call, worker, leaves }, new Map()).then(
		(said) => tell({ id, said: said.map((row) => row ?? null) }),
		(error: Error) => tell({ id, fails: String(error.stack) }),
	);
});
process.on('disconnect', () => process.exit());

tell({ isReady: true });
