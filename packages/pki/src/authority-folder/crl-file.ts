import { readFile } from 'node:fs/promises';
import type { Authority } from '../authority.js';
import { describeCrl } from '../describe/crl.js';
import { readPem } from '../pem.js';
import type { AuthorityIndex } from './index-file.js';

/** The index with a new CRL number, and the list of that number. Numbers grow even if the clock goes back (RFC 5280, section 5.2.3). */
export async function nextCrl(authority: Authority, index: AuthorityIndex): Promise<{ index: AuthorityIndex; pem: string }> {
  const number = Math.max(Date.now(), index.crl.number + 1);
  const next = { ...index, crl: { ...index.crl, number } };
  return { index: next, pem: await crlOf(authority, next) };
}

/** The list that the index asks for: every revoked certificate in it, expired ones too, under its number. */
export async function crlOf(authority: Authority, { crl, certificates }: AuthorityIndex): Promise<string> {
  const revoked = certificates.flatMap(({ serialNumber, revoked: revocation }) =>
    revocation === undefined ? [] : [{ serialNumber, date: new Date(revocation.at), reason: revocation.reason }],
  );
  const nextUpdate = new Date(Date.now() + crl.days * 86_400_000);
  const { pem } = await authority.issueCrl({ revoked, number: crl.number, nextUpdate });
  return pem;
}

/** Whether the file holds the list that the index tells of. An interrupted `revoke` leaves one that is older. */
export async function isCurrent(path: string, index: AuthorityIndex): Promise<boolean> {
  try {
    const [der] = readPem('X509 CRL', await readFile(path, 'utf8'));
    return der !== undefined && describeCrl(der).number === String(index.crl.number);
  } catch {
    // Gone, or unreadable: not the one that is meant.
    return false;
  }
}
