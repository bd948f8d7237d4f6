import { randomBytes } from 'node:crypto';

interface Grant {
	accessToken: string;
	refreshToken: string;
}

const newToken = () => randomBytes(40).toString('base64url');

/** The tokens handed out by `/oauth/token`. They outlive a reset of the sandbox. */
export class TokenStore {
	/** When each access token expires, in milliseconds since 1970. */
	private expiry = new Map<string, number>();
	/** The access token each live refresh token belongs to. */
	private refreshable = new Map<string, string>();

	constructor(private readonly now: () => number) {}

	issue(lifeSeconds: number): Grant {
		const grant = { accessToken: newToken(), refreshToken: newToken() };
		this.expiry.set(grant.accessToken, this.now() + lifeSeconds * 1000);
		this.refreshable.set(grant.refreshToken, grant.accessToken);
		return grant;
	}

	isLive(accessToken: string): boolean {
		return (this.expiry.get(accessToken) ?? 0) > this.now();
	}

	/** Uses a refresh token up, and with it the access token it came with. @returns whether it was good */
	redeem(refreshToken: string): boolean {
		const accessToken = this.refreshable.get(refreshToken);
		if (accessToken === undefined) return false;
		this.refreshable.delete(refreshToken);
		this.expiry.delete(accessToken);
		return true;
	}

	/** Ends all access tokens; refresh tokens stay good. @returns how many were live */
	expireAll(): number {
		const live = [...this.expiry.keys()].filter((accessToken) => this.isLive(accessToken)).length;
		this.expiry.clear();
		return live;
	}
}
