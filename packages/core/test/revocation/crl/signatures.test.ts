import { beforeEach, describe, expect, it, vi } from 'vitest';
import { checkCrlSignature, provenKeys } from '../../../src/revocation/crl/signatures.js';
import { authority } from '../../path/pki.js';
import { testKey } from '../../support/certificate-builder.js';
import { crlOf, pause } from './lists.js';

const verified = vi.hoisted(() => ({ atOnce: 0, inSlices: 0 }));

vi.mock('../../../src/x509/index.js', async (original) => {
  const x509 = await original<typeof import('../../../src/x509/index.js')>();
  return {
    ...x509,
    verifySignature: (...inputs: Parameters<typeof x509.verifySignature>) => {
      verified.atOnce += 1;
      return x509.verifySignature(...inputs);
    },
    verifySignatureInSlices: (...inputs: Parameters<typeof x509.verifySignatureInSlices>) => {
      verified.inSlices += 1;
      return x509.verifySignatureInSlices(...inputs);
    },
  };
});

const ca = authority('ca');
const other = authority('other');
const weak = authority('weak', { key: testKey('rsa-1024'), issuer: ca });
/** More than 64 KiB. */
const long = Array.from({ length: 4_000 }, (_, i) => i);
const doesNotVerify = { code: 'PEERCERT_SIGNATURE_INVALID', detail: 'the ECDSA with SHA-256 signature does not verify' };

beforeEach(() => {
  verified.atOnce = 0;
  verified.inSlices = 0;
});

describe('the signature of a list', () => {
  it('is refused under another key, and with a key that is not allowed', () => {
    const { list } = crlOf(ca);
    expect(checkCrlSignature(list, other.certificate, pause)).toEqual(doesNotVerify);
    expect(checkCrlSignature(list, weak.certificate, pause)).toEqual({
      code: 'PEERCERT_SIGNATURE_INVALID',
      detail: "the signer's key is not allowed",
    });
    expect(provenKeys(list)).toEqual(new Set());
  });

  it('is verified once a list and key', () => {
    const { list } = crlOf(ca);
    const copy = authority('ca', { key: ca.key }).certificate;
    for (let i = 0; i < 3; i++) {
      expect(checkCrlSignature(list, ca.certificate, pause)).toBeUndefined();
      expect(checkCrlSignature(list, copy, pause)).toBeUndefined();
      expect(checkCrlSignature(list, other.certificate, pause)).toEqual(doesNotVerify);
    }
    expect(verified).toEqual({ atOnce: 2, inSlices: 0 });
    expect(provenKeys(list)).toEqual(new Set([ca.certificate.spki256]));
  });

  it('of a long list is verified in slices, once for all who ask meanwhile', async () => {
    const { list } = crlOf(ca, { entries: long });
    const first = checkCrlSignature(list, ca.certificate, pause);
    expect(first).toBeInstanceOf(Promise);
    expect(checkCrlSignature(list, ca.certificate, pause)).toBe(first);
    expect(provenKeys(list).size).toBe(0);
    await first;
    expect(checkCrlSignature(list, ca.certificate, pause)).toBeUndefined();
    await checkCrlSignature(list, other.certificate, pause);
    expect(checkCrlSignature(list, other.certificate, pause)).toEqual(doesNotVerify);
    expect(provenKeys(list)).toEqual(new Set([ca.certificate.spki256]));
    expect(verified).toEqual({ atOnce: 0, inSlices: 2 });
  });

  it('is tried again when its verification was broken off', async () => {
    const { list } = crlOf(ca, { entries: Array.from({ length: 20_000 }, (_, i) => i) });
    const closed = () => Promise.reject(new Error('closed'));
    await expect(checkCrlSignature(list, ca.certificate, closed)).rejects.toThrow('closed');
    await checkCrlSignature(list, ca.certificate, pause);
    expect(checkCrlSignature(list, ca.certificate, pause)).toBeUndefined();
  });

  it('is remembered for its own key, whatever number of others were tried', () => {
    const { list } = crlOf(ca);
    expect(checkCrlSignature(list, ca.certificate, pause)).toBeUndefined();
    for (let i = 0; i < 70; i++) expect(checkCrlSignature(list, authority(`other ${i}`).certificate, pause)).toEqual(doesNotVerify);
    verified.atOnce = 0;
    expect(checkCrlSignature(list, ca.certificate, pause)).toBeUndefined();
    expect(verified.atOnce).toBe(0);
    expect(checkCrlSignature(list, authority('other 0').certificate, pause)).toEqual(doesNotVerify);
    expect(verified.atOnce).toBe(1);
  });
});
