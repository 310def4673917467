import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/asn1/der-error.js';
import { decodeGeneralizedTime, decodeUtcTime } from '../../src/asn1/time.js';
import { ascii } from '../support/der-writer.js';

const utc = (text: string) => decodeUtcTime(ascii(text), 0, text.length, 't');
const generalized = (text: string) => decodeGeneralizedTime(ascii(text), 0, text.length, 't');

describe('decodeUtcTime', () => {
  it.each([
    ['without seconds', '2401010000Z', 't: UTCTime is not YYMMDDhhmmssZ'],
    ['with an offset', '240101000000+0000', 't: UTCTime is not YYMMDDhhmmssZ'],
    ['that is empty', '', 't: UTCTime is not YYMMDDhhmmssZ'],
    ['with something else for Z', '2401010000000', 't: time does not end in Z'],
    ['with a sign for a digit', '+40101000000Z', 't: time with something else than digits'],
    ['with a blank for a digit', '24010100000 Z', 't: time with something else than digits'],
    ['with a letter behind 9', '2401010:0000Z', 't: time with something else than digits'],
    ['in month 0', '240001000000Z', 't: there is no month 0'],
    ['in month 13', '241301000000Z', 't: there is no month 13'],
    ['on day 0', '240100000000Z', 't: there is no day 0 in 2024-1'],
    ['on 31 April', '240431000000Z', 't: there is no day 31 in 2024-4'],
    ['on 29 February of a common year', '230229000000Z', 't: there is no day 29 in 2023-2'],
    ['in hour 24', '240101240000Z', 't: there is no time 24:0:0'],
    ['in minute 60', '240101006000Z', 't: there is no time 0:60:0'],
    ['in second 60', '240101000060Z', 't: there is no time 0:0:60'],
  ])('refuses a time %s', (_, text, message) => {
    expect(() => utc(text)).toThrow(new DerError(message));
  });

  it.each([
    ['700101000000Z', '1970-01-01T00:00:00Z'],
    ['000229235959Z', '2000-02-29T23:59:59Z'],
    ['491231235959Z', '2049-12-31T23:59:59Z'],
    ['500101000000Z', '1950-01-01T00:00:00Z'],
    ['991231235959Z', '1999-12-31T23:59:59Z'],
    ['240630123456Z', '2024-06-30T12:34:56Z'],
  ])('reads %s as %s', (text, iso) => {
    expect(utc(text)).toBe(Date.parse(iso));
  });
});

describe('decodeGeneralizedTime', () => {
  it.each([
    ['with fractions', '20500101000000.5Z', 't: GeneralizedTime is not YYYYMMDDhhmmssZ'],
    ['without Z', '20500101000000', 't: GeneralizedTime is not YYYYMMDDhhmmssZ'],
    ['of two digits a year', '500101000000Z', 't: GeneralizedTime is not YYYYMMDDhhmmssZ'],
    ['with a letter in its century', 'a0500101000000Z'.slice(0, 15), 't: time with something else than digits'],
    ['on 29 February 2100', '21000229000000Z', 't: there is no day 29 in 2100-2'],
  ])('refuses a time %s', (_, text, message) => {
    expect(() => generalized(text)).toThrow(new DerError(message));
  });

  it.each([
    ['20500101000000Z', '2050-01-01T00:00:00Z'],
    ['20240229000000Z', '2024-02-29T00:00:00Z'],
    ['24000229000000Z', '2400-02-29T00:00:00Z'],
    ['99991231235959Z', '9999-12-31T23:59:59Z'],
    ['19000301000000Z', '1900-03-01T00:00:00Z'],
    ['00010101000000Z', '0001-01-01T00:00:00Z'],
    ['00000301000000Z', '0000-03-01T00:00:00Z'],
  ])('reads %s as %s', (text, iso) => {
    expect(generalized(text)).toBe(Date.parse(iso));
  });

  it('agrees with Date on every day of four centuries', () => {
    for (let day = Date.UTC(1890, 0, 1); day < Date.UTC(2290, 0, 1); day += 86_400_000) {
      const text = `${new Date(day).toISOString().slice(0, 10).replaceAll('-', '')}000000Z`;
      if (generalized(text) !== day) expect.fail(text);
    }
  });
});
