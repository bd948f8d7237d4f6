import type { WebPayService } from './service.mts';

/** Some of Bakong's members: the first ones by the codes that docs/gateway.md §4 has, the last one is made up. */
const MEMBERS = [
	{ name: 'ABA Bank', bic: 'ABAAKHPP' },
	{ name: 'ACLEDA Bank', bic: 'ACLBKHPP' },
	{ name: 'PPCBank', bic: 'PPCBKHPP' },
	{ name: 'Sathapana Bank', bic: 'SBPLKHPP' },
	{ name: 'Sandbox Microfinance', bic: 'SBOXKHPP' },
];

/** The banks and wallets that a KHQR can be paid from (docs/gateway.md §3, Bakong member). */
export const getBakongMembers: WebPayService = {
	name: 'webpay.acquire.getbakongmembers',
	versions: ['v2'],
	handle: ({ origin }) =>
		MEMBERS.map(({ name, bic }, index) => ({
			id: index + 1,
			name,
			branch_code: String(index + 1).padStart(4, '0'),
			bic,
			crypto_key_id: null,
			status: 'ACTIVE',
			logo: `${origin}/img/members/${bic.toLowerCase()}.png`,
			position: index + 1,
			payin_rate: 0,
			payout_rate: 0,
			is_display_on_app: true,
		})),
};
