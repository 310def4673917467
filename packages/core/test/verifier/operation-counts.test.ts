import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Guard } from '../../src/guard/index.js';
import { createVerifier, type Verifier } from '../../src/verifier/index.js';
import { atOnce } from '../support/at-once.js';
import { buildCrl, cRLNumber } from '../support/crl-builder.js';
import { client, FakeSocket, intermediate, requestOver, root } from './fakes.js';

/**
 * How often what is dear is done. Times cannot be asserted, since they are the machine's; these can, and a change that makes one of them grow should know
 * that it does.
 */
const counts = vi.hoisted(() => ({ certificates: 0, lists: 0, keys: 0, read: 0, decoded: 0 }));

vi.mock('node:crypto', async (original) => {
  const { countedCrypto } = await import('../support/counted-crypto.js');
  const counted = countedCrypto(await original(), counts);
  const createPublicKey = (...given: Parameters<typeof counted.createPublicKey>): unknown => {
    counts.keys += 1;
    return counted.createPublicKey(...given);
  };
  return { ...counted, createPublicKey };
});

vi.mock('../../src/x509/certificate.js', async (original) => {
  const real = await original<typeof import('../../src/x509/certificate.js')>();
  const readCertificate = (der: Uint8Array): unknown => {
    counts.read += 1;
    return real.readCertificate(der);
  };
  return { ...real, readCertificate };
});

vi.mock('../../src/x509/extensions/index.js', async (original) => {
  const real = await original<typeof import('../../src/x509/extensions/index.js')>();
  const decoders = Object.entries(real.extensionDecoders).map(([name, decode]) => {
    const counting = (value: Uint8Array): unknown => {
      counts.decoded += 1;
      return decode(value);
    };
    return [name, counting];
  });
  return { ...real, extensionDecoders: Object.fromEntries(decoders) };
});

const ca = root();
const issuing = intermediate(ca);
const clients = Array.from({ length: 10 }, (_, index) => client(issuing, `client ${index}`, { serialNumber: index + 1 }));
const alice = clients[0] as Uint8Array;
/** Of an end entity made by `client`. */
const extensions = 1;

function began(): Verifier {
  const verifier = createVerifier({ trust: { ca: ca.der, intermediates: issuing.der } });
  accept(verifier, new FakeSocket([client(issuing, 'somebody before')]));
  reset();
  return verifier;
}

function accept(verifier: Verifier, socket: FakeSocket): void {
  expect(atOnce(verifier.authenticate(requestOver(socket))).ok).toBe(true);
}

function reset(): void {
  Object.assign(counts, { certificates: 0, lists: 0, keys: 0, read: 0, decoded: 0 });
}

beforeEach(reset);

describe('what is done', () => {
  it('for the first client: two signatures with two keys', () => {
    const verifier = createVerifier({ trust: { ca: ca.der, intermediates: issuing.der } });
    reset();
    accept(verifier, new FakeSocket([alice]));
    // The root's key was made ready with the trust set; the intermediate's extensions are read once.
    expect(counts).toMatchObject({ certificates: 2, lists: 0, keys: 1, read: 1 });
  });

  it('for a certificate never seen, its issuer known: one signature, one read of the certificate, each extension decoded once', () => {
    const verifier = began();
    for (const der of clients) {
      const socket = new FakeSocket([der, issuing.der, ca.der]);
      accept(verifier, socket);
      expect([socket.reads, socket.chainReads]).toEqual([1, 0]);
    }
    const each = clients.length;
    expect(counts).toEqual({ certificates: each, lists: 0, keys: 0, read: each, decoded: each * extensions });
  });

  it('for a certificate that is known, on a connection of its own: one read from the socket, and nothing else', () => {
    const verifier = began();
    accept(verifier, new FakeSocket([alice]));
    reset();
    for (let time = 0; time < 10; time++) {
      const socket = new FakeSocket([alice, issuing.der]);
      accept(verifier, socket);
      expect([socket.reads, socket.chainReads]).toEqual([1, 0]);
    }
    expect(counts).toEqual({ certificates: 0, lists: 0, keys: 0, read: 0, decoded: 0 });
  });

  it('for a request on a verified connection: nothing', () => {
    const verifier = began();
    const guard = new Guard({ verifier });
    const requirement = guard.compile({ subject: { CN: 'client 0' }, trustSet: 'default' }, 'policy');
    const socket = new FakeSocket([alice]);
    const ask = () => expect(guard.decide(requestOver(socket), requirement)).toMatchObject({ ok: true });
    accept(verifier, socket);
    reset();
    // That a policy names the trust set is no reason to verify again.
    ask();
    expect(counts.certificates).toBe(0);
    reset();
    for (let time = 0; time < 10; time++) ask();
    expect([socket.reads, socket.chainReads]).toEqual([1, 0]);
    expect(counts).toEqual({ certificates: 0, lists: 0, keys: 0, read: 0, decoded: 0 });
  });

  it('for a request: its headers are not asked for, which Node.js would have to make an object of', () => {
    const guard = new Guard({ verifier: began() });
    let asked = 0;
    const request = {
      ...requestOver(new FakeSocket([alice])),
      get headers() {
        asked += 1;
        return {};
      },
    };
    expect(guard.decide(request)).toMatchObject({ ok: true });
    expect(asked).toBe(0);
  });

  it('for news of revocation: no signature of a certificate, and no read', () => {
    const verifier = began();
    const sockets = clients.map((der) => new FakeSocket([der]));
    for (const socket of sockets) accept(verifier, socket);
    reset();
    verifier.deny(Buffer.from(client(issuing, 'somebody else', { serialNumber: 99 })));
    // The certificate that is denied is read, to know which it is.
    expect(counts.read).toBe(1);
    for (const socket of sockets) accept(verifier, socket);
    expect(sockets.map(({ reads }) => reads)).toEqual(sockets.map(() => 1));
    expect(counts).toMatchObject({ certificates: 0, lists: 0, keys: 0, read: 1 });
  });

  it('for a client that is denied: no signature, on its connections and on new ones', () => {
    const verifier = began();
    const open = Array.from({ length: 5 }, () => new FakeSocket([alice]));
    for (const socket of open) accept(verifier, socket);
    verifier.deny(Buffer.from(alice));
    reset();
    for (const socket of [...open, new FakeSocket([alice]), new FakeSocket([alice])]) {
      expect(atOnce(verifier.authenticate(requestOver(socket)))).toMatchObject({ refusal: { code: 'PEERCERT_CERTIFICATE_REVOKED' } });
    }
    expect(counts).toMatchObject({ certificates: 0, lists: 0, keys: 0 });
  });

  it('for lists of revocation: one signature each, however many clients they are asked about', async () => {
    const crls = [ca, issuing].map(({ subject, key }) => buildCrl({ issuer: subject, issuerKey: key, extensions: [cRLNumber(1)] }));
    const clock = () => Date.parse('2030-01-01');
    const verifier = createVerifier({ trust: { ca: ca.der, intermediates: issuing.der }, revocation: { crl: crls }, clock });
    await verifier.ready;
    for (const der of clients) accept(verifier, new FakeSocket([der]));
    expect(counts.lists).toBe(2);
    await verifier.close();
  });

  it('for a client that sends a chain of which nothing is known: the chain is read once', () => {
    const verifier = createVerifier({ trust: ca.der });
    const socket = new FakeSocket([alice, issuing.der]);
    accept(verifier, socket);
    expect([socket.reads, socket.chainReads]).toEqual([1, 1]);
    const next = new FakeSocket([clients[1] as Uint8Array, issuing.der]);
    accept(verifier, next);
    expect([next.reads, next.chainReads]).toEqual([1, 0]);
  });

  it('for a forged certificate: one signature at each connection, since refusals are not shared', () => {
    const verifier = began();
    const forged = client({ ...issuing, key: ca.key }, 'mallory');
    const socket = new FakeSocket([forged]);
    for (let time = 0; time < 3; time++) expect(atOnce(verifier.authenticate(requestOver(socket))).ok).toBe(false);
    expect(counts.certificates).toBe(1);
    expect(atOnce(verifier.authenticate(requestOver(new FakeSocket([forged])))).ok).toBe(false);
    expect(counts.certificates).toBe(2);
  });
});
