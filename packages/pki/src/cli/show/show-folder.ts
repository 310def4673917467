import { resolve } from 'node:path';
import { AuthorityFolder } from '../../authority-folder/authority-folder.js';
import { exists } from '../../authority-folder/files.js';
import type { IssuedCertificate } from '../../authority-folder/index-file.js';
import { layoutOf } from '../../authority-folder/layout.js';
import { describeCertificate } from '../../describe/certificate.js';
import { type CrlOnDisk, crlOnDisk } from '../crl-on-disk.js';
import type { Report } from '../io.js';
import { day, printable } from '../text.js';
import { certificateRows } from './show-certificate.js';
import { distance, statusOf } from './status.js';

/** An authority, and everything that it has issued. */
export async function showFolder(path: string): Promise<Report> {
  const folder = await AuthorityFolder.open(path);
  const { certificates } = await folder.readIndex();
  const { crl: crlPath } = layoutOf(path);
  const crl = (await exists(crlPath)) ? await crlOnDisk(crlPath) : null;
  const certificate = describeCertificate(folder.authority.der);
  const now = Date.now();
  const issued = certificates.map((one) => ({ ...one, status: statusOf(one, now) }));
  return {
    json: { type: 'authority', file: resolve(path), certificate, crl, issued },
    lines: [`${path}: authority`, ...certificateRows(certificate), crlText(crl, now), '', ...table(issued)],
  };
}

function crlText(crl: CrlOnDisk | null, now: number): string {
  if (crl === null) return "  no CRL; 'peercert crl' writes one";
  const end =
    crl.nextUpdate === undefined ? 'for ever' : `${Date.parse(crl.nextUpdate) < now ? 'ended' : 'ends'} ${distance(crl.nextUpdate, now)}`;
  return `  CRL      number ${crl.number ?? 'none'}, revokes ${crl.entries}, ${end}`;
}

function table(issued: readonly (IssuedCertificate & { readonly status: string })[]): string[] {
  if (issued.length === 0) return ['Nothing has been issued.'];
  const cells = issued.map(({ kind, name, status, revoked, notAfter, serialNumber }) => [
    kind,
    printable(name),
    revoked === undefined ? `${status}, until ${day(notAfter)}` : `revoked on ${day(revoked.at)}`,
    serialNumber,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => (row[column] as string).length)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd(),
  );
}
