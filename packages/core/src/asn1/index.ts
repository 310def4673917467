export { asBuffer, asPlainBytes, equalBytes, toHex } from './bytes.js';
export { DerError, DerLimitError } from './der-error.js';
export { DerReader, readEach, readSequence } from './der-reader.js';
export * as der from './der-writer.js';
export { type PemBlock, readPem, writePem } from './pem.js';
export { isStringTag } from './string.js';
export { constructedTag, primitiveTag, tags } from './tags.js';
