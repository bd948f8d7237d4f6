import { InvalidValueError } from '../errors';
import { readChoice, withoutInvisibleEnds } from '../written/pasted';

/** What a credential has beside the published environments. */
const CUSTOM = 'custom';

/**
 * The gateway's origin for a credential.
 *
 * @param environment the credential's choice
 * @param hosts the published origins by environment (docs/gateway.md §1)
 * @param customUrl used when the environment is `custom`
 * @returns `https://host[:port]`, without a trailing slash
 * @throws InvalidValueError when the custom address is not an origin; NotSentError when the environment is none of the choices
 */
export function gatewayOrigin(
	environment: unknown,
	hosts: ReadonlyMap<string, string>,
	customUrl: unknown,
): string {
	const published = hosts.get(environmentOf(environment, hosts));
	if (published !== undefined) return published;
	const text = withoutInvisibleEnds(String(customUrl ?? '')).trim();
	if (!URL.canParse(text)) {
		throw new InvalidValueError(
			text === '' ? 'is empty' : 'is not a web address',
			'Enter the address of the gateway, for example http://127.0.0.1:4010.',
		);
	}
	const url = new URL(text);
	if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
		throw new InvalidValueError(
			'is not a plain http or https address',
			'Enter it like this: https://gateway.example.',
		);
	}
	const behind =
		(!/^\/?$/.test(url.pathname) && 'a path') ||
		(url.search !== '' && 'a question mark') ||
		(url.hash !== '' && 'a #');
	if (behind !== false) {
		throw new InvalidValueError(
			`has ${behind} after the host`,
			`Enter only ${url.origin}; the node adds the paths of the gateway itself.`,
		);
	}
	return url.origin;
}

function environmentOf(value: unknown, hosts: ReadonlyMap<string, string>): string {
	return readChoice(value, [CUSTOM, ...hosts.keys()], 'Environment in the KESS credential');
}

/**
 * Where money is real and where it is not: what was paid in one is not paid in the other. Every custom address counts as one
 * world, and so does one that is none.
 *
 * @throws NotSentError when the environment is none of the choices
 */
export function worldOf(
	environment: unknown,
	hosts: ReadonlyMap<string, string>,
	customUrl: unknown,
): string {
	const choice = environmentOf(environment, hosts);
	let origin: string | undefined;
	try {
		origin = gatewayOrigin(choice, hosts, customUrl);
	} catch {
		// The account is the same, wherever it is looked for.
	}
	return [...hosts].find(([, published]) => published === origin)?.[0] ?? CUSTOM;
}

/** Names of this machine, from which nothing goes over a network. */
const THIS_MACHINE = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * A warning for a gateway that is spoken to without encryption over a network.
 *
 * @returns sentences, or `undefined` when there is nothing to say
 */
export function plainHttpAdvice(origin: string): string | undefined {
	const { protocol, hostname } = new URL(origin);
	if (protocol === 'https:' || THIS_MACHINE.test(hostname)) return undefined;
	return `The Base URL of the credential begins with http:// and leads to another computer (${hostname}). Everybody on the way can read the password and change what is paid: use https.`;
}
