import { describe, expect, it, vi } from 'vitest';
import { createVerifier } from '../../src/verifier/index.js';
import { RecentCertificates } from '../../src/verifier/recent-certificates.js';
import { type Certificate, readCertificate } from '../../src/x509/index.js';
import { atOnce } from '../support/at-once.js';
import { client, FakeSocket, requestOver, root } from './fakes.js';

const reads = vi.hoisted(() => ({ tbs: 0 }));

vi.mock('../../src/x509/tbs-certificate.js', async (original) => {
  const real = await original<typeof import('../../src/x509/tbs-certificate.js')>();
  const readTbsCertificate = (...given: Parameters<typeof real.readTbsCertificate>): unknown => {
    reads.tbs += 1;
    return real.readTbsCertificate(...given);
  };
  return { ...real, readTbsCertificate };
});

const ca = root();

function certificate(serialNumber: number): Certificate {
  const read = readCertificate(client(ca, `client ${serialNumber}`, { serialNumber }));
  if (!read.ok) throw new Error(read.refusal.code);
  return read.value;
}

describe('of an accepted certificate', () => {
  it('what was read is let go when 256 others came after it, and read anew, the same, when it is asked for', () => {
    const recent = new RecentCertificates();
    const first = certificate(1);
    const { fingerprint256, spki256, extensions } = first;
    const before = { subject: first.subject.toString(), keyUsage: first.keyUsage, notAfter: first.notAfter, serial: first.serialNumberHex };
    recent.add(first);
    for (let number = 2; number <= 256; number++) recent.add(certificate(number));
    reads.tbs = 0;
    expect(first.extensions).toBe(extensions);
    expect(reads.tbs).toBe(0);
    recent.add(certificate(257));
    reads.tbs = 0;
    const after = { subject: first.subject.toString(), keyUsage: first.keyUsage, notAfter: first.notAfter, serial: first.serialNumberHex };
    expect(after).toEqual(before);
    expect([first.fingerprint256, first.spki256]).toEqual([fingerprint256, spki256]);
    expect(first.extensions).not.toBe(extensions);
    expect(reads.tbs).toBe(1);
  });

  it('an identity tells the same however many came after it', () => {
    const verifier = createVerifier({ trust: ca.der });
    const accept = (number: number) => {
      const outcome = atOnce(
        verifier.authenticate(requestOver(new FakeSocket([client(ca, `client ${number}`, { serialNumber: number })]))),
      );
      if (!outcome.ok) throw new Error(outcome.refusal.code);
      return outcome.value;
    };
    const [asked, neverAsked] = [accept(1), accept(2)];
    const told = asked.toJSON();
    for (let number = 3; number < 300; number++) accept(number);
    expect(asked.toJSON()).toEqual(told);
    expect(neverAsked.serialNumber).toBe('02');
    expect(neverAsked.subject.attributes.CN).toEqual(['client 2']);
  });
});
