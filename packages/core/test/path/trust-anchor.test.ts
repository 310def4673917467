import { describe, expect, it } from 'vitest';
import { trustAnchor } from '../../src/path/index.js';
import { basicConstraints, extension, keyUsage, testKey } from '../support/certificate-builder.js';
import { hex } from '../support/der-writer.js';
import { anchor, authority, issue } from './pki.js';

describe('trustAnchor', () => {
  it.each([
    ['a key below the floor', { key: testKey('rsa-1024') }, 'PEERCERT_KEY_NOT_ALLOWED', 'RSA key of 1024 bits; 2048 is the least'],
    ['a key on another curve', { key: testKey('ec-p224') }, 'PEERCERT_KEY_NOT_ALLOWED', 'EC key on curve 1.3.132.0.33'],
    [
      'basicConstraints that cannot be read',
      { extensions: [extension('2.5.29.19', hex('0500'))] },
      'PEERCERT_CERTIFICATE_MALFORMED',
      'basicConstraints: tag 05 where 30 is expected',
    ],
    [
      'another extension that cannot be read',
      { extensions: [basicConstraints(true), extension('2.5.29.15', hex('0500'))] },
      'PEERCERT_CERTIFICATE_MALFORMED',
      'keyUsage: tag 05 where 03 is expected',
    ],
  ] as const)('refuses %s', (_, options, code, detail) => {
    const outcome = trustAnchor(authority('root', options).certificate);
    expect(outcome).toMatchObject({ ok: false, refusal: { code, trace: [{ detail }] } });
  });

  const root = authority('root');
  it.each([
    ['version 3, cA TRUE', authority('a'), true],
    ['version 3, cA TRUE, issued by another', authority('a', { issuer: root }), true],
    ['version 3, cA FALSE', authority('a', { extensions: [basicConstraints(false)] }), false],
    ['version 3 without basicConstraints', authority('a', { extensions: [keyUsage('keyCertSign')] }), false],
    ['version 3 without extensions', issue('a', { version: 3 }), false],
    ['version 1, self-issued', issue('a', { version: 1 }), true],
    ['version 1, issued by another', issue('a', { version: 1, issuer: root }), false],
    ['version 2, self-issued', issue('a', { version: 2 }), true],
    ['version 2, issued by another', issue('a', { version: 2, issuer: root }), false],
  ])('says whether it can issue: %s', (_, { certificate }, isAuthority) => {
    expect(anchor(certificate)).toMatchObject({ certificate, isAuthority });
  });

  it('gives what cannot be changed, with the key prepared', () => {
    const made = anchor(root);
    expect(Object.isFrozen(made)).toBe(true);
    expect(made.publicKey.type).toBe('ec');
  });
});
