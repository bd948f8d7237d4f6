import { checked } from '../checked.mts';
import { change } from '../control.mts';
import type { SandboxCore } from '../core.mts';
import { gateway, type PartnerState } from './gateway.mts';
import type { KeyRing } from './keys.mts';
import { Ledger } from './ledger.mts';
import { login } from './login.mts';
import { forgeRsa2, opensslRsa2, type Rsa2 } from './rsa2.mts';
import { PartnerTokens } from './tokens.mts';
import { TransferStore } from './transfers.mts';
import { walletSchema, WalletStore } from './wallets.mts';

/**
 * Adds the Partner gateway, its login and the controls that concern only it.
 *
 * @param keys asked for at the first use, because making keys takes a while
 * @param fastRsa whether OpenSSL signs instead of node-forge
 * @returns what the pages show of it
 */
export function mountPartner(core: SandboxCore, keys: () => KeyRing, fastRsa: boolean): { wallets: WalletStore; ledger: Ledger } {
	const { app } = core;
	const ledger = new Ledger(core.money);
	let opened: Rsa2 | undefined;
	const state: PartnerState = {
		tokens: new PartnerTokens(core.now),
		transfers: new TransferStore(core.now, ledger),
		wallets: new WalletStore(),
		rsa2: () => (opened ??= (fastRsa ? opensslRsa2 : forgeRsa2)(keys())),
	};
	core.tokenEnds.push(() => state.tokens.expireAll());
	core.resets.push(() => {
		ledger.clear();
		state.transfers.clear();
		state.wallets.reset();
	});

	app.post('/partnerapi/v1/token', (c) => login(core, c, state.tokens));
	app.post('/partnerapi/v1/gateway', (c) => gateway(core, c, state));

	app.get('/sandbox/partner/keys', (c) => {
		const { partnerPrivateKey, kessPublicKey } = keys();
		return c.json({ partnerPrivateKey, kessPublicKey });
	});
	app.get('/sandbox/partner/ledger', (c) => c.json(ledger.report()));
	app.get('/sandbox/partner/wallets', (c) => c.json(state.wallets.all()));
	app.post('/sandbox/partner/wallets', (c) =>
		change(c, (body) => {
			state.wallets.put(checked(walletSchema, body));
			return state.wallets.all();
		}),
	);
	return { wallets: state.wallets, ledger };
}
