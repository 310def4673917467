import { X509Certificate } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { globSync, isDynamicPattern } from 'tinyglobby';
import { DerError, readPem } from '../asn1/index.js';
import { ConfigurationError, describeRefusal, optionPath } from '../errors/index.js';
import { type Certificate, checkExtensions, readCertificate } from '../x509/index.js';
import { type CertificateSource, isName, type SingleSource } from './certificate-source.js';
import type { Read } from './file-states.js';
import { readFile, reading } from './read-file.js';

/** Of a folder's files, those that may hold certificates. */
export const certificateFiles: ReadonlySet<string> = new Set(['.pem', '.crt', '.cer', '.der']);

/**
 * Reads all certificates of a source, now. Each comes once, in the order given; of a folder or glob, in the order of file names.
 *
 * Throws `ConfigurationError`, with the option's path and what to do, for a file that cannot be read, a source without a certificate, a
 * certificate that cannot be read, a private key, a CRL, and OpenSSL's TRUSTED CERTIFICATE form.
 */
export function loadCertificates(source: CertificateSource, option: string): readonly Certificate[] {
  if (!Array.isArray(source)) return distinct(loadOne(source as SingleSource, option));
  return distinct((source as readonly SingleSource[]).flatMap((single, index) => loadOne(single, optionPath(option, [index]))));
}

/**
 * All certificates in the bytes of a file, PEM or DER, none twice. What is wrong goes on after the file's name, with what to do: the same as
 * `loadCertificates` refuses in a file.
 */
export function readCertificates(bytes: Uint8Array): Read<readonly Certificate[]> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (!text.includes('-----BEGIN ')) {
    if (bytes[0] === 0x30) return certificatesOf([bytes]);
    return problem("holds no certificate: neither PEM nor DER; give the CA's certificate");
  }
  const blocks = pemBlocks(text);
  if (!blocks.ok) return blocks;
  const refused = blocks.value.map(({ label }) => refusedLabel(label)).find((found) => found !== undefined);
  if (refused !== undefined) return problem(refused);
  const certificates = blocks.value.filter(({ label }) => label === 'CERTIFICATE' || label === 'X509 CERTIFICATE');
  if (certificates.length > 0) return certificatesOf(certificates.map((block) => block.bytes));
  const labels = blocks.value.map(({ label }) => label).join(', ') || 'PEM that does not begin a line';
  return problem(`holds no certificate, only ${labels}; give the CA's certificate`);
}

/** Each once, in the order given. */
export function distinct(certificates: readonly Certificate[]): readonly Certificate[] {
  // A later one of the same fingerprint takes the place of the first, and is the same.
  return [...new Map(certificates.map((certificate) => [certificate.fingerprint256, certificate])).values()];
}

function loadOne(single: SingleSource, option: string): readonly Certificate[] {
  if (single instanceof X509Certificate) return given(certificatesOf([single.raw]), 'the X509Certificate', option);
  // A copy: what is trusted must not change with the caller's buffer.
  if (single instanceof Uint8Array) return given(readCertificates(Uint8Array.from(single)), 'the bytes given', option);
  if (!isName(single)) return given(readCertificates(Buffer.from(single)), 'the PEM text given', option);
  return filesNamed(single, option).flatMap((file) => given(readCertificates(readFile(file, option)), file, option));
}

function given(read: Read<readonly Certificate[]>, origin: string, option: string): readonly Certificate[] {
  if (read.ok) return read.value;
  throw new ConfigurationError(option, `${origin} ${read.problem}`);
}

/** The files that a name stands for: itself, a folder's certificate files, or what a glob finds. */
function filesNamed(name: string, option: string): readonly string[] {
  const status = reading(name, option, () => statSync(name, { throwIfNoEntry: false }));
  if (status?.isDirectory() === true) {
    const files = reading(name, option, () => readdirSync(name))
      .filter((file) => certificateFiles.has(extname(file).toLowerCase()) && !file.startsWith('.'))
      .sort();
    if (files.length > 0) return files.map((file) => join(name, file));
    throw new ConfigurationError(
      option,
      `the folder ${name} holds no ${[...certificateFiles].join(', ')} file; put the certificates there`,
    );
  }
  if (status !== undefined || !isDynamicPattern(name)) return [name];
  const files = reading(name, option, () => globSync(name, { onlyFiles: true, expandDirectories: false }).sort());
  if (files.length > 0) return files;
  throw new ConfigurationError(option, `no file matches ${name}; correct the pattern, relative to ${process.cwd()}`);
}

function pemBlocks(text: string): Read<ReturnType<typeof readPem>> {
  try {
    return { ok: true, value: readPem(text) };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return problem(`is damaged PEM: ${error.message}; write the file anew`);
  }
}

function refusedLabel(label: string): string | undefined {
  if (label.endsWith('PRIVATE KEY')) return 'holds a private key; give the certificate alone, and keep the key away from here';
  if (label === 'X509 CRL') return 'holds a CRL; give certificates alone';
  if (label !== 'TRUSTED CERTIFICATE') return undefined;
  return "holds OpenSSL's TRUSTED CERTIFICATE form; convert it with: openssl x509 -in FILE -out ca.crt";
}

function certificatesOf(ders: readonly Uint8Array[]): Read<readonly Certificate[]> {
  const certificates: Certificate[] = [];
  for (const der of ders) {
    const read = readCertificate(der);
    const fault = read.ok ? checkExtensions(read.value) : read.refusal;
    if (!read.ok || fault !== undefined) {
      return problem(`holds a certificate that cannot be read: ${fault === undefined ? '' : describeRefusal(fault)}`);
    }
    certificates.push(read.value);
  }
  return { ok: true, value: distinct(certificates) };
}

function problem(text: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem: text };
}
