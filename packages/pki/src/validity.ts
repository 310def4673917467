/** When a certificate is valid. All times count in whole seconds; fractions are cut off. */
export interface ValidityOptions {
  /**
   * The first second of validity. Default: five minutes ago, for the clocks of other machines; a day before the end, where
   * that has passed already, so that `{ notAfter }` or `{ days: -1 }` alone makes an expired certificate.
   */
  readonly notBefore?: Date;
  /** The last second of validity, itself included (RFC 5280, section 4.1.2.5). */
  readonly notAfter?: Date;
  /** Instead of `notAfter`: days from now, or from a `notBefore` to come. Default: 3650 for an authority, 365 for all others. */
  readonly days?: number;
}

export const validityOptions = ['notBefore', 'notAfter', 'days'] as const;

/** Throws a `TypeError` for `notAfter` beside `days`, for dates that X.509 cannot write, and for an end before the beginning. */
export function validityFrom(options: ValidityOptions, defaultDays: number): { notBefore: Date; notAfter: Date } {
  const { notBefore, notAfter, days = defaultDays } = options;
  if (notAfter !== undefined && options.days !== undefined) throw new TypeError('notAfter and days: choose one');
  if (typeof days !== 'number' || !Number.isFinite(days)) throw new TypeError('days: expected a number');
  const [first, last] = period({ notBefore }, { notAfter }, days);
  return { notBefore: first, notAfter: last };
}

/**
 * A beginning and an end, each under the name of its option, with the defaults that are told above. Certificates and
 * revocation lists share them.
 */
export function period(
  beginning: Readonly<Record<string, Date | undefined>>,
  end: Readonly<Record<string, Date | undefined>>,
  days: number,
): [Date, Date] {
  const [[firstOption, first]] = Object.entries(beginning) as [[string, Date | undefined]];
  const [[lastOption, last]] = Object.entries(end) as [[string, Date | undefined]];
  const now = Date.now();
  const from = first === undefined ? undefined : wholeSeconds(first, firstOption);
  const until = wholeSeconds(last ?? new Date(Math.max(now, from?.getTime() ?? now) + days * day), lastOption);
  const fiveMinutesAgo = now - 5 * 60_000;
  const start = from ?? wholeSeconds(new Date(until.getTime() > fiveMinutesAgo ? fiveMinutesAgo : until.getTime() - day), firstOption);
  if (until < start) throw new TypeError(`${lastOption} (${until.toISOString()}) lies before ${firstOption} (${start.toISOString()})`);
  return [start, until];
}

const day = 86_400_000;

/**
 * UTCTime begins with 1950 and GeneralizedTime ends with 9999 (RFC 5280, section 4.1.2.5). The encoder chooses between the
 * two at 2050 and would write 1949 as 2049.
 */
export function wholeSeconds(date: Date, option: string): Date {
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) throw new TypeError(`${option}: expected a valid Date`);
  const year = date.getUTCFullYear();
  if (year < 1950 || year > 9999) throw new TypeError(`${option}: the year ${year} is outside of 1950 to 9999`);
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}
