import { type Element, primitive } from './tree.js';

/** The fields of a certificate's tree (RFC 5280, section 4.1), as far as it still looks like one. */
export interface CertificateFields {
  readonly tbs: Element & { children: Element[] };
  readonly version: Element | undefined;
  readonly serialNumber: Element;
  readonly signature: Element;
  readonly issuer: Element;
  readonly validity: Element;
  readonly subject: Element;
  readonly spki: Element;
  /** The SEQUENCE OF Extension. */
  readonly extensions: (Element & { children: Element[] }) | undefined;
}

export function fieldsOf(root: Element): CertificateFields | undefined {
  const tbs = root.children?.[0];
  if (!hasChildren(tbs)) return undefined;
  const version = tbs.children[0]?.tag === 0xa0 ? tbs.children[0] : undefined;
  const [serialNumber, signature, issuer, validity, subject, spki] = tbs.children.slice(version === undefined ? 0 : 1);
  if (!serialNumber || !signature || !issuer || !validity || !subject || !spki) return undefined;
  const extensions = tbs.children.find(({ tag }) => tag === 0xa3)?.children?.[0];
  return {
    tbs,
    version,
    serialNumber,
    signature,
    issuer,
    validity,
    subject,
    spki,
    extensions: hasChildren(extensions) ? extensions : undefined,
  };
}

/** Puts another element, which may have been part of another tree, in the place of one of the certificate's. */
export function replaceField(tbs: Element & { children: Element[] }, field: Element, replacement: Element): void {
  const index = tbs.children.indexOf(field);
  if (index !== -1) tbs.children[index] = replacement;
}

export interface ExtensionFields {
  readonly extension: Element & { children: Element[] };
  /** The content octets of its OID, in hexadecimal digits. */
  readonly oid: string;
  /** The OCTET STRING. */
  readonly value: Element;
}

export function extensionsOf(root: Element): ExtensionFields[] {
  return (fieldsOf(root)?.extensions?.children ?? []).flatMap((extension) => {
    const type = extension.children?.[0];
    const value = extension.children?.at(-1);
    if (!hasChildren(extension) || type?.tag !== 0x06 || value?.tag !== 0x04) return [];
    return [{ extension, oid: hexOf(type.content), value }];
  });
}

/** The content octets of OBJECT IDENTIFIERs. */
export const oidHex = {
  subjectKeyIdentifier: '551d0e',
  authorityKeyIdentifier: '551d23',
  basicConstraints: '551d13',
  extendedKeyUsage: '551d25',
  serverAuth: '2b06010505070301',
  clientAuth: '2b06010505070302',
} as const;

export function oid(hex: string): Element {
  return primitive(0x06, Buffer.from(hex, 'hex'));
}

/** The content octets of an OBJECT IDENTIFIER in dotted form, in hexadecimal digits; arcs up to 2^53. */
export function oidDigits(dotted: string): string {
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(Number);
  return hexOf(Uint8Array.from([first * 40 + second, ...arcs].flatMap(arcOctets)));
}

function arcOctets(arc: number): number[] {
  const octets = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift((rest % 128) + 128);
  return octets;
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

function hasChildren(element: Element | undefined): element is Element & { children: Element[] } {
  return element?.children !== undefined;
}
