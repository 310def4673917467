import { type CertificateDescription, describeCertificate } from '../../describe/certificate.js';
import type { Report } from '../io.js';
import { printable, rows } from '../text.js';
import { distance, statusOf } from './status.js';

/** A certificate, under the path of what holds it. */
export function showCertificate(path: string, file: string, der: Uint8Array): Report {
  const certificate = describeCertificate(der);
  const status = statusOf(certificate, Date.now());
  return {
    json: { type: 'certificate', file, status, ...certificate },
    lines: [`${path}: certificate`, ...certificateRows(certificate)],
  };
}

export function certificateRows(certificate: CertificateDescription): string[] {
  const { subject, issuer, serialNumber, notBefore, notAfter, key, isAuthority, keyUsage, extendedKeyUsage, fingerprint256 } = certificate;
  const now = Date.now();
  const validity = {
    valid: `ends ${distance(notAfter, now)}`,
    expired: `ended ${distance(notAfter, now)}`,
    notYetValid: `begins ${distance(notBefore, now)}`,
  };
  const status = statusOf(certificate, now) as keyof typeof validity;
  const altNames = Object.entries(certificate.subjectAltName).flatMap(([type, values]) => values.map((value) => `${type} ${value}`));
  const usage = [...(isAuthority ? ['authority'] : []), ...keyUsage, ...extendedKeyUsage];
  return rows(
    ['subject', printable(subject)],
    ...(altNames.length === 0 ? [] : [['for', printable(altNames.join(', '))] as const]),
    ['issuer', subject === issuer ? 'itself' : printable(issuer)],
    ['serial', serialNumber],
    ['valid', `${notBefore} to ${notAfter} (${validity[status]})`],
    ['key', key],
    ['usage', usage.length === 0 ? 'not limited' : usage.join(', ')],
    ['SHA-256', fingerprint256],
  );
}
