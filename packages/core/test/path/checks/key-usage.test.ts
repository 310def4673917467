import { describe, expect, it } from 'vitest';
import { checkEndEntityKeyUsage, checkIssuerKeyUsage } from '../../../src/path/checks/key-usage.js';
import type { KeyUsage } from '../../../src/x509/index.js';
import { keyUsage } from '../../support/certificate-builder.js';
import { issue } from '../pki.js';

type Usage = keyof KeyUsage;

function holding(...usages: readonly Usage[]) {
  return issue('a', { extensions: [keyUsage(...usages)] }).certificate;
}

describe('checkIssuerKeyUsage', () => {
  it.each([
    [['digitalSignature']],
    [['cRLSign']],
    [
      [
        'digitalSignature',
        'contentCommitment',
        'keyEncipherment',
        'dataEncipherment',
        'keyAgreement',
        'cRLSign',
        'encipherOnly',
        'decipherOnly',
      ],
    ],
  ] as const satisfies readonly (readonly [readonly Usage[]])[])('refuses an issuer with %s', (usages) => {
    expect(checkIssuerKeyUsage(holding(...usages), 1)).toMatchObject({
      code: 'PEERCERT_KEY_USAGE_MISMATCH',
      trace: [{ detail: 'it issued a certificate, but its keyUsage lacks keyCertSign', depth: 1, subject: 'CN=a' }],
    });
  });

  it('lets keyCertSign pass, alone and among others', () => {
    expect(checkIssuerKeyUsage(holding('keyCertSign'), 1)).toBeUndefined();
    expect(checkIssuerKeyUsage(holding('keyCertSign', 'cRLSign', 'digitalSignature'), 1)).toBeUndefined();
  });

  it('lets an issuer without the extension pass', () => {
    expect(checkIssuerKeyUsage(issue('a', {}).certificate, 1)).toBeUndefined();
  });
});

describe('checkEndEntityKeyUsage', () => {
  it.each([
    [['contentCommitment']],
    [['keyEncipherment']],
    [['dataEncipherment']],
    [['keyCertSign', 'cRLSign']],
    [['encipherOnly']],
    [['decipherOnly']],
  ] as const satisfies readonly (readonly [readonly Usage[]])[])('refuses an end entity with %s', (usages) => {
    expect(checkEndEntityKeyUsage(holding(...usages), 0)).toMatchObject({
      code: 'PEERCERT_KEY_USAGE_MISMATCH',
      trace: [{ detail: 'its keyUsage has neither digitalSignature nor keyAgreement', depth: 0, subject: 'CN=a' }],
    });
  });

  it.each([
    [['digitalSignature']],
    [['keyAgreement']],
    [['digitalSignature', 'keyEncipherment']],
    [['keyCertSign', 'digitalSignature']],
  ] as const satisfies readonly (readonly [readonly Usage[]])[])('lets an end entity with %s pass', (usages) => {
    expect(checkEndEntityKeyUsage(holding(...usages), 0)).toBeUndefined();
  });

  it('lets an end entity without the extension pass', () => {
    expect(checkEndEntityKeyUsage(issue('a', {}).certificate, 0)).toBeUndefined();
  });
});
