import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { children } from '../../der.js';
import { describeKey } from '../../describe/certificate.js';
import { Failure } from '../../failure.js';
import type { Report } from '../io.js';
import { showCertificate } from './show-certificate.js';
import { showCrl } from './show-crl.js';

/** Everything in a file, in its order. Throws a `Failure` if there is nothing that can be shown. */
export async function showFile(path: string): Promise<Report[]> {
  const content = await readFile(path);
  const file = resolve(path);
  const text = content.toString('latin1');
  if (!text.includes('-----BEGIN ')) return [showDer(path, file, Uint8Array.from(content))];
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g)];
  const reports = blocks.flatMap(([block, label = '', base64 = '']) => showBlock(path, file, label, block, Buffer.from(base64, 'base64')));
  if (reports.length === 0) throw new Failure(`${path} holds neither certificate nor revocation list nor private key in PEM`);
  return reports;
}

function showBlock(path: string, file: string, label: string, block: string, der: Uint8Array): Report[] {
  const what = `the block ${label}`;
  if (label === 'CERTIFICATE') return [readable(path, what, () => showCertificate(path, file, der))];
  if (label === 'X509 CRL' || label === 'CRL') return [readable(path, what, () => showCrl(path, file, der))];
  if (label.endsWith('PRIVATE KEY')) return [readable(path, what, () => showKey(path, file, label, block))];
  return [];
}

/** Of a private key nothing is shown but its kind. */
function showKey(path: string, file: string, label: string, block: string): Report {
  const isEncrypted = label === 'ENCRYPTED PRIVATE KEY' || block.includes('ENCRYPTED');
  const key = isEncrypted ? 'encrypted' : describeKey(createPrivateKey(block));
  return { json: { type: 'privateKey', file, key }, lines: [`${path}: private key (${key})`] };
}

function showDer(path: string, file: string, der: Uint8Array): Report {
  for (const show of [showCertificate, showCrl]) {
    try {
      return show(path, file, der);
    } catch {
      // It may be the other one.
    }
  }
  if (isPkcs12(der)) throw new Failure(`${path} is a PKCS#12 file, which needs its password: openssl pkcs12 -info -nokeys -in ${path}`);
  throw new Failure(`${path} holds neither a certificate nor a revocation list, in PEM or DER`);
}

/** RFC 7292, section 4: a PFX is a SEQUENCE that begins with its version, 3. */
function isPkcs12(der: Uint8Array): boolean {
  try {
    return Buffer.compare(children(der)[0] as Uint8Array, Uint8Array.of(0x02, 0x01, 0x03)) === 0;
  } catch {
    return false;
  }
}

function readable(path: string, what: string, show: () => Report): Report {
  try {
    return show();
  } catch (error) {
    throw new Failure(`${path}: ${what} cannot be read: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
}
