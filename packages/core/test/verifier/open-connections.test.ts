import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Refusal } from '../../src/errors/index.js';
import { createVerifier, type Verifier, type VerifierOptions } from '../../src/verifier/index.js';
import { TestFolder } from '../sources/folder.js';
import { buildCrl, cRLNumber } from '../support/crl-builder.js';
import { client, FakeClock, LogRecord, requestOver, root } from './fakes.js';
import { OpenSocket } from './open-socket.js';

/** Signatures of mallory's certificate that were verified. */
const verified = vi.hoisted(() => ({ certificates: 0 }));

vi.mock('node:crypto', async (original) => {
  const real = await original<typeof import('node:crypto')>();
  const verify = (...given: Parameters<typeof real.verify>): unknown => {
    if (Buffer.from(given[1] as Uint8Array).includes('mallory')) verified.certificates += 1;
    return real.verify(...given);
  };
  return { ...real, verify };
});

const ca = root();
const mallory = client(ca, 'mallory', { serialNumber: 7 });
const beforeExpiry = '2030-01-31T23:59:59Z';
/** Of the CRLs made here. */
const nextUpdate = '2030-02-01T00:00:00Z';

let folder: TestFolder;
let clock: FakeClock;
let verifier: Verifier;
let socket: OpenSocket;
let told: Refusal[];

beforeEach(() => {
  folder = new TestFolder();
  clock = new FakeClock(beforeExpiry);
  told = [];
});

afterEach(async () => {
  await verifier.close();
  folder.remove();
});

function writeCrl(number: number, entries: readonly number[] = [], end = nextUpdate): void {
  const extensions = [cRLNumber(number)];
  const der = buildCrl({ issuer: ca.subject, issuerKey: ca.key, entries, extensions, nextUpdate: end });
  folder.rename('crl.pem', `-----BEGIN X509 CRL-----\n${Buffer.from(der).toString('base64')}\n-----END X509 CRL-----\n`);
}

/** A connection of mallory's, accepted, with something on it that is to be told of its end. */
async function open(options: VerifierOptions = {}): Promise<void> {
  verifier = createVerifier({ trust: ca.der, clock: clock.now, closeAfterSeconds: 0.2, logger: new LogRecord(), ...options });
  await verifier.ready;
  socket = new OpenSocket(mallory);
  expect(ask()).toBe('accepted');
  verifier.onEnd(requestOver(socket), (refusal) => void told.push(refusal));
}

function ask(trustSets?: readonly string[]): string {
  const found = verifier.authenticate(requestOver(socket), trustSets);
  if (found instanceof Promise) throw new Error('nothing has to be waited for');
  return found.ok ? 'accepted' : found.refusal.code;
}

const codes = (): string[] => told.map(({ code }) => code);
const eventually = (read: () => unknown) => expect.poll(read, { interval: 10 });

describe('an open connection', () => {
  it('whose certificate is denied is told, and destroyed', async () => {
    await open();
    verifier.deny(mallory);
    await eventually(codes).toEqual(['PEERCERT_CERTIFICATE_REVOKED']);
    await eventually(() => socket.destroyed).toBe(true);
  });

  it('is told and destroyed though another request on it was refused first', async () => {
    await open();
    verifier.deny(mallory);
    expect(ask()).toBe('PEERCERT_CERTIFICATE_REVOKED');
    await eventually(codes).toEqual(['PEERCERT_CERTIFICATE_REVOKED']);
    await eventually(() => socket.destroyed).toBe(true);
  });

  it.each([
    ['without another request', () => undefined],
    ['with another request, refused', () => expect(ask()).toBe('PEERCERT_REVOCATION_UNKNOWN')],
  ])('of which nothing is known any more is told and destroyed when the grace is over, %s', async (_how, meanwhile) => {
    writeCrl(1);
    await open({ revocation: { crl: folder.at('crl.pem') } });
    clock.set(nextUpdate);
    meanwhile();
    await eventually(codes).toEqual(['PEERCERT_REVOCATION_UNKNOWN']);
    expect(socket.destroyed).toBe(true);
  });

  it('of which nothing is known any more is told at once when news come that it is revoked', async () => {
    writeCrl(1);
    await open({ revocation: { crl: folder.at('crl.pem') }, closeAfterSeconds: 60 });
    clock.set(nextUpdate);
    expect(ask()).toBe('PEERCERT_REVOCATION_UNKNOWN');
    writeCrl(2, [7], '2030-03-01T00:00:00Z');
    await eventually(codes).toEqual(['PEERCERT_CERTIFICATE_REVOKED']);
  });

  it('of which nothing was known for a while stays, and no signature of its certificates is verified again when news come', async () => {
    writeCrl(1);
    await open({ revocation: { crl: folder.at('crl.pem') }, closeAfterSeconds: 60 });
    expect(verified.certificates).toBeGreaterThan(0);
    clock.set(nextUpdate);
    expect(ask()).toBe('PEERCERT_REVOCATION_UNKNOWN');
    verified.certificates = 0;
    writeCrl(2, [8], '2030-03-01T00:00:00Z');
    await eventually(() => ask()).toBe('accepted');
    expect([verified.certificates, told.length, socket.destroyed]).toEqual([0, 0, false]);
  });

  it('stays while any trust set accepts it', async () => {
    await open({ trustSets: { others: root('Others').der } });
    expect(ask(['others'])).toBe('PEERCERT_ISSUER_UNKNOWN');
    verifier.deny({ spki256: '00'.repeat(32) });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect([told.length, socket.destroyed]).toEqual([0, false]);
    verifier.deny(mallory);
    await eventually(() => socket.destroyed).toBe(true);
  });

  it('is left alone when the verifier is closed', async () => {
    await open();
    verifier.deny(mallory);
    await verifier.close();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect([told.length, socket.destroyed]).toEqual([0, false]);
  });
});
