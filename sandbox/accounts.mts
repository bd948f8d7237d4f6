/** The one merchant that the sandbox's WebPay gateway knows. Every value is made up: none opens anything at KESS. */
export const webPayAccount = {
	username: 'sandbox-user',
	password: 'sandbox-password',
	clientId: 'sandbox-client',
	clientSecret: 'sandbox-client-secret',
	apiSecretKey: 'sandbox-api-secret',
	/** Sent as `seller_id` on v1 and as `seller_code` on v2. */
	sellerCode: 'CU2611-100200300',
	sellerName: 'Srey Oun Online Seller',
	signType: 'MD5',
} as const;

/** The one partner that the sandbox's Partner gateway knows, made up as well. Its RSA keys are made when the sandbox starts. */
export const partnerAccount = {
	partnerId: 'sandbox-partner',
	partnerSecretKey: 'sandbox-partner-secret',
	userName: 'sandbox-partner-user',
	password: 'sandbox-partner-password',
} as const;

/** Who pays, in the eyes of those who are paid. The credential of the partner has it; logging in does not need it. */
export const senderName = 'Sunrise Garments';

/** Whose gateway it is: what tells one company from another, when all else of their logins is the same. */
export interface Company {
	sellerCode: string;
	partnerId: string;
}

/** One field of a credential form. */
export interface CredentialRow {
	/** As n8n calls it. */
	label: string;
	value: string;
	/** Chosen from a list, not typed. */
	chosen?: true;
}

/** What is to be entered in n8n's form KESS WebPay API, in its order. @param origin the sandbox's own */
export function webPayCredentialRows(origin: string): CredentialRow[] {
	return [
		{ label: 'Environment', value: 'Custom', chosen: true },
		{ label: 'Base URL', value: origin },
		{ label: 'Gateway Version', value: 'Version 2 (OAuth2)', chosen: true },
		{ label: 'Username', value: webPayAccount.username },
		{ label: 'Password', value: webPayAccount.password },
		{ label: 'Client ID', value: webPayAccount.clientId },
		{ label: 'Client Secret', value: webPayAccount.clientSecret },
		{ label: 'API Secret Key', value: webPayAccount.apiSecretKey },
		{ label: 'Signature Type', value: webPayAccount.signType, chosen: true },
		{ label: 'Seller Code', value: webPayAccount.sellerCode },
	];
}

/** The same for the form KESS Partner API, without its keys. */
export function partnerCredentialRows(origin: string): CredentialRow[] {
	return [
		{ label: 'Environment', value: 'Custom', chosen: true },
		{ label: 'Base URL', value: origin },
		{ label: 'Partner ID', value: partnerAccount.partnerId },
		{ label: 'Partner Secret Key', value: partnerAccount.partnerSecretKey },
		{ label: 'User Name', value: partnerAccount.userName },
		{ label: 'Password', value: partnerAccount.password },
	];
}

/** The wallets that can be paid, with their owners. Made up, numbers included. */
export const wallets: ReadonlyArray<readonly [userId: string, phone: string, name: string, eligible?: false]> = [
	['800100000009', '012345678', 'Sok Dara'],
	['800100000017', '012000117', 'សុខ ដារា'],
	['800100000025', '012000125', 'ចាន់ ស្រីមុំ'],
	['800100000033', '010000133', 'លី សុភា'],
	['800100000041', '096000141', 'ហេង វិចិត្រ'],
	['800100000058', '098000158', 'កែវ បុប្ផា'],
	['800100000066', '015000166', 'ទេព ចាន់ណា'],
	['800100000074', '0970000174', 'អ៊ុំ សុវណ្ណ'],
	['800100000082', '0880000182', 'នួន រតនា'],
	['800100000090', '011000190', 'ឈឹម ពិសិដ្ឋ'],
	['800100000108', '0310000208', 'យិន ស្រីល័ក្ខ'],
	['800100000116', '077000216', 'ម៉ៅ ចាន់ធូ'],
	['800100000124', '069000224', 'ពេជ្រ មករា'],
	['800100000132', '012000232', 'SOK DARA'],
	['800100000140', '010000240', 'CHAN SREYMOM'],
	['800100000157', '016000257', 'Ly Sophea'],
	['800100000165', '081000265', 'Heng Vichet'],
	['800100000173', '0710000273', 'Keo Bopha'],
	['800100000181', '092000281', "Tep Channa O'Neil"],
	['800100000199', '085000299', 'Oum Sovann'],
	['800100000207', '0960000307', 'NUON Ratana'],
	['800100000215', '070000315', 'Chhim Piseth'],
	['800100000223', '087000323', 'Yin Sreyleak'],
	['800100000231', '093000331', 'Mao Chanthou'],
	['800100000249', '086000349', 'Pich Makara'],
	['800100000256', '089000356', 'José Müller-Phan'],
	['800100000264', '017000364', 'Kim Rithy'],
	['800100000272', '012000372', 'ងួន ធីតា', false],
	['800100000280', '010000380', 'Closed Wallet', false],
];

/** Some of them by their phone numbers, and what each is good for: the first is what the fields of the node have as their example. */
export const walletsToTry: ReadonlyArray<readonly [phone: string, goodFor: string]> = [
	['012345678', 'Is paid.'],
	['012000117', 'Is paid. KESS knows the owner by a name in Khmer.'],
	['010000240', 'Has another name: with Sok Dara as Expected Receiver Name nothing is paid.'],
	['010000380', 'Is closed: KESS refuses to pay it (NOTELIGIBLE).'],
];
