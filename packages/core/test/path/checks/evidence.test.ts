import { describe, expect, it } from 'vitest';
import { evidence, nameText } from '../../../src/path/checks/evidence.js';
import { issue } from '../pki.js';

describe('evidence', () => {
  it('says what was found, where, and whose certificate it is', () => {
    expect(evidence(issue({ O: 'Example', CN: 'a' }, {}).certificate, 2, 'found')).toEqual({
      detail: 'found',
      depth: 2,
      subject: 'CN=a,O=Example',
    });
  });
});

describe('nameText', () => {
  it('does not write a name that no authority would issue', () => {
    const { subject } = issue({ CN: 'a'.repeat(1_100) }, {}).certificate;
    expect(nameText(subject)).toBe(`a name of ${subject.der.length} bytes`);
  });

  it('writes all of a name of 1 KB', () => {
    const { subject } = issue({ CN: 'a'.repeat(1_000) }, {}).certificate;
    expect(nameText(subject)).toBe(`CN=${'a'.repeat(1_000)}`);
  });

  it('writes the empty name as nothing', () => {
    expect(nameText(issue('', { fields: { subject: new Uint8Array([0x30, 0x00]) } }).certificate.subject)).toBe('');
  });
});
