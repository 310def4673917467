import type { DerReader } from '../asn1/index.js';

/** RFC 5280, section 4.1.1.2. */
export interface AlgorithmIdentifier {
  readonly oid: string;
  /** The one element behind the OID, header included; undefined when there is none. */
  readonly parameters: Uint8Array | undefined;
  readonly der: Uint8Array;
}

export function readAlgorithmIdentifier(reader: DerReader, what: string): AlgorithmIdentifier {
  const start = reader.position;
  const fields = reader.sequence(what);
  const oid = fields.objectIdentifier(`${what} algorithm`);
  const parametersStart = fields.position;
  if (!fields.isAtEnd) fields.skip(`${what} parameters`);
  fields.finish(what);
  return new EncodedAlgorithmIdentifier(oid, reader.bytes, start, parametersStart, reader.position);
}

/** Whether parameters are NULL, which is what algorithms without any have in RSA's family. */
export function isNull(parameters: Uint8Array): boolean {
  return parameters.length === 2 && parameters[0] === 0x05 && parameters[1] === 0x00;
}

/** Offsets instead of sub-arrays: a Uint8Array object takes more memory than all the offsets, and is seldom asked for. */
class EncodedAlgorithmIdentifier implements AlgorithmIdentifier {
  readonly oid: string;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #parametersStart: number;
  readonly #end: number;

  constructor(oid: string, bytes: Uint8Array, start: number, parametersStart: number, end: number) {
    this.oid = oid;
    this.#bytes = bytes;
    this.#start = start;
    this.#parametersStart = parametersStart;
    this.#end = end;
  }

  get parameters(): Uint8Array | undefined {
    return this.#parametersStart === this.#end ? undefined : this.#bytes.subarray(this.#parametersStart, this.#end);
  }

  get der(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }
}
