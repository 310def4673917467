import { describe, expect, it } from 'vitest';
import { CrlIndexing, indexNow } from '../../../src/revocation/crl/indexing.js';
import { readCertificateList } from '../../../src/x509/index.js';
import { authority } from '../../path/pki.js';
import { extension } from '../../support/certificate-builder.js';
import {
  buildCrl,
  type CrlOptions,
  certificateIssuer,
  cRLNumber,
  deltaCRLIndicator,
  invalidityDate,
  issuingDistributionPoint,
  readList,
  reasonCode,
} from '../../support/crl-builder.js';
import { ascii, hex, integer, integerContent, nullValue, sequence, tlv } from '../../support/der-writer.js';
import { generalName } from '../../support/extensions.js';
import { crl } from './lists.js';

const date = tlv(0x17, ascii('290601000000Z'));
const { issuer: ca } = authority('ca').certificate;
const { issuer: other } = authority('other').certificate;
const empty = new Uint8Array(0);
const indirect = issuingDistributionPoint({ indirectCRL: true });
const issuedBy = (name: string) => certificateIssuer(generalName.directoryName(name));
const critical = (oid: string) => extension(oid, empty, true);

describe('a list is refused with', () => {
  it.each<[string, CrlOptions, string]>([
    ['what is no entry', { entries: [nullValue()] }, 'entry 1: entry: tag 05 where 30 is expected'],
    ['a malformed entry behind good ones', { entries: [1, 2, sequence(integer(3))] }, 'entry 3: revocationDate is missing'],
    [
      'a padded serial number',
      { entries: [sequence(hex('02 02 00 01'), date)] },
      'entry 1: serialNumber: INTEGER padded with a zero octet',
    ],
    ['a serial number of 81 octets', { entries: [2n ** 640n] }, 'entry 1: serialNumber of more than 80 octets'],
    [
      'a day that is none',
      { entries: [sequence(integer(1), tlv(0x17, ascii('290431000000Z')))] },
      'entry 1: revocationDate: there is no day 31 in 2029-4',
    ],
    ['data behind an entry', { entries: [sequence(integer(1), date, sequence(), nullValue())] }, 'entry 1: entry: trailing data'],
    ['an entry that runs out of the list', { entries: [hex('30 7f 02 01 01')] }, 'entry 1: entry: runs past the end of what holds it'],
    [
      'entry extensions in version 1',
      { version: 1, entries: [{ serialNumber: 1, extensions: [reasonCode(1)] }] },
      'entry 1: crlEntryExtensions in a list of version 1',
    ],
    [
      'a reason twice',
      { entries: [{ serialNumber: 1, extensions: [reasonCode(1), reasonCode(2)] }] },
      'entry 1: entry extension 2.5.29.21 twice',
    ],
    [
      'an encoded critical FALSE',
      { entries: [sequence(integer(1), date, sequence(sequence(hex('06 01 2a 01 01 00 04 00'))))] },
      'entry 1: entry extension 1.2: critical FALSE is encoded',
    ],
    [
      'a malformed extension',
      { entries: [{ serialNumber: 1, extensions: [sequence(hex('06 01 2a'))] }] },
      'entry 1: entry extension 1.2 extnValue is missing',
    ],
    [
      'data in an extension',
      { entries: [{ serialNumber: 1, extensions: [sequence(hex('06 01 2a 04 00 05 00'))] }] },
      'entry 1: entry extension 1.2: trailing data',
    ],
    [
      'a malformed reason',
      { entries: [{ serialNumber: 1, extensions: [extension('2.5.29.21', nullValue())] }] },
      'entry 1: reasonCode: tag 05 where 0a is expected',
    ],
    [
      'a malformed invalidityDate',
      { entries: [{ serialNumber: 1, extensions: [invalidityDate('2029')] }] },
      'entry 1: invalidityDate: GeneralizedTime is not YYYYMMDDhhmmssZ',
    ],
    [
      'a malformed certificateIssuer',
      { extensions: [indirect], entries: [{ serialNumber: 1, extensions: [certificateIssuer()] }] },
      'entry 1: certificateIssuer is empty',
    ],
    [
      'a certificateIssuer in a list that is not indirect',
      { entries: [{ serialNumber: 1, extensions: [issuedBy('ca')] }] },
      'entry 1: certificateIssuer in a list that is not indirect',
    ],
  ])('%s', (_, options, detail) => {
    expect(indexNow(readList(options))).toEqual({ ok: false, detail });
  });

  it('more entries than are allowed', () => {
    const list = readList({ entries: [1, 2, 3] });
    expect(indexNow(list, { maxEntries: 3 }).ok).toBe(true);
    expect(indexNow(list, { maxEntries: Number.NaN }).ok).toBe(false);
    expect(indexNow(list, { maxEntries: 2 })).toEqual({ ok: false, detail: 'entry 3: the list has more than 2 entries' });
  });
});

describe('an index', () => {
  it('finds nothing in a list without entries', () => {
    expect(crl({}).size).toBe(0);
    expect(crl({}).find(ca, integerContent(1))).toBeUndefined();
  });

  it('finds entries by the octets of the serial number, and those alone', () => {
    const numbers = [0, 1, 127, 128, 255, 256, 65535, -1, -128, 2n ** 64n, 2n ** 159n - 1n, 2n ** 159n, 2n ** 638n];
    const list = crl({ entries: numbers });
    expect(list.size).toBe(numbers.length);
    for (const number of numbers) expect(list.find(ca, integerContent(number))?.revocationDate).toBe(Date.parse('2029-06-01'));
    for (const number of [2, -2, 129, 257, 2n ** 64n + 1n, 2n ** 159n - 2n]) expect(list.find(ca, integerContent(number))).toBeUndefined();
    // The same number, but another encoding of it: nobody's serial number.
    expect(list.find(ca, hex('00 01'))).toBeUndefined();
    expect(list.find(ca, new Uint8Array(81))).toBeUndefined();
    expect(list.find(ca, empty)).toBeUndefined();
  });

  it('finds nothing about the certificates of another issuer', () => {
    expect(crl({ entries: [1] }).find(other, integerContent(1))).toBeUndefined();
    expect(crl({ entries: [1] }).find(authority({ CN: ' CA ' }).certificate.issuer, integerContent(1))).toBeDefined();
  });

  it('decodes what an entry says', () => {
    const entry = { serialNumber: 1, revocationDate: '2051-01-31', extensions: [reasonCode(6), invalidityDate('20290401000000Z')] };
    const found = crl({ entries: [entry, { serialNumber: 2, extensions: [reasonCode(4)] }, 3] });
    const one = found.find(ca, integerContent(1));
    expect(one?.reason).toBe('certificateHold');
    expect(one?.revocationDate).toBe(Date.parse('2051-01-31'));
    expect(one?.invalidityDate).toBe(Date.parse('2029-04-01'));
    expect(found.find(ca, integerContent(2))?.reason).toBe('superseded');
    expect(found.find(ca, integerContent(3))?.reason).toBe('unspecified');
    expect(found.find(ca, integerContent(3))?.invalidityDate).toBeUndefined();
  });

  it('finds entries in long form and behind them', () => {
    const long = { serialNumber: 1, extensions: [extension('1.2.3', new Uint8Array(300)), reasonCode(1)] };
    const list = crl({ entries: [long, { ...long, serialNumber: 2 ** 40 }, 3] });
    expect(list.find(ca, integerContent(1))?.reason).toBe('keyCompromise');
    expect(list.find(ca, integerContent(2 ** 40))?.reason).toBe('keyCompromise');
    expect(list.find(ca, integerContent(3))).toBeDefined();
  });

  it('takes empty entry extensions for none', () => {
    expect(crl({ entries: [sequence(integer(1), date, sequence())] }).find(ca, integerContent(1))?.reason).toBe('unspecified');
  });

  it('tells of a critical entry extension that is not known, and still finds the entry', () => {
    const list = crl({ entries: [{ serialNumber: 1, extensions: [critical('1.2.3'), critical('1.2.4')] }, 2] });
    expect(list.unsupportedEntryExtension).toBe('1.2.3');
    expect(list.find(ca, integerContent(1))).toBeDefined();
    expect(crl({ entries: [{ serialNumber: 1, extensions: [extension('1.2.3', empty)] }] }).unsupportedEntryExtension).toBeUndefined();
  });

  it('keeps the first of two entries about the same certificate', () => {
    const twice = [
      { serialNumber: 1, extensions: [reasonCode(8)] },
      { serialNumber: 1, extensions: [reasonCode(1)] },
    ];
    expect(crl({ entries: twice }).find(ca, integerContent(1))?.reason).toBe('removeFromCRL');
    expect(crl({ entries: twice }).size).toBe(2);
  });

  it('keeps in a delta CRL the one that revokes', () => {
    const [remove, revoke] = [
      { serialNumber: 1, extensions: [reasonCode(8)] },
      { serialNumber: 1, extensions: [reasonCode(1)] },
    ];
    const extensions = [cRLNumber(2), deltaCRLIndicator(1)];
    for (const entries of [
      [remove, revoke],
      [revoke, remove],
      [remove, revoke, remove],
    ]) {
      expect(crl({ entries, extensions }).find(ca, integerContent(1))?.reason).toBe('keyCompromise');
    }
  });

  it('carries the certificate issuer of an indirect list on to the entries behind it', () => {
    const list = crl({
      extensions: [indirect],
      entries: [
        1,
        { serialNumber: 2, extensions: [issuedBy('other')] },
        3,
        { serialNumber: 1, extensions: [issuedBy('third')] },
        { serialNumber: 4, extensions: [issuedBy('ca')] },
      ],
    });
    const third = authority('third').certificate.issuer;
    const found = (issuer: typeof ca) => [1, 2, 3, 4].filter((number) => list.find(issuer, integerContent(number)) !== undefined);
    expect(found(ca)).toEqual([1, 4]);
    expect(found(other)).toEqual([2, 3]);
    expect(found(third)).toEqual([1]);
    expect(found(authority('nobody').certificate.issuer)).toEqual([]);
  });

  it('keeps apart many issuers with the same serial numbers', () => {
    const entries = Array.from({ length: 60 }, (_, i) => ({ serialNumber: i % 3, extensions: [issuedBy(`ca ${Math.floor(i / 3)}`)] }));
    const list = crl({ extensions: [indirect], entries });
    for (let i = 0; i < 20; i++) {
      const { issuer } = authority(`ca ${i}`, { key: authority('ca').key }).certificate;
      expect(list.find(issuer, integerContent(2))).toBeDefined();
      expect(list.find(issuer, integerContent(3))).toBeUndefined();
    }
  });
});

describe('an index made in slices', () => {
  const entries = Array.from({ length: 3_000 }, (_, i) =>
    i % 100 === 0 ? { serialNumber: i, extensions: [extension('1.2.3', empty)] } : i,
  );

  it('is the same, however small they are', () => {
    for (const steps of [1, 7, 299, 100_000]) {
      const indexing = new CrlIndexing(readList({ entries }));
      let result = indexing.advance(steps);
      let slices = 1;
      for (; result === undefined; slices++) result = indexing.advance(steps);
      if (!result.ok) throw new Error(result.detail);
      const { value } = result;
      expect(value.size).toBe(3_000);
      expect(slices).toBeGreaterThan(steps < 300 ? 3_000 / steps : 0);
      for (let i = 0; i < 3_000; i++) expect(value.find(ca, integerContent(i))).toBeDefined();
      for (let i = 3_000; i < 6_000; i++) expect(value.find(ca, integerContent(i))).toBeUndefined();
      expect(indexing.advance(1)).toBe(result);
    }
  });

  it('stays refused', () => {
    const indexing = new CrlIndexing(readList({ entries: [1, nullValue()] }));
    expect(indexing.advance(1)).toBeUndefined();
    expect(indexing.advance(1)).toEqual({ ok: false, detail: 'entry 2: entry: tag 05 where 30 is expected' });
    expect(indexing.advance(1)?.ok).toBe(false);
  });
});

it('an index works on bytes in the middle of others', () => {
  const der = buildCrl({ entries: [1, 2] });
  const whole = new Uint8Array(der.length + 12).fill(0x30);
  whole.set(der, 5);
  const list = readCertificateList(whole.subarray(5, 5 + der.length));
  if (!list.ok) throw new Error(list.detail);
  const indexed = indexNow(list.value);
  if (!indexed.ok) throw new Error(indexed.detail);
  expect(indexed.value.find(ca, integerContent(2))?.revocationDate).toBe(Date.parse('2029-06-01'));
  expect(indexed.value.find(ca, integerContent(3))).toBeUndefined();
});
