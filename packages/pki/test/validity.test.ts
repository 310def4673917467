import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ValidityOptions, validityFrom, wholeSeconds } from '../src/validity.js';

const now = new Date('2030-06-15T12:00:00.500Z');
const day = 86_400_000;

beforeEach(() => void vi.useFakeTimers({ now, toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

describe('refusals', () => {
  test.each<[string, unknown, string]>([
    ['days beside notAfter', { days: 1, notAfter: now }, 'notAfter and days: choose one'],
    ['days that are no number', { days: '1' }, 'days: expected a number'],
    ['days without end', { days: Number.POSITIVE_INFINITY }, 'days: expected a number'],
    ['a string as date', { notBefore: '2020-01-01' }, 'notBefore: expected a valid Date'],
    ['an invalid date', { notAfter: new Date('x') }, 'notAfter: expected a valid Date'],
    ['a year before UTCTime', { notBefore: new Date('1949-12-31T23:59:59Z') }, 'notBefore: the year 1949 is outside of 1950 to 9999'],
    [
      'a year beyond GeneralizedTime',
      { notAfter: new Date('+010000-01-01T00:00:00Z') },
      'notAfter: the year 10000 is outside of 1950 to 9999',
    ],
    ['more days than years', { days: 4_000_000 }, 'notAfter: the year 12982 is outside'],
    [
      'an end before the beginning',
      { notBefore: now, notAfter: new Date('2030-06-15T11:59:59Z') },
      'notAfter (2030-06-15T11:59:59.000Z) lies before notBefore (2030-06-15T12:00:00.000Z)',
    ],
  ])('%s', (_title, options, problem) => {
    expect(() => validityFrom(options as ValidityOptions, 1)).toThrow(TypeError);
    expect(() => validityFrom(options as ValidityOptions, 1)).toThrow(problem);
  });
});

describe('what comes out', () => {
  test.each<[string, ValidityOptions, string, string]>([
    ['from five minutes ago for the default number of days', {}, '2030-06-15T11:55:00', '2030-06-17T12:00:00'],
    ['for the days given', { days: 0.5 }, '2030-06-15T11:55:00', '2030-06-16T00:00:00'],
    [
      'for days from a beginning to come',
      { notBefore: new Date('2031-01-01T00:00:00Z'), days: 1 },
      '2031-01-01T00:00:00',
      '2031-01-02T00:00:00',
    ],
    [
      'for days from now, if the beginning has passed',
      { notBefore: new Date('2020-01-01T00:00:00Z') },
      '2020-01-01T00:00:00',
      '2030-06-17T12:00:00',
    ],
    [
      'ended already, with a day of validity',
      { notAfter: new Date('2020-01-02T00:00:00.999Z') },
      '2020-01-01T00:00:00',
      '2020-01-02T00:00:00',
    ],
    ['ended days ago', { days: -1 }, '2030-06-13T12:00:00', '2030-06-14T12:00:00'],
    ['a single second', { notBefore: now, notAfter: now }, '2030-06-15T12:00:00', '2030-06-15T12:00:00'],
    [
      'from the first date to the last',
      { notBefore: new Date('1950-01-01T00:00:00Z'), notAfter: new Date('9999-12-31T23:59:59Z') },
      '1950-01-01T00:00:00',
      '9999-12-31T23:59:59',
    ],
  ])('%s', (_title, options, notBefore, notAfter) => {
    const validity = validityFrom(options, 2);
    expect(validity.notBefore.toISOString()).toBe(`${notBefore}.000Z`);
    expect(validity.notAfter.toISOString()).toBe(`${notAfter}.000Z`);
  });

  test('fractions are cut off, before the epoch too', () => {
    expect(wholeSeconds(new Date(-1), 'date').getTime()).toBe(-1000);
    expect(wholeSeconds(new Date(day + 999), 'date').getTime()).toBe(day);
  });
});
