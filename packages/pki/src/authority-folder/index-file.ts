import { readFile } from 'node:fs/promises';
import type { RevocationReason } from '../crl.js';
import { Failure } from '../failure.js';
import type { CredentialKind } from './layout.js';

/** What `index.json` holds: every certificate that was issued, in the order of issue, and the state of the CRL. */
export interface AuthorityIndex {
  readonly version: 1;
  readonly crl: {
    /** The CRL number of the last list (RFC 5280, section 5.2.3); 0 before the first. */
    readonly number: number;
    /** How long a list is valid. */
    readonly days: number;
  };
  readonly certificates: readonly IssuedCertificate[];
}

export interface IssuedCertificate {
  /** Hexadecimal, lower case, without leading zeros. */
  readonly serialNumber: string;
  readonly kind: CredentialKind | 'authority';
  readonly name: string;
  /** As in RFC 4514. */
  readonly subject: string;
  /** As all times here: ISO 8601, UTC, whole seconds. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** SHA-256 of the certificate, hexadecimal, lower case. */
  readonly fingerprint256: string;
  readonly revoked?: { readonly at: string; readonly reason: RevocationReason };
}

export const emptyIndex: AuthorityIndex = { version: 1, crl: { number: 0, days: 30 }, certificates: [] };

/** Nothing if there is no such file. Throws a `Failure` if it is none of ours: what it says decides who is let in. */
export async function readIndex(path: string): Promise<AuthorityIndex | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const index = parse(text);
  if (!isIndex(index)) throw new Failure(`${path} is damaged, or of another version of peercert: put back an intact one, from a backup`);
  return index;
}

export function writeIndex(index: AuthorityIndex): string {
  return `${JSON.stringify(index, undefined, 2)}\n`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isIndex(value: unknown): value is AuthorityIndex {
  const { version, crl, certificates } = fieldsOf(value);
  const { number, days } = fieldsOf(crl);
  return (
    version === 1 && Number.isSafeInteger(number) && Number.isFinite(days) && Array.isArray(certificates) && certificates.every(isIssued)
  );
}

function isIssued(value: unknown): value is IssuedCertificate {
  const fields = fieldsOf(value);
  const { at, reason } = fieldsOf(fields.revoked);
  return (
    texts.every((name) => typeof fields[name] === 'string') &&
    /^[0-9a-f]+$/.test(String(fields.serialNumber)) &&
    (fields.revoked === undefined || (typeof reason === 'string' && !Number.isNaN(Date.parse(String(at)))))
  );
}

const texts = ['serialNumber', 'kind', 'name', 'subject', 'notBefore', 'notAfter', 'fingerprint256'] as const;

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
