import { x509 } from './core.js';
import { crlAcceptanceRules, crlRefusalRules } from './crl-rules.js';
import type { DivergenceRule } from './divergence-rule.js';
import type { Facts } from './facts.js';
import { holdsByWildcardAlone, isPreferredDnsName } from './peer-names.js';
import {
  altNames,
  commonNames,
  constraintHosts,
  dnsNames,
  hasFeature,
  hasNameConstraints,
  hasOtherAuthorityKeyIdentifier,
  hasUsageBeyondKey,
  isAnotherPeer,
  isCritical,
  isLimbosOwn,
  isMlDsaSupported,
  isRefusedWith,
  limits,
  modulusBits,
} from './predicates.js';

/** The rule under which the answer is ours all the same; undefined where there is none. */
export function ruleFor(facts: Facts): DivergenceRule | undefined {
  const rules = facts.verdict.isAccepted ? acceptanceRules : refusalRules;
  return rules.find((rule) => rule.applies(facts));
}

/** What a suite expects to be accepted, and we refuse. */
export const refusalRules: readonly DivergenceRule[] = [
  {
    name: 'DSA',
    reason:
      'No TLS that Node.js speaks has DSA: TLS 1.3 took it out (RFC 8446, section 1.2), NIST forbids new signatures (FIPS 186-5), and keys with inherited parameters cannot be imported. Such keys are below the floor.',
    applies: (facts) => hasFeature(facts, 'dsa') && isRefusedWith(facts, 'PEERCERT_KEY_NOT_ALLOWED', 'PEERCERT_ALGORITHM_NOT_ALLOWED'),
  },
  {
    name: 'ML-DSA without OpenSSL 3.5',
    reason: 'This Node.js cannot import ML-DSA keys (RFC 9881); releases with OpenSSL 3.5 can.',
    applies: (facts) => hasFeature(facts, 'has-mldsa') && isRefusedWith(facts, 'PEERCERT_KEY_NOT_ALLOWED') && !isMlDsaSupported(),
  },
  {
    name: "a key that may not sign the client's handshake",
    reason:
      'RFC 5246, section 7.4.6: a client certificate "MUST allow the key to be used for signing", which keyUsage calls digitalSignature. An authority whose key signs certificates and CRLs alone is no TLS client.',
    applies: (facts) =>
      isRefusedWith(facts, 'PEERCERT_KEY_USAGE_MISMATCH') &&
      facts.verdict.refusal?.trace[0]?.depth === 0 &&
      facts.endEntity?.keyUsage?.digitalSignature === false,
  },
  {
    name: 'a negative serial number',
    reason:
      'RFC 5280, section 4.1.2.2: a positive integer. CRLs, OCSP and deny lists name a certificate by it, and programs differ in what a negative one is.',
    applies: (facts) =>
      isRefusedWith(facts, 'PEERCERT_CERTIFICATE_MALFORMED') && facts.verdict.refusal?.trace[0]?.detail === 'serialNumber is negative',
  },
  ...crlRefusalRules,
];

/**
 * What a suite expects to be refused, and we accept. Each rule looks at what the certificates hold, or at what the case asks for; the
 * namespace only ever narrows that down further. Those of issuers' and of the web's profile hold in limbo's own cases alone, which differ
 * from a good case in one thing.
 */
export const acceptanceRules: readonly DivergenceRule[] = [
  {
    name: 'the certificate does not hold the name that is looked for',
    reason:
      'A client looks for a server by its name (RFC 9525). A server looks for no name: it reads who came, and its policies say who may enter.',
    applies: isAnotherPeer,
  },
  {
    name: 'a wildcard below a public suffix',
    reason: 'CA/Browser Forum BR 3.2.2.6 forbids issuing it, so that no server is found under it. No wildcard is expanded for a client.',
    applies: ({ testcase, endEntity }) =>
      testcase.features.includes('pedantic-public-suffix-wildcard') &&
      endEntity !== undefined &&
      testcase.asks.peerNames.some((name) => holdsByWildcardAlone(endEntity, name)),
  },
  issuers('a critical authorityKeyIdentifier or subjectKeyIdentifier', {
    section: '4.2.1.1 and 4.2.1.2',
    because: 'what they hold is processed, so their being critical takes nothing away',
    applies: ({ certificates }) =>
      certificates.some((each) => isCritical(each, 'authorityKeyIdentifier') || isCritical(each, 'subjectKeyIdentifier')),
  }),
  issuers('a dNSName constraint that begins with a period', {
    section: '4.2.1.10',
    because:
      'authorities write it for what is below a domain without the domain itself, and it is obeyed so, as OpenSSL does: narrower than without the period where it permits, and wider by nothing where it excludes',
    applies: ({ certificates }) => certificates.some((each) => constraintHosts(each).some((host) => host.startsWith('.'))),
  }),
  issuers('no authorityKeyIdentifier', {
    section: '4.2.1.1',
    because: 'it helps to find the issuer, which the signature proves. `openssl x509 -req` of OpenSSL 3.0 writes none by itself',
    applies: ({ intermediates, endEntity }) =>
      [...intermediates, endEntity].some((each) => each !== undefined && each.authorityKeyIdentifier?.keyIdentifier === undefined),
  }),
  issuers('an authority without subjectKeyIdentifier', {
    section: '4.2.1.2',
    because: 'it helps to find an issuer, which the signature proves. Authorities of old tutorials have none',
    applies: ({ anchors, intermediates }) => [...anchors, ...intermediates].some((each) => each.subjectKeyIdentifier === undefined),
  }),
  issuers('basicConstraints of an authority that are not critical', {
    section: '4.2.1.9',
    because: 'they are obeyed all the same (NIST PKITS 4.6.4 wants that). Tutorials write `basicConstraints=CA:true`',
    applies: ({ anchors, intermediates }) =>
      [...anchors, ...intermediates].some((each) => each.basicConstraints?.cA === true && !isCritical(each, 'basicConstraints')),
  }),
  issuers('limits of an authority that are not critical', {
    section: '4.2.1.10, 4.2.1.11 and 4.2.1.14',
    because: 'nameConstraints, policyConstraints and inhibitAnyPolicy are obeyed all the same',
    applies: ({ anchors, intermediates }) =>
      [...anchors, ...intermediates].some((each) =>
        limits.some((name) => each.extensions.has(x509.oids.extension[name]) && !isCritical(each, name)),
      ),
  }),
  issuers('a subjectAltName beside an empty subject that is not critical', {
    section: '4.2.1.6',
    because: 'the names are read all the same',
    applies: ({ endEntity }) =>
      endEntity?.subject.isEmpty === true && endEntity.subjectAltName !== undefined && !isCritical(endEntity, 'subjectAltName'),
  }),
  issuers('keyCertSign in a certificate that is no authority', {
    section: '4.2.1.3',
    because: 'whoever is no authority issues nothing that is accepted, whatever its keyUsage says',
    applies: ({ endEntity }) => endEntity?.keyUsage?.keyCertSign === true && endEntity.basicConstraints?.cA !== true,
  }),
  {
    name: 'a keyUsage beyond what its key can do',
    reason:
      'RFC 9881 and RFC 8410, sections 5, forbid authorities to write keyEncipherment or keyAgreement beside a key that signs alone. Nobody can use it so; that it signs is what the handshake shows.',
    applies: (facts) => isLimbosOwn(facts, 'rfc9881', 'rfc5280', 'webpki') && facts.certificates.some(hasUsageBeyondKey),
  },
  issuers('serial number zero', {
    section: '4.1.2.2',
    because:
      'it also says that users "SHOULD be prepared to gracefully handle such certificates", and zero names a certificate as well as any. `echo 00 > serial` begins many an `openssl ca`',
    applies: ({ certificates }) => certificates.some(({ serialNumber }) => serialNumber.every((octet) => octet === 0)),
  }),
  issuers('a dNSName beyond letters, digits and hyphens', {
    section: '4.2.1.6',
    because: 'hosts of internal networks have underscores, no name is looked up, and a policy compares the characters that are there',
    applies: (facts) =>
      !hasNameConstraints(facts) && dnsNames(facts.endEntity).some((name) => !isPreferredDnsName(name.replaceAll('*', 'x'))),
  }),
  web('a certificate without subjectAltName', {
    section: '7.1.2.7.12',
    because: 'a client may be named by its subject alone, as most of private PKIs are',
    applies: ({ endEntity }) => endEntity !== undefined && endEntity.subjectAltName === undefined,
  }),
  web('a critical subjectAltName beside a subject', {
    section: '7.1.2.7.12',
    because: 'RFC 5280, section 4.2.1.6, only recommends otherwise, and it is processed',
    applies: ({ endEntity }) => endEntity?.subject.isEmpty === false && isCritical(endEntity, 'subjectAltName'),
  }),
  web('a commonName that is no copy of a subjectAltName', {
    section: '7.1.4.3',
    because: "a client's commonName is a person, a service or a device",
    applies: ({ endEntity }) => commonNames(endEntity).some((name) => !altNames(endEntity).includes(name)),
  }),
  web('other extended key usages than the web wants', {
    section: '7.1.2.1 and 7.1.2.7.10',
    because:
      'RFC 5280, section 4.2.1.12, lets extendedKeyUsage be absent, critical, in an anchor, and list anyExtendedKeyUsage beside the purpose that is asked for',
    applies: ({ anchors, endEntity }) =>
      anchors.some((anchor) => anchor.extendedKeyUsage !== undefined) ||
      (endEntity !== undefined &&
        (endEntity.extendedKeyUsage === undefined ||
          endEntity.extendedKeyUsage.includes(x509.oids.keyPurpose.anyExtendedKeyUsage) ||
          isCritical(endEntity, 'extendedKeyUsage'))),
  }),
  web('an authority as end entity', {
    section: '7.1.2.7.8',
    because:
      'RFC 5280, section 6.1, validates paths to authorities too (NIST PKITS 4.6.8 wants that); extendedKeyUsage and keyUsage say whether it may be a client',
    applies: ({ endEntity }) => endEntity?.basicConstraints?.cA === true,
  }),
  web('a trust anchor whose authorityKeyIdentifier is not its own subjectKeyIdentifier alone', {
    section: '7.1.2.1.3',
    because: 'an anchor is trusted for its key, and nobody looks for its issuer (RFC 5280, section 6.1.1 (d))',
    applies: ({ anchors }) => anchors.some(hasOtherAuthorityKeyIdentifier),
  }),
  web('an RSA modulus whose bits are no multiple of eight', {
    section: '6.1.5',
    because: 'its strength is that of its length, which has a floor of 2048 bits',
    applies: ({ certificates }) => certificates.some((each) => modulusBits(each) % 8 !== 0),
  }),
  web('a certificate of version 1', {
    section: '7.1.1',
    because: 'plain `openssl x509 -req` makes such end entities. They never issue',
    applies: ({ endEntity }) => endEntity?.version === 1,
  }),
  ...crlAcceptanceRules,
];

export const allRules: readonly DivergenceRule[] = [...acceptanceRules, ...refusalRules];

interface Profile {
  readonly section: string;
  /** Half a sentence: why it is accepted all the same. */
  readonly because: string;
  readonly applies: (facts: Facts) => boolean;
}

/** RFC 5280, section 4, says what a conforming authority writes; section 6 does not ask a validator to look. */
function issuers(name: string, { section, because, applies }: Profile): DivergenceRule {
  return {
    name,
    reason: `RFC 5280, section ${section}, binds the authority that issues, and section 6.1 does not ask: ${because}.`,
    applies: (facts) => isLimbosOwn(facts, 'rfc5280', 'webpki') && applies(facts),
  };
}

/** The CA/Browser Forum's Baseline Requirements bind public authorities and certificates of web servers. */
function web(name: string, { section, because, applies }: Profile): DivergenceRule {
  return {
    name,
    reason: `CA/Browser Forum BR ${section} binds public authorities that certify web servers: ${because}.`,
    applies: (facts) => isLimbosOwn(facts, 'webpki') && applies(facts),
  };
}
