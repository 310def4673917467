import { type RevocationReason, reasonNames } from '../crl.js';
import { children, contentOf, objectIdentifier } from '../der.js';
import { describeName } from './name.js';
import { serialNumberText, timeText } from './values.js';

/** What a person wants to know of a revocation list; all of it text, and fit for JSON. */
export interface CrlDescription {
  /** As in RFC 4514. */
  readonly issuer: string;
  /** Decimal digits, since a CRL number may be larger than a JSON number holds. */
  readonly number?: string;
  readonly thisUpdate: string;
  readonly nextUpdate?: string;
  readonly revoked: readonly RevokedDescription[];
}

export interface RevokedDescription {
  readonly serialNumber: string;
  readonly at: string;
  readonly reason: RevocationReason;
}

/** Throws a `TypeError` for what is no CRL. It reads entries without the library, which takes some two thousand and no more. */
export function describeCrl(der: Uint8Array): CrlDescription {
  const [toBeSigned] = children(der);
  if (toBeSigned?.[0] !== tags.sequence) throw new TypeError('no CRL');
  const fields = children(toBeSigned).filter((field) => field[0] !== tags.integer);
  const [, issuer, ...others] = fields;
  const times = others.filter(isTime);
  if (issuer === undefined || times[0] === undefined) throw new TypeError('no CRL');
  const number = crlNumber(others.find((field) => field[0] === tags.extensions));
  const revoked = others.find((field) => field[0] === tags.sequence);
  return {
    issuer: describeName(issuer),
    ...(number === undefined ? {} : { number: String(number) }),
    thisUpdate: readTime(times[0]),
    ...(times[1] === undefined ? {} : { nextUpdate: readTime(times[1]) }),
    revoked: revoked === undefined ? [] : children(revoked).map(describeEntry),
  };
}

const tags = { integer: 0x02, utcTime: 0x17, generalizedTime: 0x18, sequence: 0x30, extensions: 0xa0 } as const;

function describeEntry(entry: Uint8Array): RevokedDescription {
  const [serialNumber, at, extensions] = children(entry) as [Uint8Array, Uint8Array, Uint8Array?];
  const reason = extensions === undefined ? undefined : extensionValue(children(extensions), reasonCode);
  return {
    serialNumber: serialNumberText(hex(contentOf(serialNumber))),
    at: readTime(at),
    reason: (reason === undefined ? undefined : reasonNames.get(contentOf(reason)[0] ?? 0)) ?? 'unspecified',
  };
}

/** RFC 5280, sections 5.2.3 and 5.3.1. */
const crlNumberOid = objectIdentifier('2.5.29.20');
const reasonCode = objectIdentifier('2.5.29.21');

function crlNumber(extensions: Uint8Array | undefined): bigint | undefined {
  const value = extensions === undefined ? undefined : extensionValue(children(contentOf(extensions)), crlNumberOid);
  return value && BigInt(`0x${hex(contentOf(value))}`);
}

function extensionValue(extensions: readonly Uint8Array[], oid: Uint8Array): Uint8Array | undefined {
  const found = extensions
    .map(children)
    .find(([type]) => Buffer.compare(type as Uint8Array, oid) === 0)
    ?.at(-1);
  return found && contentOf(found);
}

function isTime(field: Uint8Array): boolean {
  return field[0] === tags.utcTime || field[0] === tags.generalizedTime;
}

/** RFC 5280, section 5.1.2.4: `YYMMDDHHMMSSZ`, from 1950 on, or with four digits of the year. */
function readTime(field: Uint8Array): string {
  const digits = Buffer.from(contentOf(field)).toString('latin1');
  const whole = field[0] === tags.generalizedTime ? digits : `${Number(digits.slice(0, 2)) < 50 ? '20' : '19'}${digits}`;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(whole)?.slice(1).map(Number);
  if (parts === undefined) throw new TypeError('a time is malformed');
  const [year = 0, month = 0, day, hour, minute, second] = parts;
  return timeText(new Date(Date.UTC(year, month - 1, day, hour, minute, second)));
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}
