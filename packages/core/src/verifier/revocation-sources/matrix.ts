import { type Outcome, type Refusal, refusal } from '../../errors/index.js';
import type { RevocationStatus } from '../../identity/index.js';
import type { ValidatedPath } from '../../path/index.js';
import type { CrlGood, CrlRevoked, OcspGood, OcspRevoked } from '../../revocation/index.js';
import type { ExceptionFor, RevocationOptions } from './options.js';
import type { Unknown } from './status.js';

/** What is known of one certificate. */
export type Status = CrlGood | CrlRevoked | OcspGood | OcspRevoked | Unknown;

/** What was found of a whole path. */
export interface RevocationFinding {
  readonly revocation: RevocationStatus;
  /** Milliseconds since the epoch: from here on it has to be asked again. */
  readonly validUntil: number;
}

/** What exceptions are made, of the options of a trust set and the general ones; the trust set's come first. */
export type Exceptions = Pick<RevocationOptions, 'allowNoInformation' | 'allowUnavailable' | 'acceptExpiredForSeconds'>;

/** How long an exception for what is not known or cannot be reached holds before it is tried again. */
const exceptionMilliseconds = 60_000;

/**
 * Refuses or accepts what is known of the certificate at `index` of a path. Everything is refused but what is good, and:
 *
 * | nothing is known, since     | end entity                     | intermediate                                       |
 * | --------------------------- | ------------------------------ | -------------------------------------------------- |
 * | no source covers it         | `allowNoInformation: 'all'`    | `allowNoInformation: 'intermediates'` or `'all'`   |
 * | what covers it has expired  | `acceptExpiredForSeconds`      | `acceptExpiredForSeconds`                          |
 * | a source is unavailable     | `allowUnavailable: 'all'`      | `allowUnavailable: 'intermediates'` or `'all'`     |
 * | any other reason: a signature, a signer, a malformed answer | never | never                           |
 */
export function judgeStatus(
  path: ValidatedPath,
  index: number,
  status: Status,
  exceptions: Exceptions,
  at: number,
): Outcome<RevocationFinding> {
  if (status.status === 'good') return { ok: true, value: { revocation: 'good', validUntil: status.validUntil } };
  if (status.status === 'revoked') return { ok: false, refusal: refuse(path, index, 'PEERCERT_CERTIFICATE_REVOKED', status.detail) };
  const until = exceptionUntil(status, index, exceptions, at);
  if (until !== undefined && at < until) return { ok: true, value: { revocation: 'accepted', validUntil: until } };
  return { ok: false, refusal: refuse(path, index, 'PEERCERT_REVOCATION_UNKNOWN', status.detail) };
}

/** A refusal about one certificate of a path. */
export function refuse(
  path: ValidatedPath,
  depth: number,
  code: 'PEERCERT_CERTIFICATE_REVOKED' | 'PEERCERT_REVOCATION_UNKNOWN',
  detail: string,
): Refusal {
  return refusal(code, { detail, depth, subject: (path.certificates[depth] ?? path.trustAnchor.certificate).subject.toString() });
}

function exceptionUntil({ why, expiredAt }: Unknown, index: number, exceptions: Exceptions, at: number): number | undefined {
  const { allowNoInformation, allowUnavailable, acceptExpiredForSeconds = 0 } = exceptions;
  switch (why) {
    case 'noInformation':
      return isFor(allowNoInformation, index) ? at + exceptionMilliseconds : undefined;
    case 'unavailable':
      return isFor(allowUnavailable, index) ? at + exceptionMilliseconds : undefined;
    case 'expired':
      return expiredAt === undefined ? undefined : Math.min(expiredAt + acceptExpiredForSeconds * 1_000, at + exceptionMilliseconds);
    default:
      return undefined;
  }
}

function isFor(exception: ExceptionFor | undefined, index: number): boolean {
  return exception === 'all' || (exception === 'intermediates' && index > 0);
}

/** What is found of two certificates of one path. */
export function combined(one: RevocationFinding, other: RevocationFinding): RevocationFinding {
  const revocation = other.revocation === 'accepted' ? 'accepted' : one.revocation;
  return { revocation, validUntil: Math.min(one.validUntil, other.validUntil) };
}
