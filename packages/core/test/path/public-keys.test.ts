import { describe, expect, it } from 'vitest';
import { publicKeyOf } from '../../src/path/public-keys.js';
import { testKey } from '../support/certificate-builder.js';
import { authority } from './pki.js';

describe('publicKeyOf', () => {
  it('refuses a key below the floor', () => {
    const { certificate } = authority('weak', { key: testKey('rsa-1024') });
    expect(publicKeyOf(certificate)).toMatchObject({ ok: false, refusal: { code: 'PEERCERT_KEY_NOT_ALLOWED' } });
  });

  it('prepares the key of a certificate once', () => {
    const { certificate } = authority('root');
    const key = publicKeyOf(certificate);
    expect(key).toMatchObject({ ok: true, value: { type: 'ec' } });
    expect(publicKeyOf(certificate)).toBe(key);
  });
});
