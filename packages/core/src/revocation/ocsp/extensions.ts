import { DerError, DerReader, tags } from '../../asn1/index.js';
import { oids } from '../../x509/index.js';

/** RFC 5280, section 4.2's Extension, as OCSP has it in responses (RFC 6960, section 4.4). */
export interface OcspExtension {
  readonly critical: boolean;
  /** What the OCTET STRING holds. */
  readonly value: Uint8Array;
}

/** By OID. */
export type OcspExtensions = ReadonlyMap<string, OcspExtension>;

/** Responses have none to three; more than this nobody needs. */
const mostExtensions = 16;

/** Reads `[number] EXPLICIT Extensions OPTIONAL`; `tag` is that of `[number]`. */
export function readExtensions(fields: DerReader, tag: number, what: string): OcspExtensions {
  if (fields.nextTag !== tag) return none;
  const wrapper = fields.enter(tag, what);
  const list = wrapper.sequence(what);
  wrapper.finish(what);
  const extensions = new Map<string, OcspExtension>();
  // SEQUENCE SIZE (1..MAX)
  do {
    if (extensions.size === mostExtensions) throw new DerError(`${what}: more than ${mostExtensions}`);
    const extension = list.sequence(what);
    const oid = extension.objectIdentifier(`${what}: extnID`);
    if (extensions.has(oid)) throw new DerError(`${what}: ${oid} twice`);
    const isCriticalEncoded = extension.nextTag === tags.boolean;
    const critical = isCriticalEncoded && extension.boolean(`${what}: ${oid} critical`);
    if (isCriticalEncoded && !critical) throw new DerError(`${what}: ${oid}: critical FALSE is encoded`);
    const value = extension.octetString(`${what}: ${oid} extnValue`);
    extension.finish(`${what}: ${oid}`);
    extensions.set(oid, { critical, value });
  } while (!list.isAtEnd);
  return extensions;
}

/** RFC 9654, section 2.1: an OCTET STRING of 1 to 128 octets in the extension's value. */
export function readNonce(extensions: OcspExtensions): Uint8Array | undefined {
  const extension = extensions.get(oids.ocsp.nonce);
  if (extension === undefined) return undefined;
  const reader = new DerReader(extension.value);
  const nonce = reader.octetString('nonce');
  reader.finish('nonce');
  if (nonce.length < 1 || nonce.length > longestNonce) throw new DerError(`nonce of ${nonce.length} octets`);
  return nonce;
}

/** Octets; RFC 9654, section 2.1. */
export const longestNonce = 128;

/** RFC 6960, section 4.4: what is critical and not understood makes a response unusable. Gives its OID. */
export function unknownCritical(extensions: OcspExtensions): string | undefined {
  for (const [oid, { critical }] of extensions) if (critical && oid !== oids.ocsp.nonce) return oid;
  return undefined;
}

const none: OcspExtensions = new Map();
