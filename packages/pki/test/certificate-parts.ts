import { children } from '../src/der.js';
import { X509Certificate } from '../src/peculiar.js';

/** The extensions of a certificate in their order, as `[OID, critical, value in hexadecimal]`; @peculiar/x509 reads them. */
export function extensionsOf(der: Uint8Array): [string, boolean, string][] {
  return new X509Certificate(Uint8Array.from(der)).extensions.map(({ type, critical, value }) => [
    type,
    critical,
    Buffer.from(value).toString('hex'),
  ]);
}

/** The fields of the to-be-signed part, each in hexadecimal. */
export function fieldsOf(der: Uint8Array): string[] {
  const [toBeSigned] = children(der) as [Uint8Array];
  return children(toBeSigned).map((field) => Buffer.from(field).toString('hex'));
}
