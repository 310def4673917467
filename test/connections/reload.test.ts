import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createVerifier, type Verifier } from '@peercert/core';
import { mtls, serverTls } from '@peercert/fastify';
import { createAuthority } from '@peercert/pki';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { type Heard, line } from '../support/line.js';
import { type LiveKind, startLive } from '../support/live-servers.js';
import { needs } from '../support/programs.js';
import { SClient } from '../support/s-client.js';

/** What operators do to files while servers run, against real servers and clients. */
const root = await createAuthority({ subject: { CN: 'Root' } });
const other = await createAuthority({ subject: { CN: 'Other' } });
const alice = await root.issueClient({ subject: { CN: 'alice' } });
const bob = await other.issueClient({ subject: { CN: 'bob' } });
const [first, second] = [
  await root.issueServer({ subject: { CN: 'first' }, dns: 'localhost' }),
  await root.issueServer({ subject: { CN: 'second' }, dns: 'localhost' }),
];
const silent = (): void => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };

const folder = mkdtempSync(join(tmpdir(), 'peercert-reload-'));
const openssl = new SClient();
const closing: (() => unknown)[] = [];
let count = 0;

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => {
  openssl.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** A folder of a test's own. */
function place(): string {
  count += 1;
  const path = join(folder, String(count));
  mkdirSync(path);
  return path;
}

function put(path: string, content: string): string {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
  return path;
}

function verifierOf(trust: string): Verifier {
  const verifier = createVerifier({ trust, logger, closeAfterSeconds: 3 });
  closing.push(() => verifier.close());
  return verifier;
}

const until = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 30_000, interval: 10 });

describe.each<LiveKind>(['Fastify', 'Fastify over HTTP/2', 'Express'])('%s, whose CA file changes', (kind) => {
  test('refuses the next request of whom it vouched for, ends the connection, and lets in the others', async () => {
    const ca = put(join(place(), 'ca.crt'), root.certificate);
    const verifier = verifierOf(ca);
    const server = await startLive(kind, verifier, serverTls(verifier, { key: first.tls.key, cert: first.tls.cert }).options);
    closing.push(() => server.close());
    const protocol = kind === 'Fastify over HTTP/2' ? 'HTTP/2' : 'HTTP/1.1';
    const [known, late, idle] = [alice, bob, alice].map(({ tls }) => line(protocol, server.port, tls));
    for (const each of [known, late, idle]) closing.push(() => each?.close());
    expect((await idle?.ask())?.status).toBe(200);
    expect((await known?.ask())?.status).toBe(200);
    expect((await late?.ask())?.code).toBe('PEERCERT_ISSUER_UNKNOWN');
    const ended = new Promise<void>((resolve) => idle?.socket?.on('close', () => resolve()));
    const answers: Heard[] = [];
    put(ca, other.certificate);
    await until(async () => {
      answers.push((await known?.ask()) as Heard);
      expect(answers.at(-1)?.status).not.toBe(200);
    });
    // An HTTP/2 session takes no further requests as soon as it is told; over HTTP/1.1 there is time for an answer.
    if (protocol === 'HTTP/1.1') expect(answers.at(-1)).toMatchObject({ status: 403, code: 'PEERCERT_ISSUER_UNKNOWN' });
    await ended;
    const fresh = line(protocol, server.port, bob.tls);
    closing.push(() => fresh.close());
    expect((await fresh.ask()).status).toBe(200);
  });
});

async function fastify(verifier: Verifier, tls: ReturnType<typeof serverTls>): Promise<{ app: FastifyInstance; port: number }> {
  const app = Fastify({ https: tls.options, forceCloseConnections: true }) as unknown as FastifyInstance;
  await app.register(mtls, { verifier, tls });
  app.get('/', async (request) => ({ who: String(request.clientIdentity), resumed: false }));
  await app.listen({ port: 0, host: '127.0.0.1' });
  closing.push(() => app.close());
  return { app, port: (app.server.address() as AddressInfo).port };
}

needs('openssl')('openssl sees', () => {
  test('the names of the authorities that are trusted now, and no session of before', async () => {
    const ca = put(join(place(), 'ca.crt'), root.certificate);
    const verifier = verifierOf(ca);
    const tls = serverTls(verifier, { key: first.tls.key, cert: first.tls.cert, allowSessionResumption: true });
    const { port } = await fastify(verifier, tls);
    const named = (text: string): string[] => [...text.matchAll(/^CN = (\w+)$/gm)].map(([, name]) => String(name));
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      put(ca, root.certificate);
      await until(async () => expect(named((await openssl.ask(port)).text)).toEqual(['Root']));
      const session = openssl.session();
      expect((await openssl.ask(port, { client: alice.tls, version, sessionOut: session })).json).toMatchObject({ who: 'CN=alice' });
      expect((await openssl.ask(port, { client: alice.tls, version, sessionIn: session })).isResumed).toBe(true);
      put(ca, root.certificate + other.certificate);
      await until(async () => expect(named((await openssl.ask(port)).text)).toEqual(['Root', 'Other']));
      const after = await openssl.ask(port, { client: alice.tls, version, sessionIn: session });
      expect([after.isResumed, after.json]).toMatchObject([false, { who: 'CN=alice' }]);
      expect((await openssl.ask(port, { client: bob.tls, version })).json).toMatchObject({ who: 'CN=bob' });
    }
  });

  test('the certificate that certbot has renewed, with its intermediates', async () => {
    const at = place();
    const sub = await root.issueAuthority({ subject: { CN: 'Issuing' } });
    const renewed = await sub.issueServer({ subject: { CN: 'renewed' }, dns: 'localhost' });
    mkdirSync(join(at, 'archive'));
    mkdirSync(join(at, 'live'));
    const issue = (version: number, { tls }: { tls: { key: string; cert: string } }): void => {
      writeFileSync(join(at, `archive/privkey${version}.pem`), tls.key);
      writeFileSync(join(at, `archive/fullchain${version}.pem`), tls.cert);
      // As certbot does it: each link is removed and made anew, one after the other.
      for (const name of ['privkey', 'fullchain']) {
        const link = join(at, `live/${name}.pem`);
        rmSync(link, { force: true });
        symlinkSync(`../archive/${name}${version}.pem`, link);
      }
    };
    issue(1, first);
    const verifier = verifierOf(put(join(at, 'ca.crt'), root.certificate));
    const { port } = await fastify(
      verifier,
      serverTls(verifier, { key: join(at, 'live/privkey.pem'), cert: join(at, 'live/fullchain.pem') }),
    );
    const subject = async (): Promise<string | undefined> => /^ *0 s:.*CN = (\w+)$/m.exec((await openssl.ask(port)).text)?.[1];
    expect(await subject()).toBe('first');
    issue(2, renewed);
    await until(async () => expect(await subject()).toBe('renewed'));
    expect((await openssl.ask(port, { more: ['-showcerts'] })).text).toMatch(/1 s:CN = Issuing/);
  });
});

describe('nothing keeps the process', () => {
  test.each([
    ['app.close() alone', 'await app.close();'],
    ['nobody closes anything but the sockets', 'app.server.unref();'],
  ])('when %s', async (_, end) => {
    const at = place();
    const program = `
      import Fastify from 'fastify';
      import { createVerifier, mtls, serverTls } from '@peercert/fastify';
      const { trust, key, cert, denyList } = JSON.parse(process.env.SETUP);
      const verifier = createVerifier({ trust, revocation: { denyList } });
      const tls = serverTls(verifier, { key, cert });
      const app = Fastify({ https: tls.options });
      await app.register(mtls, { verifier, tls });
      await app.listen({ port: 0, host: '127.0.0.1' });
      await verifier.ready;
      ${end}
      process.stdout.write('ended');
    `;
    const setup = {
      trust: put(join(at, 'ca.crt'), root.certificate),
      denyList: put(join(at, 'deny.txt'), '# nobody yet\n'),
      key: put(join(at, 'server.key'), second.tls.key),
      cert: put(join(at, 'server.crt'), second.tls.cert),
    };
    const env = { ...process.env, SETUP: JSON.stringify(setup) };
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: import.meta.dirname,
      env,
      timeout: 30_000,
    });
    expect((await run).stdout).toBe('ended');
  });
});
