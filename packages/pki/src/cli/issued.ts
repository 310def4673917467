import type { Issued } from '../authority-folder/authority-folder.js';
import type { KeyName } from '../keys.js';
import type { Report } from './io.js';
import type { CommonOptions } from './options.js';
import { absolute, day, dirArgument, printable, rows } from './text.js';

/** What both kinds of issue have. */
export interface IssueOptions extends CommonOptions {
  readonly days: number;
  readonly key: KeyName;
  readonly force?: true;
}

interface More {
  readonly pkcs12?: string;
  /** Told only if it was generated. */
  readonly password?: string;
  readonly curl?: string;
}

/** What is told of a certificate that was issued. */
export async function issued(
  { kind, name, dir }: { readonly kind: 'server' | 'client'; readonly name: string; readonly dir: string },
  { credential, files, earlier }: Issued,
  { pkcs12, password, curl }: More = {},
): Promise<Report> {
  const { describeCertificate } = await import('./work.js');
  const certificate = describeCertificate(credential.der);
  const { subject, subjectAltName, serialNumber, notAfter } = certificate;
  const altNames = Object.entries(subjectAltName).flatMap(([type, values]) => values.map((value) => `${type} ${value}`));
  const paths = { certificate: files.certificate, privateKey: files.privateKey, ...(pkcs12 === undefined ? {} : { pkcs12 }) };
  return {
    json: {
      kind,
      name,
      certificate,
      files: absolute(paths),
      earlier,
      ...(password === undefined ? {} : { pkcs12Password: password }),
      ...(curl === undefined ? {} : { curl }),
    },
    lines: [
      `Issued a ${kind} certificate: ${printable(subject)}`,
      ...rows(
        ...(altNames.length === 0 ? [] : [['for', printable(altNames.join(', '))] as const]),
        ['valid until', day(notAfter)],
        ['serial', serialNumber],
        ['certificate', files.certificate],
        ['private key', files.privateKey],
        ...(pkcs12 === undefined ? [] : [['PKCS#12', pkcs12] as const]),
        ...(password === undefined ? [] : [['password', `${password}   (of the PKCS#12 file; it is not kept anywhere)`] as const]),
      ),
      ...earlier.map(
        (one) =>
          `One issued before stays valid until ${day(one.notAfter)}; to end it: peercert revoke --serial ${one.serialNumber}${dirArgument(dir)}`,
      ),
      ...(curl === undefined ? [] : ['', 'Try it:', `  ${curl}`]),
    ],
  };
}
