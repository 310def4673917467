import { oid, printableString, sequence, set, utf8String } from './der-writer.js';

/** A string is a CN; an object has one attribute a key, in its order; bytes are a Name's DER. */
export type NameOption = string | Readonly<Record<string, string>> | Uint8Array;

/** A Name's DER. */
export function name(option: NameOption): Uint8Array {
  if (option instanceof Uint8Array) return option;
  const attributes = typeof option === 'string' ? { CN: option } : option;
  return sequence(...Object.entries(attributes).map(([keyword, value]) => set(attribute(keyword, value))));
}

/** An AttributeTypeAndValue; `keyword` is one of the table below or an OID, a string value is a UTF8String (PrintableString for C). */
export function attribute(keyword: string, value: string | Uint8Array): Uint8Array {
  const encoded = value instanceof Uint8Array ? value : keyword === 'C' ? printableString(value) : utf8String(value);
  return sequence(oid(attributeTypes[keyword] ?? keyword), encoded);
}

const attributeTypes: { readonly [keyword: string]: string } = {
  CN: '2.5.4.3',
  serialNumber: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  emailAddress: '1.2.840.113549.1.9.1',
};
