import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writePem } from '../../src/asn1/index.js';
import { createVerifier, type ReloadEvent, type Verifier, type VerifierOptions } from '../../src/verifier/index.js';
import { TestFolder } from '../sources/folder.js';
import { atOnce } from '../support/at-once.js';
import { testKey } from '../support/certificate-builder.js';
import { client, FakeSocket, intermediate, LogRecord, requestOver, requestWith, root } from './fakes.js';
import { OpenSocket } from './open-socket.js';

const [ca, other, third] = [root(), root('Other'), root('Third')];
const sub = intermediate(ca);
const alice = client(ca);
const bob = client(other, 'bob');
const pem = (...issuers: readonly { der: Uint8Array }[]): string => issuers.map(({ der }) => writePem('CERTIFICATE', der)).join('');

let folder: TestFolder;
let logger: LogRecord;
let reloads: ReloadEvent[];
const verifiers: Verifier[] = [];
const note = (event: unknown): void => void reloads.push(event as ReloadEvent);

beforeEach(() => {
  folder = new TestFolder();
  logger = new LogRecord();
  reloads = [];
  subscribe('peercert:reload', note);
});

afterEach(async () => {
  unsubscribe('peercert:reload', note);
  for (const verifier of verifiers.splice(0)) await verifier.close();
  folder.remove();
});

async function made(options: VerifierOptions): Promise<Verifier> {
  // Long, so that what is noticed was watched.
  const verifier = createVerifier({ logger, pollSeconds: 600, ...options });
  verifiers.push(verifier);
  await verifier.ready;
  return verifier;
}

const told = (verifier: Verifier, ...certificates: readonly Uint8Array[]): string => {
  const outcome = atOnce(verifier.authenticate(requestWith(certificates)));
  return outcome.ok ? outcome.value.toString() : outcome.refusal.code;
};

/** Waits until a fresh connection with these certificates is told so. */
const tells = (verifier: Verifier, expected: string, ...certificates: readonly Uint8Array[]): Promise<void> =>
  vi.waitFor(() => expect(told(verifier, ...certificates)).toBe(expected), { timeout: 30_000, interval: 5 });

describe('an authority that is taken out of its file', () => {
  it('vouches for nobody any more: at the next request of open connections, and on new ones', async () => {
    const verifier = await made({ trust: folder.write('ca.pem', pem(ca, other)) });
    const open = requestOver(new FakeSocket([alice]));
    const again = (): string => {
      const outcome = atOnce(verifier.authenticate(open));
      return outcome.ok ? 'in' : outcome.refusal.code;
    };
    expect(again()).toBe('in');
    folder.rename('ca.pem', pem(other));
    await tells(verifier, 'PEERCERT_ISSUER_UNKNOWN', alice);
    expect(again()).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect(told(verifier, bob)).toBe('CN=bob');
    expect(reloads).toEqual([
      {
        kind: 'trust',
        source: folder.at('ca.pem'),
        trustSet: 'default',
        added: [],
        removed: [{ subject: 'CN=Root', fingerprint256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      },
    ]);
    expect(logger.of('info')).toContain(`trust: ${folder.at('ca.pem')} is in force: removed CN=Root`);
  });

  it('has its open connections ended, as if revoked; those of others stay', async () => {
    const verifier = await made({ trust: folder.write('ca.pem', pem(ca, other)), closeAfterSeconds: 0 });
    const [lost, kept] = [new OpenSocket(alice), new OpenSocket(bob)];
    const heard: string[] = [];
    for (const socket of [lost, kept]) {
      expect(atOnce(verifier.authenticate(requestOver(socket))).ok).toBe(true);
      verifier.onEnd(requestOver(socket), ({ code }) => heard.push(code));
    }
    folder.rename('ca.pem', pem(other));
    await expect.poll(() => lost.destroyed).toBe(true);
    expect(heard).toEqual(['PEERCERT_ISSUER_UNKNOWN']);
    expect(kept.destroyed).toBe(false);
  });

  it('has them ended too where a request came first, and was refused', async () => {
    const verifier = await made({ trust: folder.write('ca.pem', pem(ca, other)), closeAfterSeconds: 0.2 });
    const socket = new OpenSocket(alice);
    expect(atOnce(verifier.authenticate(requestOver(socket))).ok).toBe(true);
    const trust = verifier.trust;
    folder.rename('ca.pem', pem(other));
    // As soon as it is in force, before anything that is put off: the request comes first.
    await new Promise<void>((resolve) => {
      verifier.observe({
        onTrust: () => {
          expect(atOnce(verifier.authenticate(requestOver(socket))).ok).toBe(false);
          resolve();
        },
        onClose: () => undefined,
      });
    });
    expect(verifier.trust).not.toBe(trust);
    await expect.poll(() => socket.destroyed).toBe(true);
  });
});

describe('a folder of authorities', () => {
  it('vouches for those of a file that is added, and for those of one that is taken out no more', async () => {
    folder.write('cas/one.crt', pem(ca));
    const verifier = await made({ trust: folder.at('cas') });
    expect(told(verifier, bob)).toBe('PEERCERT_ISSUER_UNKNOWN');
    folder.write('cas/two.crt', pem(other));
    await tells(verifier, 'CN=bob', bob);
    rmSync(folder.at('cas/one.crt'));
    await tells(verifier, 'PEERCERT_ISSUER_UNKNOWN', alice);
    expect(reloads.map(({ added, removed }) => [added.length, removed.length])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it('keeps what it held last when it is emptied', async () => {
    folder.write('cas/one.crt', pem(ca));
    const verifier = await made({ trust: folder.at('cas') });
    const before = verifier.trust;
    rmSync(folder.at('cas/one.crt'));
    await expect.poll(() => logger.of('warn')).toHaveLength(1);
    expect(logger.of('warn')[0]).toMatch(/^trust: .*cas holds no .*; what it held last stays in force$/);
    expect(verifier.trust).toBe(before);
    expect(told(verifier, alice)).toBe('CN=alice');
  });

  it('follows a link that is set to another folder, as Kubernetes sets ..data', async () => {
    folder.write('..1/ca.crt', pem(ca));
    folder.link('..data', '..1');
    folder.link('ca.crt', '..data/ca.crt');
    const verifier = await made({ trust: folder.at('ca.crt') });
    expect(told(verifier, alice)).toBe('CN=alice');
    folder.write('..2/ca.crt', pem(other));
    folder.link('..data', '..2');
    await tells(verifier, 'CN=bob', bob);
    expect(told(verifier, alice)).toBe('PEERCERT_ISSUER_UNKNOWN');
  });
});

describe('a file of authorities that fails', () => {
  it.each([
    ['is gone', () => rmSync(folder.at('ca.pem')), /is not there/],
    ['is cut off', () => folder.write('ca.pem', pem(ca, other).slice(0, -40)), /is damaged PEM/],
    ['holds none', () => folder.write('ca.pem', 'nothing'), /holds no certificate/],
    ['holds a key', () => folder.write('ca.pem', '-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n'), /holds a private key/],
    ['holds no root', () => folder.write('ca.pem', pem(sub)), /cannot be put in force: trust\.ca: none of these is self-signed/],
    [
      'holds a root below the floor',
      () => folder.write('ca.pem', pem(root('Weak', { key: testKey('rsa-1024') }))),
      /cannot be put in force: trust\.ca: CN=Weak/,
    ],
  ])('since it %s, keeps what it held last', async (_, fail, why) => {
    const verifier = await made({ trust: folder.write('ca.pem', pem(ca)) });
    const before = verifier.trust;
    fail();
    await expect.poll(() => logger.of('warn')).toHaveLength(1);
    expect(logger.of('warn')[0]).toMatch(why);
    expect(verifier.trust).toBe(before);
    expect(told(verifier, alice)).toBe('CN=alice');
  });

  it('for longer than keepLastGoodForSeconds lets nobody in, until it is mended', async () => {
    const verifier = await made({ trust: folder.write('ca.pem', pem(ca)), keepLastGoodForSeconds: 1 });
    folder.write('ca.pem', pem(sub));
    await tells(verifier, 'PEERCERT_NOT_READY', alice);
    expect(told(verifier, bob)).toBe('PEERCERT_NOT_READY');
    expect(logger.of('error')[0]).toMatch(/trust set 'default' lets nobody in until it is mended$/);
    folder.write('ca.pem', pem(ca));
    await tells(verifier, 'CN=alice', alice);
  });

  it('and is mended with other authorities, never lets in again whom it let in before', async () => {
    const verifier = await made({ trust: folder.write('ca.pem', pem(ca)), keepLastGoodForSeconds: 1 });
    rmSync(folder.at('ca.pem'));
    await tells(verifier, 'PEERCERT_NOT_READY', alice);
    const seen = new Set<string>();
    verifier.observe({ onTrust: () => seen.add(told(verifier, alice)), onClose: () => undefined });
    folder.write('ca.pem', pem(other));
    await tells(verifier, 'CN=bob', bob);
    expect(seen).not.toContain('CN=alice');
    expect(told(verifier, alice)).toBe('PEERCERT_ISSUER_UNKNOWN');
  });

  it('ends open connections when it counts for nothing, and leaves other trust sets alone', async () => {
    const trustSets = { staff: folder.write('staff.pem', pem(ca)), partners: folder.write('partners.pem', pem(other)) };
    const verifier = await made({ trustSets, keepLastGoodForSeconds: 1, closeAfterSeconds: 0 });
    const [staff, partner] = [new OpenSocket(alice), new OpenSocket(bob)];
    for (const socket of [staff, partner]) expect(atOnce(verifier.authenticate(requestOver(socket))).ok).toBe(true);
    rmSync(trustSets.staff);
    await expect.poll(() => staff.destroyed).toBe(true);
    expect(told(verifier, alice)).toBe('PEERCERT_NOT_READY');
    // Whom another set vouches for is known; whom nobody else vouches for may be of the one that fails.
    expect(told(verifier, bob)).toBe('CN=bob');
    expect(told(verifier, client(third, 'carol'))).toBe('PEERCERT_NOT_READY');
    expect(told(verifier, client(other, 'dave', { notAfter: '2021-01-01' }))).toBe('PEERCERT_CERTIFICATE_EXPIRED');
    expect(partner.destroyed).toBe(false);
  });

  it('throws when the verifier is made', () => {
    folder.write('ca.pem', pem(ca).slice(0, -40));
    expect(() => createVerifier({ trust: folder.at('ca.pem') })).toThrow(/^trust\.ca: .*ca\.pem is damaged PEM/);
  });
});

describe('a change of trust', () => {
  it('is none where the same certificates are written anew', async () => {
    const verifier = await made({ trust: folder.write('ca.pem', pem(ca, other)) });
    const before = verifier.trust;
    folder.rename('ca.pem', `# renewed\n${pem(other, ca)}`);
    folder.write('second.pem', pem(third));
    // Another source that changes later shows that this one was looked at.
    const second = await made({ trust: folder.at('second.pem') });
    folder.rename('second.pem', pem(other));
    await tells(second, 'CN=bob', bob);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(verifier.trust).toBe(before);
    expect(reloads).toHaveLength(1);
  });

  it('makes the set anew that changed, with nothing that was remembered of it, and no other', async () => {
    const trustSets = { staff: folder.write('staff.pem', pem(ca)), partners: folder.write('partners.pem', pem(other)) };
    const verifier = await made({ trustSets });
    const [deepAlice, deepBob] = [client(sub), client(intermediate(other, 'Partner CA'), 'bob')];
    expect(told(verifier, deepAlice, sub.der)).toBe('CN=alice');
    expect(told(verifier, deepBob, intermediate(other, 'Partner CA').der)).toBe('CN=bob');
    expect([told(verifier, deepAlice), told(verifier, deepBob)]).toEqual(['CN=alice', 'CN=bob']);
    const before = verifier.trust;
    folder.rename('staff.pem', pem(ca, third));
    await tells(verifier, 'CN=carol', client(third, 'carol'));
    expect(verifier.trust?.generation).toBe(2);
    expect(verifier.trust?.sets.get('partners')).toBe(before?.sets.get('partners'));
    expect([told(verifier, deepAlice), told(verifier, deepBob)]).toEqual(['PEERCERT_ISSUER_UNKNOWN', 'CN=bob']);
  });

  it('leaves whom the authorities in force still vouch for, though the intermediate is shown no more', async () => {
    const verifier = await made({ trust: folder.write('ca.pem', pem(ca)) });
    const socket = new FakeSocket([client(sub), sub.der]);
    const open = requestOver(socket);
    expect(atOnce(verifier.authenticate(open)).ok).toBe(true);
    socket.present(client(sub));
    folder.rename('ca.pem', pem(ca, other));
    await tells(verifier, 'CN=bob', bob);
    expect(atOnce(verifier.authenticate(open)).ok).toBe(true);
  });

  it('of intermediates acts likewise', async () => {
    folder.write('ca.pem', pem(ca));
    const verifier = await made({ trust: { ca: folder.at('ca.pem'), intermediates: folder.write('subs.pem', pem(intermediate(other))) } });
    expect(told(verifier, client(sub))).toBe('PEERCERT_ISSUER_UNKNOWN');
    folder.rename('subs.pem', pem(sub));
    await tells(verifier, 'CN=alice', client(sub));
    expect(reloads).toMatchObject([{ source: folder.at('subs.pem'), added: [{ subject: 'CN=Intermediate' }] }]);
  });

  it('comes no more after close(), and what was given as PEM or bytes stays as it was', async () => {
    const verifier = await made({ trust: [folder.write('ca.pem', pem(ca)), pem(third)] });
    folder.rename('ca.pem', pem(other));
    await tells(verifier, 'CN=bob', bob);
    expect(told(verifier, client(third, 'carol'))).toBe('CN=carol');
    const onClose = vi.fn();
    verifier.observe({ onTrust: () => expect.unreachable(), onClose });
    await verifier.close();
    expect(onClose).toHaveBeenCalledOnce();
    folder.rename('ca.pem', pem(ca));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(reloads).toHaveLength(1);
  });

  it('while a verification waits for a responder has it done again, under what is in force then', async () => {
    const asked: ServerResponse[] = [];
    const responder = createServer((_request, response) => void asked.push(response)).listen(0, '127.0.0.1');
    await once(responder, 'listening');
    const url = `http://127.0.0.1:${(responder.address() as AddressInfo).port}/`;
    const trust = folder.write('ca.pem', pem(ca));
    const verifier = await made({ trust, revocation: { ocsp: { responder: url }, allowUnavailable: 'all', allowNoInformation: 'all' } });
    const pending = [verifier.verify([alice]), verifier.authenticate(requestWith([alice]))];
    await expect.poll(() => asked.length).toBeGreaterThan(0);
    const changed = new Promise<void>((resolve) => verifier.observe({ onTrust: resolve, onClose: () => undefined }));
    folder.rename('ca.pem', pem(other));
    await changed;
    const answering = setInterval(() => asked.splice(0).forEach((response) => void response.writeHead(500).end()), 5);
    const outcomes = await Promise.all(pending);
    clearInterval(answering);
    responder.close();
    expect(outcomes.map((outcome) => (outcome.ok ? 'in' : outcome.refusal.code))).toEqual([
      'PEERCERT_ISSUER_UNKNOWN',
      'PEERCERT_ISSUER_UNKNOWN',
    ]);
  });
});
