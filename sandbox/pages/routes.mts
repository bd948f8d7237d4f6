import type { SandboxContext, SandboxCore } from '../core.mts';
import { checked } from '../checked.mts';
import { faultName, faultRequest } from '../faults.mts';
import type { KeyRing } from '../partner/keys.mts';
import type { Ledger } from '../partner/ledger.mts';
import type { WalletStore } from '../partner/wallets.mts';
import { cipherPublicKey } from '../webpay/cardCipher.mts';
import type { Notifier } from '../webpay/notifications.mts';
import type { OrderStore } from '../webpay/orders.mts';
import { faultsPage } from './faultsPage.mts';
import { filled, readFault, readSetting } from './forms.mts';
import { ledgerPage } from './ledgerPage.mts';
import { startPage } from './startPage.mts';

/** What the pages show. */
export interface Shown {
	orders: OrderStore;
	notifier: Notifier;
	wallets: WalletStore;
	ledger: Ledger;
	/** Asked for at the first use, because making keys takes a while. */
	keys: () => KeyRing;
	n8nUrl: string;
}

/** Adds the pages of the person who tries things out, and what their buttons do. */
export function mountPages(core: SandboxCore, { orders, notifier, wallets, ledger, keys, n8nUrl }: Shown): void {
	const { app, faults, settings } = core;
	app.get('/', (c) => {
		const { q: search = '', page: number = '1' } = c.req.query();
		const { partnerPrivateKey, kessPublicKey } = keys();
		return c.html(
			startPage({
				credentials: { origin: core.origin(), n8nUrl, partnerPrivateKey, kessPublicKey, cipherPublicKey: cipherPublicKey() },
				wallets: wallets.all(),
				list: { orders: orders.all(), notifications: notifier.all(), search, number: Number(number) },
			}),
		);
	});
	app.get('/ledger', (c) => c.html(ledgerPage(ledger)));

	/** Carries out what a form asks for and shows what is set then, or what is wrong with it. */
	const act = (work: (form: Array<[string, string]>) => string) => async (c: SandboxContext) => {
		try {
			return c.redirect(`/faults#${encodeURIComponent(work(await filled(c)))}`, 303);
		} catch (error) {
			return c.html(faultsPage(faults.list(), settings.values, error instanceof Error ? error.message : String(error)), 400);
		}
	};
	app.get('/faults', (c) => c.html(faultsPage(faults.list(), settings.values)));
	app.post(
		'/faults/set',
		act((form) => {
			const fault = checked(faultRequest, readFault(form));
			faults.add(fault);
			return fault.fault;
		}),
	);
	app.post(
		'/faults/clear',
		act((form) => {
			const { fault } = Object.fromEntries(form);
			faults.clear(fault === undefined ? undefined : checked(faultName, fault));
			return fault ?? 'planned';
		}),
	);
	app.post(
		'/faults/setting',
		act((form) => {
			const { name, value } = readSetting(form, settings.values);
			settings.change({ [name]: value });
			return name;
		}),
	);
	app.post(
		'/faults/settings/reset',
		act(() => {
			settings.reset();
			return 'settings';
		}),
	);
}
