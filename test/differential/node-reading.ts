import { X509Certificate } from 'node:crypto';
import { addressOctets } from './peculiar-reading.js';
import { type FieldsRead, hex, readFields, type ValuesByAttribute } from './reading.js';

/** What node:crypto reads, which is OpenSSL's reading as text. Throws where it does not take the octets for a certificate at all. */
export function nodeReading(der: Uint8Array): FieldsRead {
  const certificate = new X509Certificate(der);
  // PEM would be taken too.
  if (Buffer.compare(certificate.raw, der) !== 0) throw new TypeError('the octets are more than the certificate');
  const legacy = certificate.toLegacyObject();
  return readFields({
    serialNumber: () => certificate.serialNumber.toLowerCase().replace(/^0+(?=.)/, ''),
    notBefore: () => time(certificate.validFrom),
    notAfter: () => time(certificate.validTo),
    subjectValues: () => valuesByAttribute(legacy.subject),
    issuerValues: () => valuesByAttribute(legacy.issuer),
    spki: () => hex(certificate.publicKey.export({ type: 'spki', format: 'der' })),
    fingerprint256: () => certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    subjectAltName: () => (certificate.subjectAltName === undefined ? undefined : generalNames(certificate.subjectAltName)),
    extendedKeyUsage: () => certificate.keyUsage,
  });
}

/** `Jan  1 00:00:00 2020 GMT`; read by hand, since `Date` takes years below 100 for those of the twentieth century. */
function time(text: string): number {
  const [, month = '', day, hour, minute, second, year] = /^(\w{3}) +(\d+) (\d\d):(\d\d):(\d\d) (\d+) GMT$/.exec(text) ?? [];
  if (year === undefined) throw new TypeError(`no time: ${text}`);
  const date = new Date(Date.UTC(2000, 0, 1, Number(hour), Number(minute), Number(second)));
  return date.setUTCFullYear(Number(year), months.indexOf(month), Number(day));
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Attributes by OpenSSL's short name; one that occurs several times is a list. */
function valuesByAttribute(name: unknown): ValuesByAttribute {
  const entries = Object.entries((name ?? {}) as Record<string, string | string[]>);
  return Object.fromEntries(
    entries.map(([keyword, values]) => {
      const oid = /^\d/.test(keyword) ? keyword : oids[keyword];
      if (oid === undefined) throw new TypeError(`no OID is known for ${keyword}`);
      return [oid, Array.isArray(values) ? values : [values]];
    }),
  );
}

const oids: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  serialNumber: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  street: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  title: '2.5.4.12',
  description: '2.5.4.13',
  GN: '2.5.4.42',
  initials: '2.5.4.43',
  generationQualifier: '2.5.4.44',
  dnQualifier: '2.5.4.46',
  pseudonym: '2.5.4.65',
  DC: '0.9.2342.19200300.100.1.25',
  UID: '0.9.2342.19200300.100.1.1',
  emailAddress: '1.2.840.113549.1.9.1',
};

/** `DNS:a.example, IP Address:192.0.2.1`; a value with a character that could deceive is a JSON string. */
function generalNames(text: string): readonly (readonly [type: string, value: string])[] {
  const names: (readonly [string, string])[] = [];
  const pattern = /(DNS|IP Address|URI|email|Registered ID|DirName|othername|X400Name|EdiPartyName):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/gy;
  while (pattern.lastIndex < text.length) {
    const [, type = '', value = ''] = pattern.exec(text) ?? [];
    if (type === '') throw new TypeError(`no general names: ${text}`);
    names.push(generalName(type, value.startsWith('"') ? (JSON.parse(value) as string) : value));
  }
  return names;
}

function generalName(type: string, value: string): readonly [type: string, value: string] {
  switch (type) {
    case 'DNS':
      return ['dNSName', value];
    case 'email':
      return ['rfc822Name', value];
    case 'URI':
      return ['uniformResourceIdentifier', value];
    case 'IP Address':
      return ['iPAddress', hex(addressOctets(value))];
    case 'Registered ID':
      return ['registeredID', value];
    default:
      throw new TypeError(`${type} is told without all of its value`);
  }
}
