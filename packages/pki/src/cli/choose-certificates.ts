import type { IssuedCertificate } from '../authority-folder/index-file.js';
import { serialNumberText } from '../describe/values.js';
import { Failure } from '../failure.js';
import { UsageError } from './usage-error.js';

/**
 * Finds what is to be revoked: all certificates under the names, or those with the serial numbers. A name or number that was never
 * issued is refused, since a slip of the pen would otherwise look like a revocation; so is a name that a client and a server share.
 */
export function chooser(
  names: readonly string[],
  serialNumbers: readonly string[],
): (issued: readonly IssuedCertificate[]) => readonly IssuedCertificate[] {
  if (names.length + serialNumbers.length === 0) throw new UsageError('name whom to revoke, or give --serial; show lists both');
  const serials = serialNumbers.map(readSerialNumber);
  return (issued) => {
    const chosen = [...names.flatMap((name) => byName(name, issued)), ...serials.map((serial) => bySerialNumber(serial, issued))];
    return issued.filter((certificate) => chosen.includes(certificate));
  };
}

function byName(name: string, issued: readonly IssuedCertificate[]): readonly IssuedCertificate[] {
  const found = issued.filter((certificate) => certificate.name === name);
  if (found.length === 0)
    throw new Failure(`no certificate was issued here to '${name}'; 'peercert show' on the folder lists those that were`);
  if (new Set(found.map(({ kind }) => kind)).size > 1) {
    throw new Failure(
      `both a client and a server are called '${name}'; choose by --serial, 'peercert show' on the folder lists the numbers`,
    );
  }
  return found;
}

function bySerialNumber(serialNumber: string, issued: readonly IssuedCertificate[]): IssuedCertificate {
  const found = issued.find((certificate) => certificate.serialNumber === serialNumber);
  if (found === undefined) throw new Failure(`no certificate with the serial number ${serialNumber} was issued here`);
  return found;
}

function readSerialNumber(text: string): string {
  try {
    return serialNumberText(text);
  } catch (error) {
    throw new UsageError(`--serial: ${(error as Error).message}`, { cause: error });
  }
}
