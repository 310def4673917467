import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ConnectionOptions, SecureVersion } from 'node:tls';
import { createVerifier, type Verifier } from '@peercert/core';
import { serverTls } from '@peercert/express';
import type { Credential } from '@peercert/pki';
import { createTestKit } from '@peercert/pki/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Heard, KeepAliveLine, type Line, line } from '../support/line.js';
import { type LiveKind, type LiveServer, startLive } from '../support/live-servers.js';

/** Whichever source the news comes from, the next request of a connection that is open knows it. */
const kit = await createTestKit();
const { root } = kit;
const folder = mkdtempSync(join(tmpdir(), 'peercert-revocation-'));
const silent = (): void => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const closing: (() => unknown)[] = [];
/** From the end of the change to the refusal, in milliseconds. */
const latencies = new Map<Source, number[]>();

afterAll(async () => {
  for (const [source, measured] of latencies) {
    const sorted = measured.sort((a, b) => a - b);
    const [median, most] = [sorted[sorted.length >> 1], sorted.at(-1)].map((value) => value?.toFixed(1));
    console.info(`refused after ${source}: ${median} ms in the median of ${sorted.length}, ${most} ms at most`);
  }
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

const sources = ['a new CRL in a file', 'a certificate added to that file', 'a line in a deny list', 'verifier.deny()'] as const;
type Source = (typeof sources)[number];

/** What the sources are made of, and how they change. */
class Scene {
  readonly clients = new Map<Source, Credential>();
  readonly verifier: Verifier;
  readonly #crl: string;
  readonly #denyList: string;

  private constructor(name: string, pem: string) {
    this.#crl = join(folder, `${name}.crl.pem`);
    this.#denyList = join(folder, `${name}.deny.txt`);
    writeFileSync(this.#crl, pem);
    writeFileSync(this.#denyList, '# nobody yet\n');
    this.verifier = createVerifier({ trust: kit.trust, logger, revocation: { crl: this.#crl, denyList: this.#denyList } });
    closing.push(() => this.verifier.close());
  }

  static async make(name: string): Promise<Scene> {
    const scene = new Scene(name, (await root.issueCrl()).pem);
    for (const source of sources) scene.clients.set(source, await root.issueClient({ subject: { CN: source } }));
    await scene.verifier.ready;
    return scene;
  }

  client(source: Source): Credential {
    return this.clients.get(source) as Credential;
  }

  /** Makes the change. */
  async revoke(source: Source): Promise<void> {
    const client = this.client(source);
    const { pem } = await root.issueCrl({ revoked: [{ certificate: this.client('a new CRL in a file') }] });
    if (source === 'a new CRL in a file') writeFileSync(this.#crl, pem);
    if (source === 'a certificate added to that file') appendFileSync(this.#crl, client.certificate);
    if (source === 'a line in a deny list') {
      appendFileSync(this.#denyList, `serial ${client.x509.serialNumber} issuer CN=Example Root CA,O=Example\n`);
    }
    if (source === 'verifier.deny()') expect(this.verifier.deny(client.certificate)).toBe(true);
  }

  async takeBack(): Promise<void> {
    const { pem } = await root.issueCrl();
    writeFileSync(this.#crl, pem);
    writeFileSync(this.#denyList, '');
    expect(this.verifier.undeny(this.client('verifier.deny()').certificate)).toBe(true);
  }
}

const accepted: Heard = expect.objectContaining({ status: 200, code: undefined });
const revoked: Heard = expect.objectContaining({ status: 403, code: 'PEERCERT_CERTIFICATE_REVOKED' });

async function until(holds: (heard: Heard) => boolean, ask: () => Promise<Heard>): Promise<Heard> {
  const end = performance.now() + 60_000;
  for (;;) {
    const heard = await ask();
    if (holds(heard) || performance.now() > end) return heard;
    // Client and server share this process, and one must not keep the other from working.
    await setTimeout(1);
  }
}

const isRefused = ({ status }: Heard): boolean => status !== 200;

function tlsFor(verifier: Verifier, options: object = {}): ReturnType<typeof serverTls>['options'] {
  return serverTls(verifier, { key: kit.https.key, cert: kit.https.cert, ...options }).options;
}

async function listen(kind: LiveKind, verifier: Verifier, tls = tlsFor(verifier)): Promise<LiveServer> {
  const server = await startLive(kind, verifier, tls);
  closing.push(() => server.close());
  return server;
}

function connected(kind: LiveKind, port: number, tls: ConnectionOptions): Line {
  const opened = line(kind === 'Fastify over HTTP/2' ? 'HTTP/2' : 'HTTP/1.1', port, tls);
  closing.push(() => opened.close());
  return opened;
}

const versions: readonly SecureVersion[] = ['TLSv1.2', 'TLSv1.3'];
const kinds: readonly LiveKind[] = ['Express', 'Fastify', 'Fastify over HTTP/2'];

describe.each(kinds.flatMap((kind) => versions.map((version) => [kind, version] as const)))('%s, %s: a connection', (kind, version) => {
  let scene: Scene;
  let port: number;
  const lines = new Map<Source, Line>();

  beforeAll(async () => {
    scene = await Scene.make(`${kind} ${version}`.replace('/', ' '));
    ({ port } = await listen(kind, scene.verifier));
    for (const source of sources) lines.set(source, open(source));
    for (const opened of lines.values()) {
      expect(await opened.ask()).toEqual(accepted);
      expect(opened.socket?.getProtocol()).toBe(version);
    }
  });

  function open(source: Source): Line {
    return connected(kind, port, { ...scene.client(source).tls, minVersion: version, maxVersion: version });
  }

  test.each(sources)('is refused at its next request after %s, and the others are not', async (source) => {
    const opened = lines.get(source) as Line;
    await scene.revoke(source);
    const begun = performance.now();
    const heard = await until(isRefused, () => opened.ask());
    latencies.set(source, [...(latencies.get(source) ?? []), performance.now() - begun]);

    // An HTTP/2 session is told that it takes no more requests; which of the two comes first, the client cannot tell.
    if (heard.status === 'closed') expect(kind).toBe('Fastify over HTTP/2');
    else expect(heard).toEqual(revoked);
    expect(opened.connections).toBe(1);
    expect(await open(source).ask()).toEqual(revoked);
    for (const other of sources.slice(sources.indexOf(source) + 1)) expect(await lines.get(other)?.ask()).toEqual(accepted);
  });

  test('is let in again when all is taken back', async () => {
    await scene.takeBack();
    for (const source of sources) {
      const again = kind === 'Fastify over HTTP/2' ? open(source) : (lines.get(source) as Line);
      expect(
        await until(
          (heard) => !isRefused(heard),
          () => again.ask(),
        ),
        source,
      ).toEqual(accepted);
      expect(again.connections).toBe(1);
    }
  });
});

describe.each(kinds.flatMap((kind) => versions.map((version) => [kind, version] as const)))(
  '%s, %s: a resumed session',
  (kind, version) => {
    test('is refused if the certificate was revoked since it began', async () => {
      const scene = await Scene.make(`resumed ${kind} ${version}`.replace('/', ' '));
      const { port } = await listen(kind, scene.verifier, tlsFor(scene.verifier, { allowSessionResumption: true }));
      const client = { ...scene.client('a new CRL in a file').tls, minVersion: version, maxVersion: version };
      const first = connected(kind, port, client);
      let session: Buffer | undefined;
      const asked = first.ask();
      await until(
        () => first.socket !== undefined,
        () => new Promise((resolve) => setImmediate(resolve, { status: 0, code: undefined })),
      );
      first.socket?.on('session', (given: Buffer) => {
        session = given;
      });
      expect(await asked).toEqual(accepted);
      await until(
        () => session !== undefined,
        () => first.ask(),
      );

      const before = connected(kind, port, { ...client, session: session as Buffer });
      expect(await before.ask()).toEqual(accepted);
      expect(before.socket?.isSessionReused()).toBe(true);
      await scene.revoke('a new CRL in a file');
      expect(await until(isRefused, () => before.ask())).not.toEqual(accepted);

      const after = connected(kind, port, { ...client, session: session as Buffer });
      expect(await after.ask()).toEqual(revoked);
      expect(after.socket?.isSessionReused()).toBe(true);
    });
  },
);

test('each of these acts within a second where nothing else keeps the machine busy', () => {
  for (const source of sources) expect(Math.min(...(latencies.get(source) ?? [])), source).toBeLessThan(1_000);
});

test('a CRL that has not come yet refuses everyone with 503, and lets them in when it comes', async () => {
  let held: ServerResponse | undefined;
  const publisher = createServer((_request, response) => {
    held = response;
  });
  await new Promise<void>((resolve) => publisher.listen(0, '127.0.0.1', resolve));
  closing.push(() => publisher.close());
  const crl = `http://127.0.0.1:${(publisher.address() as AddressInfo).port}/root.crl`;
  const verifier = createVerifier({ trust: kit.trust, logger, revocation: { crl } });
  closing.push(() => verifier.close());
  const { port } = await listen('Express', verifier);
  const [alice, carol] = [new KeepAliveLine(port, kit.clients.alice.tls), new KeepAliveLine(port, kit.clients.revoked.tls)];
  closing.push(
    () => alice.close(),
    () => carol.close(),
  );

  const unknown = { status: 503, code: 'PEERCERT_REVOCATION_UNKNOWN', retryAfter: '5' };
  expect(await alice.ask()).toEqual(unknown);
  expect(await carol.ask()).toEqual(unknown);
  await expect.poll(() => held).toBeDefined();
  held?.end(kit.crl.der);
  await verifier.ready;
  expect(await alice.ask()).toEqual(accepted);
  expect(await carol.ask()).toEqual(revoked);
  expect([alice.connections, carol.connections]).toEqual([1, 1]);
});
