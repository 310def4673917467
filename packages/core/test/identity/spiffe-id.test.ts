import { describe, expect, it } from 'vitest';
import { spiffeIdOf } from '../../src/identity/spiffe-id.js';
import type { Certificate } from '../../src/x509/index.js';

const leaf = {} as Certificate;
const good = 'spiffe://prod.example/ns/payments/sa/api';

describe('a certificate has no SPIFFE ID', () => {
  it.each<[string, readonly string[]]>([
    ['without URI names', []],
    ['with two URI names', [good, 'https://a.example/']],
    ['with the same URI name twice', [good, good]],
  ])('%s', (_title, uris) => {
    expect(spiffeIdOf(leaf, uris)).toBeUndefined();
  });

  it.each([
    ['another scheme', 'https://prod.example/api'],
    ['the scheme in upper case', 'SPIFFE://prod.example/api'],
    ['no trust domain', 'spiffe:///api'],
    ['no authority', 'spiffe:prod.example/api'],
    ['no path', 'spiffe://prod.example'],
    ['the root as path', 'spiffe://prod.example/'],
    ['a slash at the end', 'spiffe://prod.example/api/'],
    ['an empty segment', 'spiffe://prod.example/ns//api'],
    ['a segment of one dot', 'spiffe://prod.example/./api'],
    ['a segment of two dots', 'spiffe://prod.example/ns/../api'],
    ['two dots at the end', 'spiffe://prod.example/ns/..'],
    ['a trust domain in upper case', 'spiffe://Prod.example/api'],
    ['a port', 'spiffe://prod.example:443/api'],
    ['a user', 'spiffe://user@prod.example/api'],
    ['a query', 'spiffe://prod.example/api?x=1'],
    ['a fragment', 'spiffe://prod.example/api#x'],
    ['an encoded octet in the path', 'spiffe://prod.example/a%70i'],
    ['an encoded octet in the trust domain', 'spiffe://prod%2eexample/api'],
    ['a character that no segment has', 'spiffe://prod.example/a:b'],
    ['a line break at the end', 'spiffe://prod.example/api\n'],
    ['a trust domain of 256 bytes', `spiffe://${'a'.repeat(256)}/api`],
    ['2049 bytes', `spiffe://prod.example/${'a'.repeat(2_049 - 'spiffe://prod.example/'.length)}`],
  ])('with %s', (_title, uri) => {
    expect(spiffeIdOf(leaf, [uri])).toBeUndefined();
  });

  it('where it can sign certificates or CRLs', () => {
    expect(spiffeIdOf({ basicConstraints: { cA: true } } as Certificate, [good])).toBeUndefined();
    expect(spiffeIdOf({ keyUsage: { keyCertSign: true } } as Certificate, [good])).toBeUndefined();
    expect(spiffeIdOf({ keyUsage: { cRLSign: true } } as Certificate, [good])).toBeUndefined();
  });
});

describe('a certificate has a SPIFFE ID', () => {
  it.each([
    good,
    'spiffe://a/b',
    'spiffe://1.2.3.4/api',
    'spiffe://a_b-c.d/A.b-C_1',
    'spiffe://prod.example/...',
    'spiffe://prod.example/.well-known',
    `spiffe://${'a'.repeat(255)}/api`,
    `spiffe://prod.example/${'a'.repeat(2_048 - 'spiffe://prod.example/'.length)}`,
  ])('%s', (uri) => {
    expect(spiffeIdOf({ basicConstraints: { cA: false }, keyUsage: { digitalSignature: true } } as Certificate, [uri])).toBe(uri);
  });
});
