import { describe, expect, it } from 'vitest';
import { checkAuthorityExtensions } from '../../../src/path/checks/authority-extensions.js';
import { basicConstraints, generalName, nameConstraints } from '../../support/certificate-builder.js';
import { issue } from '../pki.js';

const limits = nameConstraints({ permitted: [generalName.dNSName('example.com')] });

describe('checkAuthorityExtensions', () => {
  it.each([
    ['no basicConstraints', [limits]],
    ['cA FALSE', [basicConstraints(false), limits]],
  ])('refuses nameConstraints beside %s', (_, extensions) => {
    expect(checkAuthorityExtensions(issue('a', { extensions }).certificate, 0)).toMatchObject({
      code: 'PEERCERT_CERTIFICATE_MALFORMED',
      trace: [{ detail: 'it has nameConstraints and is no authority', depth: 0, subject: 'CN=a' }],
    });
  });

  it.each([
    ['nameConstraints of an authority', [basicConstraints(true), limits]],
    ['an end entity without any', [basicConstraints(false)]],
    ['a certificate without extensions', []],
  ])('lets %s pass', (_, extensions) => {
    expect(checkAuthorityExtensions(issue('a', { extensions }).certificate, 0)).toBeUndefined();
  });
});
