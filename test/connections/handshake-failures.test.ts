import { execFile } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createVerifier, type HandshakeFailureEvent, type ServerTlsOptions, serverTls } from '@peercert/core';
import { createAuthority, type TlsCredential } from '@peercert/pki';
import { afterAll, afterEach, expect, test } from 'vitest';
import { needs } from '../support/programs.js';
import { SClient } from '../support/s-client.js';

const root = await createAuthority({ subject: { CN: 'Root' } });
const stranger = await createAuthority({ subject: { CN: 'Stranger' } });
const { tls: own } = await root.issueServer({ dns: 'localhost' });
const { tls: mallory } = await stranger.issueClient({ subject: { CN: 'mallory' } });
const openssl = new SClient();
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => openssl.remove());

/** Starts a server, lets a client fail, and gives what is logged and told of it. */
async function failure(options: Partial<ServerTlsOptions>, client: (port: number) => Promise<unknown>) {
  const lines: string[] = [];
  const log = (_fields: object, message: string): unknown => lines.push(message);
  const verifier = createVerifier({ trust: root.certificate, logger: { debug: log, info: log, warn: log, error: log } });
  const tls = serverTls(verifier, { key: own.key as string, cert: own.cert as string, ...options });
  const server = createServer(tls.options, (_request, response) => void response.end('in'));
  tls.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let tell: (event: unknown) => void = () => undefined;
  const told = new Promise<HandshakeFailureEvent>((resolve) => {
    tell = (event) => resolve(event as HandshakeFailureEvent);
  });
  subscribe('peercert:handshake-failure', tell);
  closing.push(
    () => unsubscribe('peercert:handshake-failure', tell),
    () => server.closeAllConnections(),
    () => server.close(),
    () => verifier.close(),
  );
  await client((server.address() as AddressInfo).port);
  const { attributes } = await told;
  return { cause: attributes['peercert.handshake.cause'], line: lines.find((line) => line.startsWith('a TLS handshake failed: ')) };
}

const s_client =
  (client?: TlsCredential, ...more: string[]) =>
  (port: number) =>
    openssl.ask(port, { client, more });
const curl =
  (...args: string[]) =>
  (port: number) =>
    new Promise<void>((resolve) => {
      const host = ['--resolve', `localhost:${port}:127.0.0.1`];
      execFile('curl', ['-sS', ...host, ...args, `https://localhost:${port}/`], { timeout: 100_000 }, () => resolve());
    });
const plainCurl = (port: number) =>
  new Promise<void>((resolve) => execFile('curl', ['-sS', `http://127.0.0.1:${port}/`], { timeout: 100_000 }, () => resolve()));

const untrusting = (...version: string[]): string[] => ['-CAfile', openssl.file(stranger.certificate), '-verify_return_error', ...version];
const strict = { rejectUnauthorized: true } as const;

needs('openssl', 'curl')('a handshake that fails is explained', () => {
  test.each([
    ['openssl, of an older version', { minVersion: 'TLSv1.3' } as const, s_client(undefined, '-tls1_2'), 'version', /both sides speak/],
    ['curl, of an older version', { minVersion: 'TLSv1.3' } as const, curl('-k', '--tls-max', '1.2'), 'version', /both sides speak/],
    [
      'openssl, with other ciphers',
      { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
      s_client(undefined, '-tls1_2', '-cipher', 'ECDHE-ECDSA-AES256-GCM-SHA384'),
      'cipher',
      /compare ciphers/,
    ],
    [
      'openssl over TLS 1.2, which trusts another CA',
      {},
      s_client(undefined, ...untrusting('-tls1_2')),
      'server-untrusted',
      /does not know the CA/,
    ],
    [
      'openssl over TLS 1.3, which trusts another CA',
      {},
      s_client(undefined, ...untrusting('-tls1_3')),
      'server-untrusted',
      /does not know the CA/,
    ],
    ['curl, which trusts another CA', {}, curl('--cacert', openssl.file(stranger.certificate)), 'server-untrusted', /does not know the CA/],
    ['openssl without a certificate', strict, s_client(), 'certificate-missing', /not among those that this server names/],
    ['openssl with a certificate of another CA', strict, s_client(mallory), 'issuer-unknown', /put its CA into trust/],
    ['curl, in plain HTTP', {}, plainCurl, 'not-tls', /plain HTTP on a TLS port/],
  ])('to whoever runs the server: %s', async (_, options, client, cause, line) => {
    expect(await failure(options, client)).toEqual({ cause, line: expect.stringMatching(line) });
  });
});
