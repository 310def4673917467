import { createPublicKey, type KeyObject } from 'node:crypto';
import { children, contentOf, objectIdentifier } from './der.js';
import { keyIdentifier } from './extensions.js';
import { type SignatureOptions, type Signer, signerFor } from './signatures.js';

/** Who signs, under which name. */
export interface Issuer {
  /** What the issuer field says, DER. */
  readonly name: Uint8Array;
  /** Hexadecimal. */
  readonly keyIdentifier: string;
  readonly signer: Signer;
}

/** The issuer of a certificate that is signed with its own key. */
export async function selfIssuer(name: Uint8Array, key: KeyObject, options: SignatureOptions): Promise<Issuer> {
  return { name, keyIdentifier: keyIdentifier(createPublicKey(key)), signer: await signerFor(key, options) };
}

/**
 * An authority as issuer, for any number of certificates: what is read from its certificate and each way to sign is
 * prepared once. Name and key identifier are taken over as they stand in the certificate, byte for byte, so that they
 * match whatever wrote it (RFC 5280, sections 4.1.2.4 and 4.2.1.1).
 */
export function issuerFrom(certificate: Uint8Array, key: KeyObject): (options: SignatureOptions) => Promise<Issuer> {
  const [tbsCertificate] = children(certificate) as [Uint8Array];
  const fields = children(tbsCertificate).filter((field) => field[0] !== versionTag);
  const name = fields[4] as Uint8Array;
  const identifier = subjectKeyIdentifier(fields) ?? keyIdentifier(createPublicKey(key));
  const signers = new Map<string, Promise<Signer>>();
  return async ({ signatureHash, dangerouslySignatureHash, rsaPadding }) => {
    const way = JSON.stringify([signatureHash, dangerouslySignatureHash, rsaPadding]);
    const signer = signers.get(way) ?? signerFor(key, { signatureHash, dangerouslySignatureHash, rsaPadding });
    signers.set(way, signer);
    return { name, keyIdentifier: identifier, signer: await signer };
  };
}

const versionTag = 0xa0;
const extensionsTag = 0xa3;
const subjectKeyIdentifierOid = objectIdentifier('2.5.29.14');

function subjectKeyIdentifier(fields: readonly Uint8Array[]): string | undefined {
  const wrapped = fields.find((field) => field[0] === extensionsTag);
  const extensions = wrapped === undefined ? [] : children(contentOf(wrapped)).map(children);
  const value = extensions.find(([oid]) => Buffer.compare(oid as Uint8Array, subjectKeyIdentifierOid) === 0)?.at(-1);
  return value && Buffer.from(contentOf(contentOf(value))).toString('hex');
}
