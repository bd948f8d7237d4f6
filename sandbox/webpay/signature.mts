import forge from 'node-forge';
import { comparePhpKeys, phpText, type PhpValue } from '../phpInput.mts';

export type SignType = 'MD5' | 'HMAC-SHA256';

export function isSignType(value: unknown): value is SignType {
	return value === 'MD5' || value === 'HMAC-SHA256';
}

/**
 * The text that is signed, without the key (docs/gateway.md §12, `toUrlParams` under PHP 8): no `sign`, no lists and objects,
 * nothing that equals an empty string, sorted by key.
 */
export function signedText(params: object): string {
	return Object.entries(params as Record<string, PhpValue>)
		.sort(([a], [b]) => comparePhpKeys(a, b))
		.flatMap(([key, value]) => {
			if (key === 'sign' || value === '' || value === null || value === false || typeof value === 'object') return [];
			return [`${key}=${phpText(value)}`];
		})
		.join('&')
		.replace(/^&+|&+$/g, '');
}

/**
 * A signature of the WebPay gateway (docs/gateway.md §12, `makeSign`; docs/gateway.md §5 for HMAC-SHA256).
 *
 * @param params decoded parameters; lists and objects among them are not covered
 * @returns lower-case hex
 */
export function webPaySign(params: object, signType: SignType, apiSecretKey: string): string {
	const message = `${signedText(params)}&key=${apiSecretKey}`;
	if (signType === 'MD5') return forge.md.md5.create().update(message, 'utf8').digest().toHex();
	const hmac = forge.hmac.create();
	hmac.start('sha256', forge.util.encodeUtf8(apiSecretKey));
	hmac.update(forge.util.encodeUtf8(message));
	return hmac.digest().toHex();
}
