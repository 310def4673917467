import { DerError, DerReader, tags } from '../../asn1/index.js';

/** The text of an otherName whose value is a UTF8String, or undefined where it is something else. */
export function readUtf8OtherName(der: Uint8Array): string | undefined {
  try {
    const reader = new DerReader(der);
    const text = reader.string('otherName', tags.utf8String);
    reader.finish('otherName');
    return text;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}
