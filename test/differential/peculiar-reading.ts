// Its dependency injection reads decorators through the global Reflect API.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { type FieldsRead, hex, type RelativeName, readFields } from './reading.js';

/** What @peculiar/x509 reads. Throws where it does not take the octets for a certificate at all. */
export function peculiarReading(der: Uint8Array): FieldsRead {
  const certificate = new x509.X509Certificate(Uint8Array.from(der));
  const extensions = once(() => certificate.extensions);
  // After one extension has thrown, all are absent to it.
  const extension = <T extends x509.Extension>(type: new (...args: never[]) => T): T | undefined =>
    extensions().find((found): found is T => found instanceof type);
  return readFields({
    serialNumber: () => certificate.serialNumber.toLowerCase().replace(/^0+(?=.)/, ''),
    notBefore: () => certificate.notBefore.getTime(),
    notAfter: () => certificate.notAfter.getTime(),
    subject: () => relativeNames(certificate.subjectName),
    issuer: () => relativeNames(certificate.issuerName),
    signatureAlgorithm: () => algorithmOid(certificate.signatureAlgorithm),
    signature: () => hex(certificate.signature),
    spki: () => hex(certificate.publicKey.rawData),
    extensions: () => extensions().map(({ type, critical, value }) => [type, critical, hex(value)]),
    subjectAltName: () => extension(x509.SubjectAlternativeNameExtension)?.names.items.map(generalName),
    issuerAltName: () => extension(x509.IssuerAlternativeNameExtension)?.names.items.map(generalName),
    basicConstraints: () => {
      const found = extension(x509.BasicConstraintsExtension);
      // A number beyond 31 bits is a string.
      return found && [found.ca, found.pathLength === undefined ? undefined : Math.min(Number(found.pathLength), Number.MAX_SAFE_INTEGER)];
    },
    keyUsage: () => {
      const usages = extension(x509.KeyUsagesExtension)?.usages;
      return usages && usages & 0x1ff;
    },
    extendedKeyUsage: () => extension(x509.ExtendedKeyUsageExtension)?.usages.map(String),
    subjectKeyIdentifier: () => extension(x509.SubjectKeyIdentifierExtension)?.keyId,
    authorityKeyIdentifier: () => extension(x509.AuthorityKeyIdentifierExtension)?.keyId,
    certificatePolicies: () => extension(x509.CertificatePolicyExtension)?.policies,
    ocspResponders: () => extension(x509.AuthorityInfoAccessExtension)?.ocsp.map((name) => generalName(name).join(' ')),
  });
}

function once<T>(read: () => T): () => T {
  const outcome = attempt(read);
  return () => {
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  };
}

function attempt<T>(read: () => T): { value: T } | { error: unknown } {
  try {
    return { value: read() };
  } catch (error) {
    return { error };
  }
}

function relativeNames(name: x509.Name): readonly RelativeName[] {
  return name
    .toJSON()
    .map((attributes) => Object.fromEntries(Object.entries(attributes).map(([type, values]) => [oids[type] ?? type, values])));
}

/** Its own short names. */
const oids: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  T: '2.5.4.12',
  G: '2.5.4.42',
  I: '2.5.4.43',
  DC: '0.9.2342.19200300.100.1.25',
  E: '1.2.840.113549.1.9.1',
};

function generalName({ type, value, rawData }: x509.GeneralName): readonly [type: string, value: string] {
  switch (type) {
    case 'dns':
      return ['dNSName', value];
    case 'email':
      return ['rfc822Name', value];
    case 'url':
      return ['uniformResourceIdentifier', value];
    case 'id':
      return ['registeredID', value];
    case 'ip':
      return ['iPAddress', hex(addressOctets(value))];
    case 'dn':
      return ['directoryName', hex(contentOf(new Uint8Array(rawData)))];
    case 'upn':
      return ['otherName', `1.3.6.1.4.1.311.20.2.3 ${hex(utf8String(value))}`];
    case 'guid':
      throw new TypeError('it is no longer told how a GUID was encoded');
  }
}

/** The content octets of an element. */
function contentOf(element: Uint8Array): Uint8Array {
  const first = element[1] as number;
  return element.subarray(first < 0x80 ? 2 : 2 + first - 0x80);
}

function utf8String(text: string): Uint8Array {
  const octets = Buffer.from(text, 'utf8');
  const length =
    octets.length < 0x80
      ? [octets.length]
      : octets.length < 0x100
        ? [0x81, octets.length]
        : [0x82, octets.length >> 8, octets.length & 0xff];
  return Uint8Array.of(0x0c, ...length, ...octets);
}

/** Of IPv4 in dotted decimal, and of IPv6 in its groups, shortened or not. */
export function addressOctets(text: string): Uint8Array {
  if (!text.includes(':')) return Uint8Array.from(text.split('.').map(Number));
  const [before = [], after] = text.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const groups = after === undefined ? before : [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return Uint8Array.from(groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]));
}

/** The OID that its WebCrypto algorithm stands for; throws for those that it only knows by number, or not in all particulars. */
function algorithmOid(algorithm: object): string {
  const { name, hash } = algorithm as { name: string; hash?: { name: string } };
  const oid = algorithms[hash === undefined ? name : `${name} ${hash.name}`];
  if (oid === undefined) throw new TypeError(`no OID is known for ${name} ${hash?.name ?? ''}`);
  return oid;
}

const algorithms: Readonly<Record<string, string>> = {
  'ECDSA SHA-1': '1.2.840.10045.4.1',
  'ECDSA SHA-256': '1.2.840.10045.4.3.2',
  'ECDSA SHA-384': '1.2.840.10045.4.3.3',
  'ECDSA SHA-512': '1.2.840.10045.4.3.4',
  'RSASSA-PKCS1-v1_5 SHA-1': '1.2.840.113549.1.1.5',
  'RSASSA-PKCS1-v1_5 SHA-256': '1.2.840.113549.1.1.11',
  'RSASSA-PKCS1-v1_5 SHA-384': '1.2.840.113549.1.1.12',
  'RSASSA-PKCS1-v1_5 SHA-512': '1.2.840.113549.1.1.13',
  'RSA-PSS SHA-256': '1.2.840.113549.1.1.10',
  'RSA-PSS SHA-384': '1.2.840.113549.1.1.10',
  'RSA-PSS SHA-512': '1.2.840.113549.1.1.10',
  Ed25519: '1.3.101.112',
};
