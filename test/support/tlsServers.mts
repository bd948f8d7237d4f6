import { generateKeyPairSync } from 'node:crypto';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

import forge from 'node-forge';

/** Servers that speak TLS well or badly, with certificates of every kind, and what arrives at them. */

const DAY_MS = 24 * 60 * 60_000;

export interface Certificate {
	key: string;
	cert: string;
}

const pair = generateKeyPairSync('rsa', {
	modulusLength: 2048,
	privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
	publicKeyEncoding: { type: 'spki', format: 'pem' },
});

/** @param days from and until when it holds, from now */
function certificateOf(name: string, issuer: string, days: [from: number, until: number], isAuthority: boolean): Certificate {
	const cert = forge.pki.createCertificate();
	cert.publicKey = forge.pki.publicKeyFromPem(pair.publicKey);
	cert.serialNumber = `01${Date.now().toString(16).padStart(14, '0')}`;
	cert.validity.notBefore = new Date(Date.now() + days[0] * DAY_MS);
	cert.validity.notAfter = new Date(Date.now() + days[1] * DAY_MS);
	cert.setSubject([{ name: 'commonName', value: name }]);
	cert.setIssuer([{ name: 'commonName', value: issuer }]);
	const names = [{ type: 2, value: name }, ...(name === 'localhost' ? [{ type: 7, ip: '127.0.0.1' }] : [])];
	cert.setExtensions([{ name: 'basicConstraints', cA: isAuthority }, { name: 'subjectAltName', altNames: names }]);
	cert.sign(forge.pki.privateKeyFromPem(pair.privateKey), forge.md.sha256.create());
	return { key: pair.privateKey, cert: forge.pki.certificateToPem(cert) };
}

const AUTHORITY = 'KESS test authority';

/** Who has issued the certificates that are not self-signed. */
export const authority = certificateOf(AUTHORITY, AUTHORITY, [-10, 10], true);

export const certificates = {
	good: certificateOf('localhost', AUTHORITY, [-1, 10], false),
	selfSigned: certificateOf('localhost', 'localhost', [-1, 10], false),
	expired: certificateOf('localhost', AUTHORITY, [-5, -1], false),
	notYetValid: certificateOf('localhost', AUTHORITY, [1, 10], false),
	otherHost: certificateOf('elsewhere.example', AUTHORITY, [-1, 10], false),
};

/** A server and how many bytes of requests have come out of its encryption, or simply to it. */
export interface Listening {
	port: number;
	/** What has been received of requests. */
	received(): string;
	stop(): void;
}

async function listening(server: Server | HttpsServer, received: () => string): Promise<Listening> {
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.on('error', () => undefined);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
	return {
		port: (server.address() as AddressInfo).port,
		received,
		stop: () => {
			server.close();
			for (const socket of sockets) socket.destroy();
		},
	};
}

/** A gateway behind TLS that answers every request with an empty object. */
export async function tlsServer({ key, cert }: Certificate, version?: 'TLSv1.2' | 'TLSv1.3', settings: { requestCert?: boolean } = {}): Promise<Listening> {
	let received = '';
	const versions = version === undefined ? {} : { minVersion: version, maxVersion: version };
	const server = createHttpsServer({ key, cert, ...versions, ...settings, rejectUnauthorized: settings.requestCert === true }, (request, response) => {
		request.resume().on('end', () => response.end('{}'));
	});
	server.on('secureConnection', (socket) => socket.on('data', (part: Buffer) => (received += part.toString('latin1'))));
	return await listening(server, () => received);
}

/** @param answer what it does as soon as something arrives */
export async function rawServer(answer: (socket: Socket, arrived: Buffer) => void): Promise<Listening> {
	let received = '';
	const server = createServer((socket) =>
		socket.on('data', (part) => {
			received += part.toString('latin1');
			answer(socket, part);
		}),
	);
	return await listening(server, () => received);
}

/** Passes everything on to a server, and writes plain text into the connection once the request has gone through. */
export async function intruder(target: Listening): Promise<Listening> {
	return await rawServer(function pass(socket, first) {
		socket.removeAllListeners('data');
		const upstream = connect(target.port, '127.0.0.1');
		upstream.on('error', () => undefined);
		upstream.on('data', (part) => void socket.write(part));
		upstream.write(first);
		socket.on('data', (part) => void upstream.write(part));
		const timer = setInterval(() => {
			if (!target.received().includes('\r\n\r\n')) return;
			clearInterval(timer);
			socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
		}, 20);
		socket.on('close', () => clearInterval(timer));
	});
}
