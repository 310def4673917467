import { describe, expect, it } from 'vitest';
import { checkPurpose } from '../../../src/path/checks/purpose.js';
import { oids } from '../../../src/x509/index.js';
import { extendedKeyUsage } from '../../support/certificate-builder.js';
import { issue } from '../pki.js';

const { clientAuth, serverAuth } = oids.keyPurpose;

function listing(...purposes: readonly string[]) {
  return issue('a', { extensions: [extendedKeyUsage(...purposes)] }).certificate;
}

describe('checkPurpose', () => {
  it.each([
    ['serverAuth', [serverAuth], [clientAuth]],
    ['anyExtendedKeyUsage', ['anyExtendedKeyUsage'], [clientAuth]],
    ['several others', [serverAuth, 'emailProtection', '1.2.3'], [clientAuth]],
    ['what merely begins like a wanted one', [`${clientAuth}.1`, '1.3.6.1.5.5.7.3'], [clientAuth]],
    ['others where two are wanted', ['emailProtection', 'anyExtendedKeyUsage'], [clientAuth, serverAuth]],
    ['one where none is wanted', [clientAuth], []],
  ])('refuses %s', (_, listed, wanted) => {
    expect(checkPurpose(listing(...listed), 1, wanted)).toMatchObject({
      code: 'PEERCERT_PURPOSE_MISMATCH',
      trace: [{ depth: 1, subject: 'CN=a' }],
    });
  });

  it('tells what is listed, up to eight, and what is wanted', () => {
    expect(checkPurpose(listing(serverAuth, '1.2.3'), 0, [clientAuth, '1.2.4'])?.trace[0]?.detail).toBe(
      `its extendedKeyUsage lists ${serverAuth}, 1.2.3 and not ${clientAuth} or 1.2.4`,
    );
    const many = Array.from({ length: 300 }, (_, number) => `1.2.${number}`);
    expect(checkPurpose(listing(...many), 0, [clientAuth])?.trace[0]?.detail).toMatch(/lists 1\.2\.0, .*, 1\.2\.7 and not/);
  });

  it('lets whatever is listed pass where any purpose will do', () => {
    expect(checkPurpose(listing(serverAuth), 0, 'any')).toBeUndefined();
  });

  it.each([
    ['the wanted one', [clientAuth], [clientAuth]],
    ['the wanted one among others', [serverAuth, 'anyExtendedKeyUsage', clientAuth], [clientAuth]],
    ['one of two wanted', [serverAuth], [clientAuth, serverAuth]],
  ])('lets %s pass', (_, listed, wanted) => {
    expect(checkPurpose(listing(...listed), 0, wanted)).toBeUndefined();
  });

  it('lets a certificate without the extension pass', () => {
    expect(checkPurpose(issue('a', {}).certificate, 0, [clientAuth])).toBeUndefined();
  });
});
