import { request } from 'node:https';

import { lossReason, unreachable } from '../../../kess/gateway/connection.ts';
import { authority, type Certificate, certificates, intruder, type Listening, rawServer, tlsServer } from '../../support/tlsServers.mts';

let servers: Listening[] = [];

afterEach(() => {
	for (const server of servers) server.stop();
	servers = [];
});

async function keep(server: Promise<Listening>): Promise<Listening> {
	servers.push(await server);
	return servers.at(-1) as Listening;
}

const REQUEST = '{"service":"pay"}';

/** What Node says about a request to this server. */
async function failureOf({ port }: Listening, trusted: string | undefined, rejectUnauthorized = true): Promise<Error> {
	return await new Promise((resolve, reject) => {
		const sent = request({ host: '127.0.0.1', port, method: 'POST', path: '/', agent: false, ca: trusted, rejectUnauthorized }, () => reject(new Error('There is an answer')));
		sent.on('error', resolve);
		sent.end(REQUEST);
	});
}

const origin = 'https://gateway.example';

const UNTRUSTED = /NODE_EXTRA_CA_CERTS set to the path/;

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('%s', (version) => {
	test.each<[string, Certificate, string | undefined, string, RegExp]>([
		['self-signed', certificates.selfSigned, undefined, 'its certificate is self-signed', UNTRUSTED],
		['of an issuer that is not known', certificates.good, undefined, 'its certificate cannot be verified, because this n8n does not know its issuer', UNTRUSTED],
		['expired', certificates.expired, authority.cert, 'its certificate has expired', /clock/],
		['not yet valid', certificates.notYetValid, authority.cert, 'its certificate is not yet valid', /clock/],
		['for another host', certificates.otherHost, authority.cert, 'its certificate is for another host', /Base URL/],
	])('a certificate that is %s: nothing was sent, and it is named', async (_, certificate, trusted, reason, hint) => {
		const server = await keep(tlsServer(certificate, version));
		const known = unreachable(await failureOf(server, trusted), origin);
		expect(known?.message).toBe(`KESS cannot be reached at ${origin}: ${reason}`);
		expect(known?.hint).toMatch(hint);
		expect(known?.hint).toMatch(/NODE_EXTRA_CA_CERTS.*Nothing was sent by this run\.$/);
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(server.received()).toBe('');
	});

	test('plain text in a connection that stands: it may have been sent', async () => {
		const target = await keep(tlsServer(certificates.good, version));
		const failure = await failureOf(await keep(intruder(target)), undefined, false).catch((answered: Error) => answered);
		expect(target.received()).toContain(REQUEST);
		expect(unreachable(failure, origin)).toBeUndefined();
	});
});

const alert = (number: number) => Buffer.from([21, 3, 3, 0, 2, 2, number]);

test.each<[string, Parameters<typeof rawServer>[0], RegExp, RegExp]>([
	['an http gateway', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), /what answers there does not speak https$/, /http:\/\/ instead of https:\/\//],
	['some other service', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), /what answers there does not speak https$/, /http:\/\/ instead of https:\/\//],
	['an older TLS', (socket) => socket.end(alert(70)), /could not be set up \(tlsv1 alert protocol version\)$/, /firewall/],
	['no cipher in common', (socket) => socket.end(alert(40)), /could not be set up \(sslv3 alert handshake failure\)$/, /firewall/],
	['a server that breaks off', (socket) => socket.end(alert(80)), /could not be set up \(tlsv1 alert internal error\)$/, /firewall/],
	['a connection that ends', (socket) => socket.end(), /\(TLS\) was ended before it stood$/, /firewall/],
])('https to %s: nothing was sent', async (_, answer, message, hint) => {
	const server = await keep(rawServer(answer));
	const known = unreachable(await failureOf(server, undefined), origin);
	expect(known?.message).toMatch(message);
	expect(known?.hint).toMatch(hint);
	expect(known?.hint).toMatch(/Nothing was sent by this run\.$/);
	expect(server.received()).not.toContain(REQUEST);
});

test('a server that wants a certificate of n8n says so when the request may have left already', async () => {
	const server = await keep(tlsServer(certificates.good, 'TLSv1.3', { requestCert: true }));
	const failure = await failureOf(server, undefined, false);
	expect(unreachable(failure, origin)).toBeUndefined();
	expect(lossReason(failure)).toBe('the connection broke before the answer was complete');
});

const error = (fields: object, message = 'x') => new Error('request failed', { cause: Object.assign(new Error(message), fields) });

test.each<[string, object, string, string]>([
	['its address is another', { code: 'ECONNREFUSED', syscall: 'connect', address: '10.0.0.1', port: 3128 }, origin, '10.0.0.1:3128'],
	['its port is another', { code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port: 9 }, 'http://127.0.0.1:4010', '127.0.0.1:9'],
	['its host is another', { code: 'ECONNREFUSED', syscall: 'connect', address: '::1', port: 4010 }, 'http://127.0.0.1:4010', '[::1]:4010'],
	['its name is another', { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'proxy.example' }, origin, 'proxy.example'],
	['its name is another, for now', { code: 'EAI_AGAIN', syscall: 'getaddrinfo', hostname: 'proxy.example' }, origin, 'proxy.example'],
	['there is no way to it', { code: 'EHOSTUNREACH', syscall: 'connect', address: '10.0.0.1', port: 3128 }, origin, '10.0.0.1:3128'],
])('what cannot be reached is a proxy when %s', (_, fields, at, place) => {
	const known = unreachable(error(fields), at);
	expect(known?.message).toContain(`KESS was not reached, because the proxy that n8n is started with (HTTP_PROXY, HTTPS_PROXY) cannot be reached at ${place}: `);
	expect(known?.hint).toMatch(/^Nothing was sent by this run\. Check HTTP_PROXY/);
});

test.each<[string, object, string]>([
	['the host of a name', { code: 'ECONNREFUSED', syscall: 'connect', address: '203.0.113.5', port: 443 }, origin],
	['its port', { code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port: 4010 }, 'http://127.0.0.1:4010'],
	['its address in version 6', { code: 'ECONNREFUSED', syscall: 'connect', address: '::1', port: 80 }, 'http://[::1]'],
	['its name', { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'gateway.example' }, origin],
])('and the gateway when it is %s', (_, fields, at) => {
	expect(unreachable(error(fields), at)?.message).toContain(`KESS cannot be reached at ${at}: `);
});

test('where several addresses were tried, one of them tells', () => {
	const refused = (address: string) => Object.assign(new Error('x'), { code: 'ECONNREFUSED', syscall: 'connect', address, port: 3128 });
	const all = Object.assign(new AggregateError([refused('::1'), refused('127.0.0.1')]), { code: 'ECONNREFUSED' });
	expect(unreachable(all, 'http://localhost:4010')?.message).toContain('the proxy that n8n is started with (HTTP_PROXY, HTTPS_PROXY) cannot be reached at 127.0.0.1:3128');
});

test.each<[string, object, string?]>([
	['a broken read', { code: 'ECONNRESET', syscall: 'read' }],
	['a network that is gone later', { code: 'ENETUNREACH', syscall: 'write' }],
	['TLS that breaks while reading', { code: 'EPROTO', syscall: 'read' }, 'read EPROTO :SSL routines:x:wrong version number:'],
	['TLS with a code of its own', { code: 'ERR_SSL_WRONG_VERSION_NUMBER', reason: 'wrong version number' }],
	['a time that is up', { code: 'ETIMEDOUT' }],
])('%s leaves open whether something was sent', (...[, fields, message]) => {
	expect(unreachable(error(fields, message), origin)).toBeUndefined();
});
