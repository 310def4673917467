import { writePem } from '../../src/asn1/index.js';
import { createVerifier, type Verifier } from '../../src/verifier/index.js';
import {
  buildCertificate,
  type CertificateOptions,
  generalName,
  subjectAltName,
  type TestKey,
  testKey,
} from '../support/certificate-builder.js';
import { type Issuer, LogRecord, root } from '../verifier/fakes.js';

export const pem = (...certificates: readonly Uint8Array[]): string => certificates.map((der) => writePem('CERTIFICATE', der)).join('');

/** A private key, PEM, unencrypted unless with a passphrase. */
export function keyPem({ privateKey }: TestKey, passphrase?: string): string {
  const encryption = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return privateKey.export({ type: 'pkcs8', format: 'pem', ...encryption }) as string;
}

/** A self-signed server's certificate with its key. */
export function serverCredentials(options: CertificateOptions = {}): { key: string; cert: string } {
  const key = options.key ?? testKey('ec', 'server');
  const extensions = [subjectAltName(generalName.dNSName('localhost'))];
  return { key: keyPem(key), cert: pem(buildCertificate({ subject: 'localhost', extensions, ...options, key })) };
}

export function verifierOf(...authorities: readonly Issuer[]): { verifier: Verifier; logger: LogRecord } {
  const logger = new LogRecord();
  const trusted = authorities.length === 0 ? [root()] : authorities;
  return { verifier: createVerifier({ trust: trusted.map(({ der }) => der), logger }), logger };
}
