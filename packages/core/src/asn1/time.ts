import { DerError } from './der-error.js';

/**
 * Decodes a UTCTime, `YYMMDDhhmmssZ`, to milliseconds since the epoch; years 50 to 99 are of the twentieth century.
 *
 * @see RFC 5280, section 4.1.2.5.1: seconds are there, the zone is Z, there are no fractions.
 */
export function decodeUtcTime(bytes: Uint8Array, start: number, end: number, what: string): number {
  if (end - start !== 13) throw new DerError(`${what}: UTCTime is not YYMMDDhhmmssZ`);
  const year = twoDigits(bytes, start, what);
  return decodeFromMonth(bytes, start + 2, year < 50 ? 2000 + year : 1900 + year, what);
}

/**
 * Decodes a GeneralizedTime, `YYYYMMDDhhmmssZ`, to milliseconds since the epoch. Dates before 2050 are read too, although section 4.1.2.5
 * has issuers write them as UTCTime: they mean one thing only, and the NIST suite (4.2.4) expects a verifier to take them.
 *
 * @see RFC 5280, section 4.1.2.5.2
 */
export function decodeGeneralizedTime(bytes: Uint8Array, start: number, end: number, what: string): number {
  if (end - start !== 15) throw new DerError(`${what}: GeneralizedTime is not YYYYMMDDhhmmssZ`);
  return decodeFromMonth(bytes, start + 4, twoDigits(bytes, start, what) * 100 + twoDigits(bytes, start + 2, what), what);
}

const asciiZ = 0x5a;

function decodeFromMonth(bytes: Uint8Array, start: number, year: number, what: string): number {
  const month = twoDigits(bytes, start, what);
  const day = twoDigits(bytes, start + 2, what);
  const hour = twoDigits(bytes, start + 4, what);
  const minute = twoDigits(bytes, start + 6, what);
  const second = twoDigits(bytes, start + 8, what);
  if (bytes[start + 10] !== asciiZ) throw new DerError(`${what}: time does not end in Z`);
  if (month < 1 || month > 12) throw new DerError(`${what}: there is no month ${month}`);
  if (day < 1 || day > daysInMonth(year, month)) throw new DerError(`${what}: there is no day ${day} in ${year}-${month}`);
  if (hour > 23 || minute > 59 || second > 59) throw new DerError(`${what}: there is no time ${hour}:${minute}:${second}`);
  return (((daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}

function twoDigits(bytes: Uint8Array, at: number, what: string): number {
  const tens = (bytes[at] as number) - 0x30;
  const ones = (bytes[at + 1] as number) - 0x30;
  if (tens < 0 || tens > 9 || ones < 0 || ones > 9) throw new DerError(`${what}: time with something else than digits`);
  return tens * 10 + ones;
}

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (monthLengths[month - 1] as number);
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar. `Date.UTC` is not asked, since it takes years below 100 for 1900 and on. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const before = year - 1;
  let days = year * 365 + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - daysToEpoch;
  for (let earlier = 1; earlier < month; earlier++) days += daysInMonth(year, earlier);
  return days + day - 1;
}

/** What the formula above gives for 1970-01-01 without this correction. */
const daysToEpoch = 1970 * 365 + 492 - 19 + 4;
