import { describe, expect, it } from 'vitest';
import { readEntry } from '../../../src/revocation/crl/entry.js';
import { skipOrdinaryEntry } from '../../../src/revocation/crl/ordinary-entry.js';
import { behindEntry } from '../../../src/revocation/crl/serial-table.js';
import { invalidityDate, readList, reasonCode } from '../../support/crl-builder.js';
import { ascii, concat, hex, integer, sequence, tlv } from '../../support/der-writer.js';

const date = (digits: string) => tlv(0x17, ascii(digits));
const today = date('290601000000Z');
const reason = sequence(reasonCode(1));

function skip(entry: Uint8Array, version: 1 | 2 = 2): number {
  // Something behind it, since an entry is never the last thing in a list.
  const bytes = concat(entry, new Uint8Array(8));
  return skipOrdinaryEntry(new DataView(bytes.buffer), 0, entry.length, version);
}

describe('ordinary is', () => {
  it.each([
    ['a serial number and a date', sequence(integer(1), today)],
    ['a serial number of 20 octets', sequence(integer(2n ** 158n), today)],
    ['a negative serial number', sequence(integer(-1), today)],
    ['a reason besides', sequence(integer(1), today, reason)],
    ['the 28th of February', sequence(integer(1), date('290228000000Z'))],
    ['the 29th of February of a leap year', sequence(integer(1), date('280229000000Z'))],
    ['the 30th of April', sequence(integer(1), date('290430235959Z'))],
    ['the 31st of July', sequence(integer(1), date('290731000000Z'))],
  ])('%s', (_, entry) => {
    expect(skip(entry)).toBe(entry.length);
  });
});

describe('not ordinary is', () => {
  it.each([
    ['nothing', new Uint8Array(0)],
    ['what is no SEQUENCE', tlv(0x31, integer(1), today)],
    ['what begins with no INTEGER', sequence(tlv(0x04, hex('01')), today)],
    ['a serial number without content', sequence(hex('02 00'), today)],
    ['a serial number of more than 80 octets', sequence(integer(2n ** 640n), today)],
    ['a serial number padded with a zero octet', sequence(hex('02 02 00 01'), today)],
    ['a serial number padded with an FF octet', sequence(hex('02 02 ff ff'), today)],
    ['a serial number that runs past the entry', hex('30 03 02 50 01')],
    ['an entry that runs past the list', sequence(integer(1), today).subarray(0, -1)],
    ['a GeneralizedTime', sequence(integer(1), tlv(0x18, ascii('290601000000Z')))],
    ['a date in another zone', sequence(integer(1), date('290601000000A'))],
    ['a letter in the year', sequence(integer(1), date('2x0601000000Z'))],
    ['a sign that follows the digits', sequence(integer(1), date('29060100000:Z'))],
    ['a sign that precedes the digits', sequence(integer(1), date('2906010000/0Z'))],
    ['month 0', sequence(integer(1), date('290001000000Z'))],
    ['month 13', sequence(integer(1), date('291301000000Z'))],
    ['day 0', sequence(integer(1), date('290600000000Z'))],
    ['the 29th of February of another year', sequence(integer(1), date('290229000000Z'))],
    ['the 31st of April', sequence(integer(1), date('290431000000Z'))],
    ['hour 24', sequence(integer(1), date('290601240000Z'))],
    ['minute 60', sequence(integer(1), date('290601006000Z'))],
    ['second 60', sequence(integer(1), date('290601000060Z'))],
    ['another extension', sequence(integer(1), today, sequence(invalidityDate('20290601000000Z')))],
    ['another extension of that length', sequence(integer(1), today, hex('30 0c 30 0a 06 03 55 1d 16 04 03 0a 01 01'))],
    ['a reason of another type', sequence(integer(1), today, hex('30 0c 30 0a 06 03 55 1d 15 04 03 02 01 01'))],
    ['a reason of another length', sequence(integer(1), today, hex('30 0c 30 0a 06 03 55 1d 15 04 03 0a 02 01'))],
    ['octets behind the date', sequence(integer(1), today, hex('30'))],
  ])('%s', (_, entry) => {
    expect(skip(entry)).toBe(0);
  });

  it('a reason in a list of version 1', () => {
    expect(skip(sequence(integer(1), today, reason), 1)).toBe(0);
    expect(skip(sequence(integer(1), today), 1)).toBe(18 + 2);
  });
});

it('a day is ordinary when the reader knows it, of all that can be written in five years, the first and the last among them', () => {
  const list = readList({ entries: [sequence(integer(1), today)] });
  const { der, entriesStart, entriesEnd } = list;
  const view = new DataView(der.buffer, der.byteOffset);
  const digits = Buffer.from(der.buffer, der.byteOffset + entriesEnd - 13, 6);
  const isRead = (): boolean => {
    try {
      readEntry(list, entriesStart);
      return true;
    } catch {
      return false;
    }
  };
  for (const year of ['49', '50', '99', '00', '24']) {
    for (let monthAndDay = 0; monthAndDay < 1_400; monthAndDay++) {
      digits.write(year + String(monthAndDay).padStart(4, '0'), 'latin1');
      if ((skipOrdinaryEntry(view, entriesStart, entriesEnd, 2) !== 0) !== isRead()) expect.fail(digits.toString());
    }
  }
});

it('whatever is ordinary, the reader accepts', () => {
  // Every single octet of an entry replaced by every value.
  const entry = sequence(integer(0x1234), today, reason);
  const list = readList({ entries: [entry] });
  const bytes = list.der;
  let ordinary = 0;
  for (let at = list.entriesStart; at < list.entriesEnd; at++) {
    const before = bytes[at] as number;
    for (let value = 0; value < 256; value++) {
      bytes[at] = value;
      const behind = skipOrdinaryEntry(new DataView(bytes.buffer, bytes.byteOffset), list.entriesStart, list.entriesEnd, 2);
      if (behind === 0) continue;
      ordinary += 1;
      expect(behind).toBe(behindEntry(new DataView(bytes.buffer, bytes.byteOffset), list.entriesStart));
      expect(() => readEntry(list, list.entriesStart)).not.toThrow();
    }
    bytes[at] = before;
  }
  expect(ordinary).toBeGreaterThan(500);
});
