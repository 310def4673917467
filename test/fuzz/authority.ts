import { constants, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { extensionsOf, fieldsOf, hexOf, oidHex } from './certificate-tree.js';
import { clone, type Element, primitive, readTree, writeTree } from './tree.js';

/** One that signs what the fuzzer mutates, as plain data that crosses threads. */
export interface AuthorityData {
  readonly name: string;
  readonly der: Uint8Array;
  /** PKCS#8, DER. */
  readonly privateKey: Uint8Array;
}

/** What makes a signature, besides the key; the default of each key is its first. */
export type Scheme =
  | { readonly kind: 'hash'; readonly hash: 'sha1' | 'sha256' | 'sha384' | 'sha512' | null }
  | { readonly kind: 'pss'; readonly hash: 'sha256' | 'sha384' | 'sha512'; readonly saltLength: number };

export class FuzzAuthority {
  readonly data: AuthorityData;
  readonly subject: Element;
  /** The AlgorithmIdentifier of its signatures. */
  readonly algorithm: Element;
  readonly keyType: string;
  /** What its subjectKeyIdentifier holds. */
  readonly keyIdentifier: Uint8Array | undefined;
  readonly #key: KeyObject;

  constructor(data: AuthorityData) {
    const tree = readTree(data.der);
    const fields = tree && fieldsOf(tree);
    if (tree === undefined || fields === undefined) throw new TypeError(`the certificate of ${data.name} cannot be read`);
    this.data = data;
    this.subject = fields.subject;
    this.#key = createPrivateKey({ key: Buffer.from(data.privateKey), format: 'der', type: 'pkcs8' });
    this.keyType = this.#key.asymmetricKeyType ?? '';
    this.algorithm = readTree(Buffer.from(defaultAlgorithms[this.keyType] as string, 'hex')) as Element;
    this.keyIdentifier = extensionsOf(tree).find(({ oid }) => oid === oidHex.subjectKeyIdentifier)?.value.children?.[0]?.content;
  }

  /** The BIT STRING of a signature. A scheme that the key has not gives way to the key's own. */
  sign(data: Uint8Array, scheme?: Scheme): Element {
    return primitive(0x03, Buffer.concat([Uint8Array.of(0), this.#signature(data, scheme)]));
  }

  #signature(data: Uint8Array, scheme: Scheme | undefined): Uint8Array {
    const key = this.#key;
    if (this.keyType === 'ed25519') return sign(null, data, key);
    if (scheme?.kind === 'pss' && this.keyType === 'rsa') {
      return sign(scheme.hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Math.min(scheme.saltLength, 180) });
    }
    const hash = scheme?.kind === 'hash' && scheme.hash !== null ? scheme.hash : 'sha256';
    for (;;) {
      const signature = sign(hash, data, key);
      if (this.keyType !== 'ec' || isOfUsualLength(signature)) return signature;
    }
  }
}

/**
 * The two numbers of an ECDSA signature are random, and so are their lengths; of one length, all that stands around a signature is the same for the
 * same seed. One in four is.
 */
function isOfUsualLength(signature: Uint8Array): boolean {
  const short = (signature[1] as number) < 0x80 ? 2 : 3;
  const first = signature[short + 1] as number;
  const second = signature[short + 3 + first] as number;
  return first === second && first % 2 === 0;
}

const defaultAlgorithms: Readonly<Record<string, string>> = {
  ec: '300a06082a8648ce3d040302',
  ed25519: '300506032b6570',
  rsa: '300d06092a864886f70d01010b0500',
};

/**
 * Makes the certificate one that this authority issues: its name, its algorithm, its key identifier; and for clients rather than servers.
 * Whatever else it says stays.
 */
export function adopt(root: Element, authority: FuzzAuthority): void {
  const fields = fieldsOf(root);
  if (fields === undefined || root.children?.length !== 3) throw new TypeError('what is to be adopted is no certificate');
  const { tbs } = fields;
  tbs.children[tbs.children.indexOf(fields.issuer)] = clone(authority.subject);
  tbs.children[tbs.children.indexOf(fields.signature)] = clone(authority.algorithm);
  for (const { oid, value } of extensionsOf(root)) {
    if (oid === oidHex.authorityKeyIdentifier) adoptKeyIdentifier(value, authority);
    if (oid === oidHex.extendedKeyUsage) adoptPurposes(value);
  }
  resign(root, authority);
}

/** Signs the tree's first child anew; `outer` is the algorithm told outside of it. False where there is nothing to sign, or too much. */
export function resign(root: Element, authority: FuzzAuthority, scheme?: Scheme, outer?: Element): boolean {
  const [tbs, , , ...others] = root.children ?? [];
  const signed = tbs && writeTree(tbs);
  if (tbs === undefined || signed === undefined) return false;
  const algorithm = outer ?? clone(fieldsOf(root)?.signature ?? authority.algorithm);
  root.children = [tbs, algorithm, authority.sign(signed, scheme), ...others];
  return true;
}

function adoptKeyIdentifier(value: Element, { keyIdentifier }: FuzzAuthority): void {
  const identifier = value.children?.[0]?.children?.find(({ tag }) => tag === 0x80);
  if (identifier !== undefined && keyIdentifier !== undefined) identifier.content = keyIdentifier;
}

function adoptPurposes(value: Element): void {
  for (const purpose of value.children?.[0]?.children ?? []) {
    if (hexOf(purpose.content) === oidHex.serverAuth) purpose.content = Buffer.from(oidHex.clientAuth, 'hex');
  }
}
