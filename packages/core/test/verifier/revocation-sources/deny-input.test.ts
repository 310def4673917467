import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/errors/index.js';
import { DenyList } from '../../../src/revocation/index.js';
import { type DenyInput, denyEntries, readDenyLine } from '../../../src/verifier/revocation-sources/deny-input.js';
import { alice, ca, certificatePem, crlPem, mallory, pem } from './scene.js';

const digits = 'ab'.repeat(32);
const namesNone = 'deny: names no certificate';

describe('what names no certificate is refused', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, namesNone],
    ['null', null, namesNone],
    ['a number', 7, namesNone],
    ['the name of a file', 'mallory.crt', namesNone],
    ['no bytes', new Uint8Array(0), namesNone],
    ['a CRL as PEM', crlPem(), namesNone],
    ['a certificate with something else beside it', certificatePem(mallory) + pem('TRUSTED CERTIFICATE', alice.der), namesNone],
    ['half a PEM', certificatePem(mallory).slice(0, -30), 'deny: the PEM cannot be read'],
    ['half a certificate', mallory.der.subarray(0, 100), 'deny: the certificate cannot be read'],
    ['PEM of what is no certificate', pem('CERTIFICATE', Uint8Array.of(0x30, 0)), 'deny: the certificate cannot be read'],
    ['an object of nothing', {}, namesNone],
    ['an issuer alone', { issuer: 'CN=Root' }, namesNone],
    ['a serial number alone', { serialNumber: '01' }, namesNone],
    ['both and a key', { issuer: 'CN=Root', serialNumber: '01', spki256: digits }, namesNone],
    ['a serial number of no digits', { issuer: 'CN=Root', serialNumber: '' }, 'deny.serialNumber: expected hexadecimal digits'],
    ['a negative one', { issuer: 'CN=Root', serialNumber: '-1' }, 'deny.serialNumber: expected hexadecimal digits'],
    ['one with a prefix', { issuer: 'CN=Root', serialNumber: '0x0a' }, 'deny.serialNumber: expected hexadecimal digits'],
    ['one as a number', { issuer: 'CN=Root', serialNumber: 10 }, 'deny.serialNumber: expected hexadecimal digits'],
    ['an issuer that is no name', { issuer: 'Root', serialNumber: '01' }, "deny.issuer: 'Root'"],
    ['an issuer that is no text', { issuer: 7, serialNumber: '01' }, 'deny.issuer: expected a name'],
    ['a hash that is too short', { spki256: digits.slice(2) }, 'deny: expected a SHA-256'],
    ['a hash that is no text', { fingerprint256: 7 }, 'deny: expected a SHA-256'],
    ['a hash with other letters', { fingerprint256: `${digits.slice(1)}g` }, 'deny: expected a SHA-256'],
  ])('%s', (_, input, message) => {
    expect(() => denyEntries(input as DenyInput, 'deny')).toThrow(ConfigurationError);
    expect(() => denyEntries(input as DenyInput, 'deny')).toThrow(message);
  });
});

describe('a certificate is denied by', () => {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const colons = (hex: string) => (hex.toUpperCase().match(/../g) as string[]).join(':');
  const finds = (input: DenyInput, certificate = mallory) =>
    new DenyList(denyEntries(input, 'deny')).find(certificate, ca.certificate)?.kind;

  it.each<[string, DenyInput, string]>([
    ['its DER', mallory.der, 'issuerAndSerialNumber'],
    ['its PEM', certificatePem(mallory), 'issuerAndSerialNumber'],
    ['its PEM in bytes', Buffer.from(certificatePem(mallory)), 'issuerAndSerialNumber'],
    ['an X509Certificate', new X509Certificate(mallory.der), 'issuerAndSerialNumber'],
    ['issuer and serial number', { issuer: 'CN=Root', serialNumber: 'f00d' }, 'issuerAndSerialNumber'],
    ['issuer in another case', { issuer: 'CN=ROOT', serialNumber: 'F0:0D' }, 'issuerAndSerialNumber'],
    ['a serial number with zeros in front', { issuer: 'CN=Root', serialNumber: '0000f00d' }, 'issuerAndSerialNumber'],
    ['its key', { spki256: mallory.spki256 }, 'publicKey'],
    ['its fingerprint', { fingerprint256: sha256(mallory.der) }, 'fingerprint'],
    ['its fingerprint as openssl prints it', { fingerprint256: colons(sha256(mallory.der)) }, 'fingerprint'],
  ])('%s, and no other', (_, input, kind) => {
    expect(finds(input)).toBe(kind);
    expect(finds(input, alice)).toBeUndefined();
  });

  it('its place among several in one PEM', () => {
    expect(finds(certificatePem(alice) + certificatePem(mallory))).toBe('issuerAndSerialNumber');
  });

  it('an issuer with several attributes, from the most to the least telling, as RFC 4514 writes it', () => {
    const [entry] = denyEntries({ issuer: 'CN=CA,O=Example', serialNumber: '1' }, 'deny');
    expect(entry?.kind === 'issuerAndSerialNumber' && entry.issuer.toString()).toBe('CN=CA,O=Example');
  });
});

describe('a line of a deny list', () => {
  const neither = "is neither 'serial … issuer …', 'spki256 …' nor 'fingerprint256 …'";
  it.each([
    ['f00d', neither],
    ['serial f00d', neither],
    ['serial f00d issuer ', neither],
    ['serial issuer CN=Root', neither],
    ['spki256', neither],
    [`spki256 ${digits} ${digits}`, neither],
    [`sha256 ${digits}`, neither],
    ['serial xyz issuer CN=Root', 'line.serialNumber: expected hexadecimal digits'],
    ['serial f00d issuer Root', "line.issuer: 'Root'"],
    ['spki256 abcd', 'line: expected a SHA-256'],
  ])('is refused: %s', (line, problem) => {
    expect(readDenyLine(line)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
  });

  it.each([
    ['serial f00d issuer CN=Root', 'issuerAndSerialNumber'],
    ['SERIAL F0:0D  ISSUER  CN=Root,O=With Spaces', 'issuerAndSerialNumber'],
    [`spki256 ${digits}`, 'publicKey'],
    [`FINGERPRINT256 ${digits.toUpperCase()}`, 'fingerprint'],
  ])('is read: %s', (line, kind) => {
    const read = readDenyLine(line);
    expect(read.ok && read.entries.map((entry) => entry.kind)).toEqual([kind]);
  });
});
