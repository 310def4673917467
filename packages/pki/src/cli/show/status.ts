export type Status = 'valid' | 'expired' | 'notYetValid' | 'revoked';

interface Lifetime {
  readonly notBefore: string;
  readonly notAfter: string;
  readonly revoked?: unknown;
}

/** Of several the one that cannot be mended by waiting. */
export function statusOf({ notBefore, notAfter, revoked }: Lifetime, now: number): Status {
  if (revoked !== undefined) return 'revoked';
  if (Date.parse(notAfter) < now) return 'expired';
  return Date.parse(notBefore) > now ? 'notYetValid' : 'valid';
}

/** How far a time is from now, in the largest unit that fits. */
export function distance(time: string, now: number): string {
  const milliseconds = Date.parse(time) - now;
  const minutes = Math.abs(milliseconds) / 60_000;
  const [amount, unit] = minutes < 120 ? [minutes, 'minutes'] : minutes < 2880 ? [minutes / 60, 'hours'] : [minutes / 1440, 'days'];
  return milliseconds < 0 ? `${Math.floor(amount)} ${unit} ago` : `in ${Math.floor(amount)} ${unit}`;
}
