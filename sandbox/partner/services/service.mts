import type { SettingValues } from '../../settings.mts';
import type { Fields } from '../fields.mts';
import type { Data } from '../phpArray.mts';
import type { PreTransfer } from '../transfer.mts';
import type { Hold, TransferStore } from '../transfers.mts';
import type { WalletStore } from '../wallets.mts';

/** A request whose sender and signature have been checked. */
export interface ServiceRequest {
	fields: Fields;
	transfers: TransferStore;
	wallets: WalletStore;
	settings: SettingValues;
	/** Look-ups show what was true then, in milliseconds since 1970. */
	seenAt: number;
	/** Set where a confirmation is not to pay at once. */
	hold: Hold | undefined;
}

export interface PartnerService {
	/** The specification's spelling, and the only one that is understood. */
	name: string;
	/** @returns `data` of the answer. @throws Refusal */
	handle(request: ServiceRequest): Data;
}

/** As it was written in the request, or as KESS knows the receiver. */
export function receiverShown(service: SettingValues['receiverAsUserId'][number], transfer: PreTransfer, settings: SettingValues): string {
	return settings.receiverAsUserId.includes(service) ? transfer.receiverUserId : transfer.receiverId;
}
