import type { DerReader } from '../asn1/index.js';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.js';

/** RFC 5280, section 4.1.2.7. Reading it says nothing about whether the key is allowed; `checkPublicKey` and `preparePublicKey` do. */
export interface SubjectPublicKeyInfo {
  readonly der: Uint8Array;
  readonly algorithm: AlgorithmIdentifier;
  /** What the BIT STRING holds. */
  readonly subjectPublicKey: Uint8Array;
}

export function readSubjectPublicKeyInfo(reader: DerReader): SubjectPublicKeyInfo {
  const what = 'subjectPublicKeyInfo';
  const start = reader.position;
  const fields = reader.sequence(what);
  const algorithm = readAlgorithmIdentifier(fields, `${what} algorithm`);
  fields.octetAlignedBitString(`${what} subjectPublicKey`);
  fields.finish(what);
  return new EncodedSubjectPublicKeyInfo(algorithm, reader.bytes, start, fields.contentStart + 1, reader.position);
}

class EncodedSubjectPublicKeyInfo implements SubjectPublicKeyInfo {
  readonly algorithm: AlgorithmIdentifier;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #keyStart: number;
  readonly #end: number;

  constructor(algorithm: AlgorithmIdentifier, bytes: Uint8Array, start: number, keyStart: number, end: number) {
    this.algorithm = algorithm;
    this.#bytes = bytes;
    this.#start = start;
    this.#keyStart = keyStart;
    this.#end = end;
  }

  get der(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  get subjectPublicKey(): Uint8Array {
    return this.#bytes.subarray(this.#keyStart, this.#end);
  }
}
