import type { Certificate } from '../x509/index.js';
import type { TrustAnchor } from './trust-anchor.js';
import type { CertificatePool, TrustSet } from './trust-set.js';

export type Issuer = { readonly anchor: TrustAnchor } | { readonly certificate: Certificate };

/**
 * The certificates that bear the issuer's name, likeliest first: those whose subjectKeyIdentifier is the one that the authority
 * key identifier names, anchors before intermediates. Identifiers order the search and exclude nothing (RFC 4158, section 3.5.12): a
 * certificate with another identifier may still be the issuer, and its signature decides.
 */
export function* issuersOf(certificate: Certificate, trustSet: TrustSet, pools: readonly CertificatePool[]): Generator<Issuer, void, void> {
  const name = certificate.issuer;
  const wanted = identifier(() => certificate.authorityKeyIdentifier?.keyIdentifier);
  const anchors = trustSet.anchorsNamed(name);
  const intermediates = [trustSet.pool, ...pools].flatMap((pool) => pool.named(name));
  const fits = (candidate: Certificate): boolean => {
    const own = wanted === undefined ? undefined : identifier(() => candidate.subjectKeyIdentifier);
    return own !== undefined && wanted !== undefined && Buffer.compare(own, wanted) === 0;
  };

  for (const anchor of anchors) if (fits(anchor.certificate)) yield { anchor };
  for (const intermediate of intermediates) if (fits(intermediate)) yield { certificate: intermediate };
  for (const anchor of anchors) if (!fits(anchor.certificate)) yield { anchor };
  for (const intermediate of intermediates) if (!fits(intermediate)) yield { certificate: intermediate };
}

/** An identifier that cannot be read gives no hint; whether it is malformed is for the validation to say. */
function identifier(read: () => Uint8Array | undefined): Uint8Array | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
