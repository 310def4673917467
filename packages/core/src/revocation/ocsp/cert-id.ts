import { hash } from 'node:crypto';
import { type DerReader, der, equalBytes, tags } from '../../asn1/index.js';
import { type Certificate, oids, readAlgorithmIdentifier } from '../../x509/index.js';

const { element, objectIdentifier, octetString, sequence } = der;

/** The hash functions by which a certificate's issuer is told. No collision of SHA-1 helps here: both inputs are a trusted authority's. */
export type CertIdHash = 'sha1' | 'sha256';

/** RFC 6960, section 4.1.1: which certificate a request or a single response is about. */
export interface CertId {
  /** Undefined for a hash function that this library does not use; such an identifier matches no certificate. */
  readonly hash: CertIdHash | undefined;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** The content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
}

/** The identifier of a certificate: the name is hashed as the certificate has it, the key without tag, length and unused bits. */
export function certIdOf(certificate: Certificate, issuer: Certificate, algorithm: CertIdHash): CertId {
  return {
    hash: algorithm,
    issuerNameHash: hash(algorithm, certificate.issuer.der, 'buffer'),
    issuerKeyHash: hash(algorithm, issuer.subjectPublicKeyInfo.subjectPublicKey, 'buffer'),
    serialNumber: certificate.serialNumber,
  };
}

/** Tells the identifiers of one certificate from all others: all four fields are compared, with hashes of our own making. */
export function certIdMatcher(certificate: Certificate, issuer: Certificate): (certId: CertId) => boolean {
  const known = new Map<CertIdHash, CertId>();
  return (certId) => {
    if (certId.hash === undefined || !equalBytes(certId.serialNumber, certificate.serialNumber)) return false;
    let expected = known.get(certId.hash);
    if (expected === undefined) {
      expected = certIdOf(certificate, issuer, certId.hash);
      known.set(certId.hash, expected);
    }
    return equalBytes(certId.issuerNameHash, expected.issuerNameHash) && equalBytes(certId.issuerKeyHash, expected.issuerKeyHash);
  };
}

/**
 * The parameters of the hash algorithm are NULL, although RFC 5754, section 2 prefers none for SHA-2: OpenSSL writes NULL, so that is what
 * responders are used to.
 */
export function writeCertId({ hash: algorithm, issuerNameHash, issuerKeyHash, serialNumber }: CertId): Uint8Array {
  return sequence(
    sequence(objectIdentifier(algorithm === 'sha1' ? oids.sha1 : oids.hash.sha256), element(tags.null)),
    octetString(issuerNameHash),
    octetString(issuerKeyHash),
    element(tags.integer, serialNumber),
  );
}

export function readCertId(reader: DerReader): CertId {
  const fields = reader.sequence('certID');
  const algorithm = readAlgorithmIdentifier(fields, 'certID hashAlgorithm');
  const { parameters } = algorithm;
  const isPlain = parameters === undefined || (parameters.length === 2 && parameters[0] === tags.null);
  const certId: CertId = {
    hash: isPlain ? hashesByOid.get(algorithm.oid) : undefined,
    issuerNameHash: fields.octetString('certID issuerNameHash'),
    issuerKeyHash: fields.octetString('certID issuerKeyHash'),
    serialNumber: fields.integer('certID serialNumber'),
  };
  fields.finish('certID');
  return certId;
}

const hashesByOid: ReadonlyMap<string, CertIdHash> = new Map([
  [oids.sha1, 'sha1'],
  [oids.hash.sha256, 'sha256'],
]);
