import { ConfigurationError, refusalCodes } from '../errors/index.js';
import { type TrustAnchor, TrustSet, trustAnchor } from '../path/index.js';
import { type Certificate, oids } from '../x509/index.js';
import type { TrustRules } from './options.js';
import { generalSubtrees } from './subtrees.js';

/**
 * The trust sets in force at one time. A verdict keeps the `Trust` it was made under, and holds only while that is the current one:
 * when trust changes, a new object takes its place.
 */
export interface Trust {
  readonly generation: number;
  /** By name, in the order in which they are searched. */
  readonly sets: ReadonlyMap<string, TrustSet>;
  /** By the name of a set, why it vouches for nobody now: its files have failed for too long. */
  readonly unavailable: ReadonlyMap<string, string>;
}

/** nginx and Apache allow one intermediate unless told; ten is what Google Cloud's load balancer and Envoy's users ask for. */
const defaultDepth = 10;

/**
 * A trust set of these certificates. Those that are not self-signed are intermediates, unless partial chains are allowed or they are no
 * authorities: then they are what the operator trusts, as itself. Throws `ConfigurationError` when no anchor remains or a key is too weak.
 */
export function trustSet(
  name: string,
  option: string,
  ca: readonly Certificate[],
  further: readonly Certificate[],
  rules: TrustRules,
): TrustSet {
  const isAnchor = (certificate: Certificate): boolean =>
    certificate.isSelfIssued || rules.allowPartialChain === true || certificate.basicConstraints?.cA !== true;
  if (ca.length === 0) throw new ConfigurationError(option, "holds no authority's certificate; add the root's");
  const anchors = ca.filter(isAnchor).map((certificate) => anchorOf(certificate, option));
  if (anchors.length === 0) {
    const names = ca.map((certificate) => certificate.subject.toString()).join('; ');
    const advice = "add the root's certificate, or set allowPartialChain to trust them as they are";
    throw new ConfigurationError(option, `none of these is self-signed, so none can be a trust anchor: ${names}; ${advice}`);
  }
  return new TrustSet(name, anchors, [...ca.filter((certificate) => !isAnchor(certificate)), ...further], {
    depth: rules.depth ?? defaultDepth,
    initialPolicies: rules.initialPolicies,
    requireExplicitPolicy: rules.requireExplicitPolicy ?? rules.initialPolicies !== undefined,
    inhibitPolicyMapping: rules.inhibitPolicyMapping,
    inhibitAnyPolicy: rules.inhibitAnyPolicy,
    permittedSubtrees: generalSubtrees(rules.permittedSubtrees),
    excludedSubtrees: generalSubtrees(rules.excludedSubtrees),
    keyPurposes: [oids.keyPurpose.clientAuth, ...(rules.allowServerAuthPurpose === true ? [oids.keyPurpose.serverAuth] : [])],
  });
}

function anchorOf(certificate: Certificate, option: string): TrustAnchor {
  const anchor = trustAnchor(certificate);
  if (anchor.ok) return anchor.value;
  const { code, trace } = anchor.refusal;
  throw new ConfigurationError(option, `${certificate.subject.toString()}: ${trace[0]?.detail ?? code}; ${refusalCodes[code].mend}`);
}
