import type { Certificate } from '../x509/index.js';

/**
 * The SPIFFE ID of an X.509-SVID, or nothing where the certificate is none.
 * @see [X509-SVID, section 5.2](https://github.com/spiffe/spiffe/blob/main/standards/X509-SVID.md#52-leaf-validation)
 */
export function spiffeIdOf(certificate: Certificate, uris: readonly string[]): string | undefined {
  // X509-SVID, section 2: exactly one URI name, or it is unclear which of them is meant.
  const [uri] = uris;
  if (uri === undefined || uris.length !== 1 || !isWorkloadId(uri)) return undefined;
  // X509-SVID, section 5.2: a certificate that can sign others never authenticates a workload.
  if (certificate.basicConstraints?.cA === true) return undefined;
  const keyUsage = certificate.keyUsage;
  if (keyUsage?.keyCertSign === true || keyUsage?.cRLSign === true) return undefined;
  return uri;
}

/**
 * SPIFFE-ID, section 2: the scheme `spiffe`, a trust domain of lower-case letters, digits, `.`, `-`, `_` without user or port, and a path;
 * no percent-encoding, query or fragment. X509-SVID, section 5.2: the path is not the root.
 */
function isWorkloadId(uri: string): boolean {
  // SPIFFE-ID, section 2.3.
  if (uri.length > 2_048) return false;
  const [, trustDomain = '', path = ''] = /^spiffe:\/\/([a-z0-9._-]+)((?:\/[A-Za-z0-9._-]+)+)$/.exec(uri) ?? [];
  if (trustDomain === '' || trustDomain.length > 255) return false;
  return path.split('/').every((segment) => segment !== '.' && segment !== '..');
}
