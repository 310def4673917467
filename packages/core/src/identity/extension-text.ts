import { DerError, DerReader, isStringTag } from '../asn1/index.js';

/** The text of an extension whose value is one string of DER and nothing else; undefined for any other. */
export function extensionText(value: Uint8Array): string | undefined {
  try {
    const reader = new DerReader(value);
    if (reader.isAtEnd || !isStringTag(reader.nextTag)) return undefined;
    const text = reader.string('extension');
    reader.finish('extension');
    return text;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}
