import { describe, expect, it } from 'vitest';
import { checkBasicConstraints } from '../../../src/path/checks/basic-constraints.js';
import { basicConstraints, keyUsage } from '../../support/certificate-builder.js';
import { issue } from '../pki.js';

describe('checkBasicConstraints', () => {
  it.each([
    ['version 1', { version: 1 }, 'it issued a certificate, but is an X.509 v1 certificate, which cannot be an authority'],
    ['version 2', { version: 2 }, 'it issued a certificate, but is an X.509 v2 certificate, which cannot be an authority'],
    ['version 3 without extensions', { version: 3 }, 'it issued a certificate, but its basicConstraints are absent'],
    [
      'version 3 without basicConstraints',
      { extensions: [keyUsage('keyCertSign')] },
      'it issued a certificate, but its basicConstraints are absent',
    ],
    ['cA FALSE', { extensions: [basicConstraints(false)] }, 'it issued a certificate, but its basicConstraints say CA:FALSE'],
    [
      'cA FALSE with a path length',
      { extensions: [basicConstraints(false, 3)] },
      'it issued a certificate, but its basicConstraints say CA:FALSE',
    ],
  ] as const)('refuses %s', (_, options, detail) => {
    expect(checkBasicConstraints(issue('a', options).certificate, 1)).toMatchObject({
      code: 'PEERCERT_ISSUER_NOT_CA',
      trace: [{ detail, depth: 1, subject: 'CN=a' }],
    });
  });

  it.each([
    ['critical', basicConstraints(true)],
    ['not critical', basicConstraints(true, undefined, false)],
    ['with a path length', basicConstraints(true, 0)],
  ])('lets cA TRUE pass, %s', (_, extension) => {
    expect(checkBasicConstraints(issue('a', { extensions: [extension] }).certificate, 1)).toBeUndefined();
  });
});
