import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describeCrl } from '../describe/crl.js';
import { Failure } from '../failure.js';
import { readPem } from '../pem.js';
import { day } from './text.js';

/** An authority's CRL in short. */
export interface CrlOnDisk {
  /** Absolute. */
  readonly file: string;
  /** Decimal digits. */
  readonly number?: string;
  readonly thisUpdate: string;
  readonly nextUpdate?: string;
  /** How many certificates it revokes. */
  readonly entries: number;
}

export async function crlOnDisk(path: string): Promise<CrlOnDisk> {
  const [der] = readPem('X509 CRL', await readFile(path, 'utf8'));
  if (der === undefined) throw new Failure(`${path} holds no CRL: write one with 'peercert crl'`);
  const { issuer: _issuer, revoked, ...others } = describeCrl(der);
  return { file: resolve(path), ...others, entries: revoked.length };
}

export function crlLine(path: string, { entries, nextUpdate }: CrlOnDisk): string {
  return `Wrote ${path}: ${entries} revoked, valid until ${nextUpdate === undefined ? 'further notice' : day(nextUpdate)}`;
}
