import { randomBytes } from 'node:crypto';
import { partnerAccount } from '../accounts.mts';

/** The length of a signature under a 4096-bit key: tokens of the real gateway are long (docs/gateway.md §13, Text(1200)). */
const SIGNATURE_BYTES = 512;

const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');

/** The tokens handed out by `/partnerapi/v1/token`. They outlive a reset of the sandbox. */
export class PartnerTokens {
	/** When each token expires, in milliseconds since 1970. */
	private expiry = new Map<string, number>();

	constructor(private readonly now: () => number) {}

	/** @returns what looks like a JWT, and says nothing to anybody but this store */
	issue(lifeSeconds: number): string {
		const issuedAt = Math.floor(this.now() / 1000);
		const claims = { aud: partnerAccount.partnerId, jti: randomBytes(40).toString('hex'), iat: issuedAt, exp: issuedAt + lifeSeconds };
		const token = [part({ typ: 'JWT', alg: 'RS256' }), part(claims), randomBytes(SIGNATURE_BYTES).toString('base64url')].join('.');
		this.expiry.set(token, this.now() + lifeSeconds * 1000);
		return token;
	}

	isLive(token: string): boolean {
		return (this.expiry.get(token) ?? 0) > this.now();
	}

	/** @returns how many were live */
	expireAll(): number {
		const live = [...this.expiry.keys()].filter((token) => this.isLive(token)).length;
		this.expiry.clear();
		return live;
	}
}
