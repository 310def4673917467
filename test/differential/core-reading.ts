import type { Certificate } from '../fuzz/reader.js';
import { type FieldsRead, hex, type RelativeName, readFields, type ValuesByAttribute } from './reading.js';

/** What core reads in a certificate that passed `checkExtensions`. */
export function coreReading(certificate: Certificate): FieldsRead {
  return readFields({
    serialNumber: () => certificate.serialNumberHex.replace(/^0+(?=.)/, ''),
    notBefore: () => certificate.notBefore,
    notAfter: () => certificate.notAfter,
    subject: () => certificate.subject.rdns.map(relativeName),
    issuer: () => certificate.issuer.rdns.map(relativeName),
    subjectValues: () => valuesByAttribute(certificate.subject),
    issuerValues: () => valuesByAttribute(certificate.issuer),
    signatureAlgorithm: () => certificate.signatureAlgorithm.oid,
    signature: () => hex(certificate.signature),
    spki: () => hex(certificate.subjectPublicKeyInfo.der),
    fingerprint256: () => certificate.fingerprint256,
    extensions: () => [...certificate.extensions.values()].map(({ oid, critical, value }) => [oid, critical, hex(value)]),
    subjectAltName: () => certificate.subjectAltName?.map(generalName),
    issuerAltName: () => certificate.issuerAltName?.map(generalName),
    basicConstraints: () =>
      certificate.basicConstraints && [certificate.basicConstraints.cA, certificate.basicConstraints.pathLenConstraint],
    keyUsage: () =>
      certificate.keyUsage && Object.values(certificate.keyUsage).reduce((bits, isSet, bit) => bits | (isSet ? 1 << bit : 0), 0),
    extendedKeyUsage: () => certificate.extendedKeyUsage,
    subjectKeyIdentifier: () => certificate.subjectKeyIdentifier && hex(certificate.subjectKeyIdentifier),
    authorityKeyIdentifier: () =>
      certificate.authorityKeyIdentifier?.keyIdentifier && hex(certificate.authorityKeyIdentifier.keyIdentifier),
    certificatePolicies: () => certificate.certificatePolicies?.map(({ policyIdentifier }) => policyIdentifier),
    cRLDistributionPoints: () =>
      certificate.cRLDistributionPoints?.flatMap(({ distributionPoint }) =>
        distributionPoint?.type === 'fullName' ? distributionPoint.value.map((name) => generalName(name).join(' ')) : [],
      ),
    ocspResponders: () =>
      certificate.authorityInfoAccess
        ?.filter(({ accessMethod }) => accessMethod === '1.3.6.1.5.5.7.48.1')
        .map(({ accessLocation }) => generalName(accessLocation).join(' ')),
  });
}

type Name = Certificate['subject'];
type GeneralName = NonNullable<Certificate['subjectAltName']>[number];

function relativeName(attributes: Name['rdns'][number]): RelativeName {
  return grouped(attributes.map(({ type, value }) => [type, value]));
}

function valuesByAttribute(name: Name): ValuesByAttribute {
  return grouped(name.rdns.flat().map(({ type, value }) => [type, value]));
}

function grouped(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const groups: Record<string, string[]> = {};
  for (const [type, value] of pairs) {
    groups[type] ??= [];
    groups[type].push(value);
  }
  return groups;
}

/** The name's type with its value; octets, and the DER of names in names, in hexadecimal. */
function generalName(name: GeneralName): readonly [type: string, value: string] {
  switch (name.type) {
    case 'otherName':
      return [name.type, `${name.typeId} ${hex(name.value)}`];
    case 'directoryName':
      return [name.type, hex(name.value.der)];
    case 'iPAddress':
    case 'x400Address':
    case 'ediPartyName':
      return [name.type, hex(name.value)];
    default:
      return [name.type, name.value];
  }
}
