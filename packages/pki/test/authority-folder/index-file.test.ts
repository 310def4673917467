import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type AuthorityIndex, emptyIndex, readIndex, writeIndex } from '../../src/authority-folder/index-file.js';
import { Failure } from '../../src/failure.js';
import { temporaryFolder } from '../temporary-folder.js';

const path = join(temporaryFolder(), 'index.json');
const times = { notBefore: '2030-01-01T00:00:00Z', notAfter: '2031-01-01T00:00:00Z' };
const entry = { serialNumber: '4f', kind: 'client', name: 'alice', subject: 'CN=alice', ...times, fingerprint256: 'ab' } as const;
const index: AuthorityIndex = {
  version: 1,
  crl: { number: 7, days: 30 },
  certificates: [entry, { ...entry, serialNumber: '50', revoked: { at: '2030-02-01T00:00:00Z', reason: 'superseded' } }],
};

describe('what is no index is refused', () => {
  test.each<[string, string]>([
    ['nothing', ''],
    ['half an index', writeIndex(index).slice(0, 100)],
    ['null', 'null'],
    ['another version', JSON.stringify({ ...index, version: 2 })],
    ['no CRL number', JSON.stringify({ ...index, crl: { days: 30 } })],
    ['no days', JSON.stringify({ ...index, crl: { number: 1, days: '30' } })],
    ['no certificates', JSON.stringify({ ...index, certificates: {} })],
    ['a certificate that is none', JSON.stringify({ ...index, certificates: ['4f'] })],
    ['a certificate without a name', JSON.stringify({ ...index, certificates: [{ ...entry, name: undefined }] })],
    ['a serial number that is none', JSON.stringify({ ...index, certificates: [{ ...entry, serialNumber: '4F' }] })],
    ['a revocation without a time', JSON.stringify({ ...index, certificates: [{ ...entry, revoked: { reason: 'superseded' } }] })],
    ['a revocation without a reason', JSON.stringify({ ...index, certificates: [{ ...entry, revoked: { at: times.notBefore } }] })],
    ['a revocation that is none', JSON.stringify({ ...index, certificates: [{ ...entry, revoked: true }] })],
  ])('%s', async (_title, text) => {
    writeFileSync(path, text);
    await expect(readIndex(path)).rejects.toThrow(
      new Failure(`${path} is damaged, or of another version of peercert: put back an intact one, from a backup`),
    );
  });

  test('and a folder', async () => {
    await expect(readIndex(join(path, '..'))).rejects.toThrow('EISDIR');
  });
});

test('an index that is written is read', async () => {
  for (const one of [index, emptyIndex]) {
    writeFileSync(path, writeIndex(one));
    expect(await readIndex(path)).toEqual(one);
  }
});

test('where there is none, there is none', async () => {
  expect(await readIndex(`${path}.absent`)).toBeUndefined();
});
