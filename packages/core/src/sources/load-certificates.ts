import { X509Certificate } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { globSync, isDynamicPattern } from 'tinyglobby';
import { DerError, readPem } from '../asn1/index.js';
import { ConfigurationError, describeRefusal, optionPath } from '../errors/index.js';
import { type Certificate, checkExtensions, readCertificate } from '../x509/index.js';
import type { CertificateSource, SingleSource } from './certificate-source.js';
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
  const found = new Map<string, Certificate>();
  const singles: readonly SingleSource[] = Array.isArray(source) ? source : [source as SingleSource];
  singles.forEach((single, index) => {
    const at = Array.isArray(source) ? optionPath(option, [index]) : option;
    for (const certificate of loadOne(single, at)) {
      if (!found.has(certificate.fingerprint256)) found.set(certificate.fingerprint256, certificate);
    }
  });
  return [...found.values()];
}

function loadOne(single: SingleSource, option: string): readonly Certificate[] {
  if (single instanceof X509Certificate) return [certificateOf(single.raw, 'the X509Certificate', option)];
  // A copy: what is trusted must not change with the caller's buffer.
  if (single instanceof Uint8Array) return certificatesIn(Uint8Array.from(single), 'the bytes given', option);
  if (single.includes('-----BEGIN ')) return certificatesIn(Buffer.from(single), 'the PEM text given', option);
  return filesNamed(single, option).flatMap((file) => certificatesIn(readFile(file, option), file, option));
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

function certificatesIn(bytes: Uint8Array, origin: string, option: string): readonly Certificate[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (!text.includes('-----BEGIN ')) {
    if (bytes[0] !== 0x30)
      throw new ConfigurationError(option, `${origin} holds no certificate: neither PEM nor DER; give the CA's certificate`);
    return [certificateOf(bytes, origin, option)];
  }
  const blocks = pemBlocks(text, origin, option);
  for (const { label } of blocks) refuseLabel(label, origin, option);
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE' || label === 'X509 CERTIFICATE');
  if (certificates.length > 0) return certificates.map((block) => certificateOf(block.bytes, origin, option));
  const labels = blocks.map(({ label }) => label).join(', ') || 'PEM that does not begin a line';
  throw new ConfigurationError(option, `${origin} holds no certificate, only ${labels}; give the CA's certificate`);
}

function pemBlocks(text: string, origin: string, option: string): ReturnType<typeof readPem> {
  try {
    return readPem(text);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new ConfigurationError(option, `${origin} is damaged PEM: ${error.message}; write the file anew`, { cause: error });
  }
}

function refuseLabel(label: string, origin: string, option: string): void {
  if (label.endsWith('PRIVATE KEY')) {
    throw new ConfigurationError(option, `${origin} holds a private key; give the certificate alone, and keep the key away from here`);
  }
  if (label === 'X509 CRL') throw new ConfigurationError(option, `${origin} holds a CRL; give certificates alone`);
  if (label === 'TRUSTED CERTIFICATE') {
    throw new ConfigurationError(
      option,
      `${origin} holds OpenSSL's TRUSTED CERTIFICATE form; convert it with: openssl x509 -in FILE -out ca.crt`,
    );
  }
}

function certificateOf(der: Uint8Array, origin: string, option: string): Certificate {
  const read = readCertificate(der);
  const fault = read.ok ? checkExtensions(read.value) : read.refusal;
  if (read.ok && fault === undefined) return read.value;
  throw new ConfigurationError(option, `a certificate in ${origin} cannot be read: ${fault === undefined ? '' : describeRefusal(fault)}`);
}
