import { describe, expect, it } from 'vitest';
import { DenyList, denyEntriesOf, serialNumberText } from '../../src/revocation/deny-list.js';
import { twinOf } from '../../src/revocation/signature-twin.js';
import { authority, client, read } from '../path/pki.js';
import { testKey } from '../support/certificate-builder.js';

const root = authority('root');
const alice = client(root, { serialNumber: 0xa11ce }, 'alice');
const bob = client(root, { serialNumber: 0xb0b }, 'bob');
const twin = read(twinOf(alice, root.certificate) as Uint8Array);

describe('DenyList', () => {
  it.each([
    ['issuer and serial number', { kind: 'issuerAndSerialNumber', issuer: root.certificate.subject, serialNumber: '0A:11:CE' }],
    ['what its issuer signed', denyEntriesOf(alice)[1]],
    ['its key', { kind: 'publicKey', sha256: alice.spki256 }],
    ['its fingerprint', { kind: 'fingerprint', sha256: alice.fingerprint256 }],
    ['the fingerprint of its other form', { kind: 'fingerprint', sha256: twin.fingerprint256 }],
  ] as const)('finds a certificate by %s, in both forms of its signature, and no other', (_, entry) => {
    const list = new DenyList([entry as typeof entry & object]);
    expect(list.find(alice, root.certificate)).toBe(entry);
    expect(list.find(twin, root.certificate)).toBe(entry);
    expect(list.find(bob, root.certificate)).toBeUndefined();
    expect(list.delete(entry as typeof entry & object)).toBe(true);
    expect(list.find(alice, root.certificate)).toBeUndefined();
  });

  it('tells issuers apart that gave the same serial number', () => {
    const other = authority('other');
    const list = new DenyList(denyEntriesOf(alice));
    expect(list.find(client(other, { serialNumber: 0xa11ce }), other.certificate)).toBeUndefined();
  });

  it('finds all certificates of a key', () => {
    const key = testKey('ec', 'stolen');
    const list = new DenyList([{ kind: 'publicKey', sha256: client(root, { key }).spki256 }]);
    expect(list.find(client(authority('other'), { key }, 'renewed'), root.certificate)).toBeDefined();
  });

  it('is a set', () => {
    const list = new DenyList(denyEntriesOf(alice));
    expect(denyEntriesOf(alice).map((entry) => list.add(entry))).toEqual([false, false]);
    expect(list.size).toBe(2);
    expect(denyEntriesOf(bob).map((entry) => list.delete(entry))).toEqual([false, false]);
    expect(list.has(denyEntriesOf(alice)[0] as never)).toBe(true);
    for (const entry of denyEntriesOf(alice)) list.delete(entry);
    expect(list.size).toBe(0);
  });
});

describe('serialNumberText', () => {
  it.each([
    [Uint8Array.of(0), '0'],
    [Uint8Array.of(0, 0xff), 'ff'],
    ['00:0A', 'a'],
    ['0', '0'],
    ['000', '0'],
  ])('%o is %s', (serialNumber, text) => {
    expect(serialNumberText(serialNumber)).toBe(text);
  });
});
