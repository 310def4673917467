import { X509Certificate } from 'node:crypto';
import { DerError, type PemBlock, readPem } from '../asn1/index.js';
import { ConfigurationError } from '../errors/index.js';

/**
 * Certificates that did not come over a connection: PEM text, PEM or DER bytes, a `crypto.X509Certificate`, or a list of these. The end entity first,
 * what was sent with it after it; a PEM may hold several. Private keys and whatever else stands beside certificates in a PEM is passed over.
 */
export type GivenCertificates = GivenCertificate | readonly GivenCertificate[];

type GivenCertificate = string | Uint8Array | X509Certificate;

/**
 * Their DER, copied, and not looked at: what is wrong inside of a certificate is for the verifier to say. Throws `ConfigurationError` for what holds no
 * certificate at all.
 */
export function derOfGiven(given: GivenCertificates, option: string): readonly Uint8Array[] {
  return ([given].flat() as readonly GivenCertificate[]).flatMap((single) => derOf(single, option));
}

function derOf(given: GivenCertificate, option: string): readonly Uint8Array[] {
  if (given instanceof X509Certificate) return [Uint8Array.from(given.raw)];
  if (typeof given === 'string') return inPem(given, option, `is no PEM: give the text of a certificate, not the name of a file`);
  if (!(given instanceof Uint8Array))
    throw new ConfigurationError(option, 'expected a certificate: PEM text, PEM or DER bytes, an X509Certificate, or a list of these');
  if (given[0] !== sequence) return inPem(Buffer.from(given).toString('latin1'), option, 'holds no certificate: neither PEM nor DER');
  if (beginsWithInteger(given)) {
    throw new ConfigurationError(
      option,
      'holds no certificate but a private key, or a PKCS#12 file: give the certificate (openssl pkcs12 -in FILE -nokeys takes it out)',
    );
  }
  return [Uint8Array.from(given)];
}

function inPem(text: string, option: string, otherwise: string): readonly Uint8Array[] {
  const blocks = blocksOf(text, option);
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE' || label === 'X509 CERTIFICATE');
  if (certificates.length > 0) return certificates.map(({ bytes }) => bytes);
  if (blocks.length === 0) throw new ConfigurationError(option, otherwise);
  if (blocks.some(({ label }) => label.endsWith('PRIVATE KEY')))
    throw new ConfigurationError(option, 'holds a private key and no certificate: give the certificate that belongs to it');
  const labels = [...new Set(blocks.map(({ label }) => label))].join(', ');
  throw new ConfigurationError(option, `holds no certificate, only ${labels}: give the client's certificate`);
}

function blocksOf(text: string, option: string): readonly PemBlock[] {
  try {
    return readPem(text);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new ConfigurationError(option, `is damaged PEM: ${error.message}`, { cause: error });
  }
}

const sequence = 0x30;
const integer = 0x02;

/** Keys (RFC 5958, RFC 8017, RFC 5915) and PKCS#12 files (RFC 7292) begin with a version, certificates with another SEQUENCE. */
function beginsWithInteger(der: Uint8Array): boolean {
  const length = der[1] ?? 0;
  return der[length < 0x80 ? 2 : 2 + (length & 0x7f)] === integer;
}
