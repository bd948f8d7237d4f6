import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

import forge from 'node-forge';

import { figure, type Section, type Table } from './report.mts';
import { mediansOfRounds, ratePerCpuSecond, type Work } from './rounds.mts';

const run = promisify(execFile);

// The compiled files, as n8n runs them.
const built = createRequire(new URL('../dist/kess/', import.meta.url));
const { signedPartnerBody } = built('./partnerRequest.js') as typeof import('../kess/partner/request.ts');
const { canonicalJson } = built('./phpJson.js') as typeof import('../kess/phpJson.ts');
const { signRsa2, verifyRsa2 } = built('./rsa2Signature.js') as typeof import('../kess/rsa2Signature.ts');
const { webPaySignature } = built('./webPaySignature.js') as typeof import('../kess/webPaySignature.ts');

const ROUNDS = 11;
const ROUND_MS = 300;
const OPENSSL_SECONDS = 1;

const TRANSFER = {
	service: 'create.unified.fundTransfer',
	out_trade_no: 'WAGE-2026-11-0001',
	receiver_id: '012000232',
	sender_name: 'Sunrise Garments រោងចក្រ',
	amount: '182.50',
	currency: 'USD',
	remark: 'Wages November',
};

const ORDER = {
	service: 'webpay.acquire.createorder',
	seller_code: 'CU2026-SELLER',
	out_trade_no: 'INV-2026-11-0001',
	body: 'Iced coffee កាហ្វេទឹកកក',
	total_amount: 16.5,
	currency: 'USD',
	login_type: 'ANONYMOUS',
	notify_url: 'https://shop.example/webhook/kess',
	expires_in: 3600,
};

const API_SECRET_KEY = 'made-up-key-of-the-bench';

/** The specification's own functions (docs/gateway.md §12, GENERATE SIGN), with the HMAC that is missing there. */
const PHP = `
[, $json, $key, $ms] = $argv;
function toUrlParams(array $params) {
	$buff = "";
	foreach ($params as $k => $v) {
		if ($k != "sign" && $v != "" && !is_array($v)) $buff .= $k . "=" . $v . "&";
	}
	return trim($buff, "&");
}
function makeSign(array $params, $key) {
	ksort($params);
	$string = toUrlParams($params) . "&key=" . $key;
	return $params["sign_type"] == "MD5" ? md5($string) : hash_hmac("sha256", $string, $key);
}
function cpuSeconds() {
	$used = getrusage();
	return $used["ru_utime.tv_sec"] + $used["ru_stime.tv_sec"] + ($used["ru_utime.tv_usec"] + $used["ru_stime.tv_usec"]) / 1e6;
}
$params = json_decode($json, true);
$calls = 0;
$before = cpuSeconds();
$end = hrtime(true) + $ms * 1e6;
while (hrtime(true) < $end) {
	for ($call = 0; $call < 10; $call++) makeSign($params, $key);
	$calls += 10;
}
echo json_encode([makeSign($params, $key), $calls / (cpuSeconds() - $before), PHP_VERSION]);
`;

/** What a program prints, or `undefined` when it is not installed. */
async function output(command: string, args: string[]): Promise<string | undefined> {
	try {
		return (await run(command, args)).stdout;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
}

/**
 * RSA operations a second of CPU time, by `openssl speed`. It takes the same operation out of a prepared context again
 * and again, without a hash, a text or base64.
 */
async function opensslSpeed(): Promise<{ sign: number; verify: number } | undefined> {
	const text = await output('openssl', ['speed', '-seconds', String(OPENSSL_SECONDS), 'rsa2048']);
	if (text === undefined) return undefined;
	const lines = text.trim().split('\n');
	// `sign verify [encrypt decrypt] sign/s verify/s [...]` over `rsa 2048 bits 0.000241s ...`.
	const heads = lines.find((line) => line.includes('sign/s'))?.trim().split(/\s+/) ?? [];
	const cells = /bits\s+(.*)/.exec(lines.at(-1) ?? '')?.[1]?.trim().split(/\s+/) ?? [];
	return { sign: Number(cells[heads.indexOf('sign/s')]), verify: Number(cells[heads.indexOf('verify/s')]) };
}

/** The same signature by PHP, signatures a second of CPU time. */
async function phpRate(params: typeof ORDER & { sign_type: string }): Promise<number | undefined> {
	const text = await output('php', ['-n', '-r', PHP, '--', JSON.stringify(params), API_SECRET_KEY, String(ROUND_MS)]);
	if (text === undefined) return undefined;
	const [signature, rate] = JSON.parse(text) as [string, number];
	if (signature !== webPaySignature(params, API_SECRET_KEY)) throw new Error('PHP and this package sign the same order differently');
	return rate;
}

const rate = (work: Work) => () => ratePerCpuSecond(work, ROUND_MS);

/** Signing with RSA2, and verifying it, beside OpenSSL alone and node-forge. */
async function partner(): Promise<Pick<Section, 'tables' | 'claims'>> {
	const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
	const forgePrivate = forge.pki.privateKeyFromPem(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
	const forgePublic = forge.pki.publicKeyFromPem(publicKey.export({ type: 'spki', format: 'pem' }).toString());
	const text = JSON.stringify(TRANSFER);
	const canonical = canonicalJson(text);
	const sign = signRsa2(canonical, privateKey);
	const forgeDigest = () => forge.md.sha256.create().update(canonical, 'utf8');
	const forgeSign = () => forge.util.encode64(forgePrivate.sign(forgeDigest()));
	if (forgeSign() !== sign) throw new Error('node-forge and this package sign the same transfer differently');

	let verifySpeed: number | undefined;
	const medians = await mediansOfRounds(
		{
			openssl: async () => {
				const speed = await opensslSpeed();
				verifySpeed = speed?.verify;
				return speed?.sign;
			},
			opensslVerify: () => verifySpeed,
			ours: rate(() => signRsa2(canonicalJson(text), privateKey)),
			whole: rate(() => signedPartnerBody(TRANSFER, privateKey)),
			oursVerify: rate(() => verifyRsa2(canonicalJson(text), sign, publicKey)),
			forge: rate(forgeSign),
			forgeVerify: rate(() => forgePublic.verify(forgeDigest().digest().bytes(), forge.util.decode64(sign))),
		},
		ROUNDS,
	);
	const missing = 'openssl is not installed';
	const { openssl, opensslVerify, ours = Number.NaN, whole, oursVerify, forge: forgeRate = Number.NaN, forgeVerify } = medians;
	const row = (what: string, measured: number | undefined, base: number | undefined) => [
		what,
		measured === undefined ? missing : figure(measured),
		measured === undefined || base === undefined ? '' : figure(measured / base),
	];
	const table: Table = {
		heads: ['RSA 2048 with SHA-256, a transfer of 7 fields', 'a second', 'of openssl speed'],
		rows: [
			row('sign: openssl speed (RSA alone)', openssl, openssl),
			row('sign: canonicalise + sign', ours, openssl),
			row('sign: the whole request (trim, write JSON, canonicalise, sign, put together)', whole, openssl),
			row('sign: node-forge, of the canonical text', forgeRate, openssl),
			row('verify: openssl speed (RSA alone)', opensslVerify, opensslVerify),
			row('verify: canonicalise + verify', oursVerify, opensslVerify),
			row('verify: node-forge, of the canonical text', forgeVerify, opensslVerify),
		],
	};
	const claims: Section['claims'] = [{ what: 'canonicalise + sign, over node-forge', measured: ours / forgeRate, bound: { atLeast: 50 } }];
	if (openssl !== undefined) claims.unshift({ what: 'canonicalise + sign, over openssl speed', measured: ours / openssl, bound: { atLeast: 0.9 } });
	return { tables: [table], claims };
}

/** Signing a WebPay order, beside the specification's PHP. */
async function webPay(): Promise<Table> {
	const md5 = { ...ORDER, sign_type: 'MD5' };
	const hmac = { ...ORDER, sign_type: 'HMAC-SHA256' };
	const medians = await mediansOfRounds(
		{
			ours: rate(() => webPaySignature(md5, API_SECRET_KEY)),
			php: () => phpRate(md5),
			oursHmac: rate(() => webPaySignature(hmac, API_SECRET_KEY)),
			phpHmac: () => phpRate(hmac),
		},
		ROUNDS,
	);
	const row = (what: string, ours = Number.NaN, php: number | undefined) => [
		what,
		figure(ours),
		php === undefined ? 'php is not installed' : figure(php),
		php === undefined ? '' : figure(ours / php),
	];
	return {
		heads: ['WebPay, an order of 10 fields', 'ours, a second', 'PHP, a second', 'ours over PHP'],
		rows: [row('string + MD5', medians.ours, medians.php), row('string + HMAC-SHA256', medians.oursHmac, medians.phpHmac)],
	};
}

/** Signatures on one core, beside others that make the same ones. */
export async function measure(): Promise<Section> {
	const { tables, claims } = await partner();
	const openssl = (await output('openssl', ['version']))?.split(' ').slice(0, 2).join(' ');
	const php = await output('php', ['-n', '-r', 'echo PHP_VERSION;']);
	const versions = [`Node ${process.versions.node} with OpenSSL ${process.versions.openssl}`, openssl && `the command ${openssl}`, php && `PHP ${php}`];
	return {
		title: 'Signing',
		text: [
			`Operations in a second of CPU time on one core, medians of ${ROUNDS} rounds in which all take turns. ${versions.filter(Boolean).join(', ')}; node-forge from node_modules. Keys are opened once, as the credential does.`,
			'`openssl speed` repeats the RSA operation alone on a prepared context; all others also hash the text and write or read base64, ours makes the text as well. PHP runs the functions of the specification, PHP\'s own compiled `ksort`, `md5` and `hash_hmac` among them, without reading the JSON.',
		],
		tables: [...tables, await webPay()],
		claims,
	};
}
