import type { Refusal } from '@peercert/core';

/**
 * What core refuses and other readers accept, by classes of refusals, each with its reason. A class that is not written here is a
 * finding of the fuzzer, and fails the differential test. The other direction is in accepted-alone-rules.ts.
 */

/** A class of refusals that other readers do not share. */
export interface RefusalRule {
  readonly code:
    | 'CERTIFICATE_MALFORMED'
    | 'ALGORITHM_NOT_ALLOWED'
    | 'KEY_NOT_ALLOWED'
    | 'CRITICAL_EXTENSION_UNRECOGNIZED'
    | 'NAME_NOT_PERMITTED'
    | 'NO_EXPLICIT_POLICY'
    | 'BUDGET_EXHAUSTED';
  readonly detail: RegExp;
  /** `reading`: only by those who read without verifying (node:crypto, @peculiar/x509); OpenSSL's verification refuses it too. */
  readonly acceptedBy: 'verifying' | 'reading';
  readonly reason: string;
}

export const refusalRules: readonly RefusalRule[] = [
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /: (indefinite length|length is not in its shortest form|length of more than four octets)$/,
    acceptedBy: 'verifying',
    reason: 'X.690, section 10.1: DER has one form of each length. OpenSSL reads BER.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /: (tag [13579bdf]f where [0-9a-f]{2} is expected|tag number above 30|no form of GeneralName has this tag)$/,
    acceptedBy: 'verifying',
    reason:
      'X.690, section 8.1.2.2: numbers up to 30 stand in the first octet. OpenSSL reads them from further octets too; X.509 has no higher ones.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail:
      /: tag (10 where 30|11 where 31|23 where 03|24 where 04|2c where 0c|33 where 13|a0 where 80|80 where a0|a1 where a3|a2 where a3|a1 where 81|a2 where 82|a6 where 86|a7 where 87) is expected$/,
    acceptedBy: 'verifying',
    reason:
      'X.690, sections 8.1.2.5 and 10.2: lists are constructed, strings are not. OpenSSL puts strings in pieces together, and does not ask that a SET, or what a tag wraps, is constructed.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /: BOOLEAN is (neither 00 nor FF|not of one octet)$/,
    acceptedBy: 'verifying',
    reason: 'X.690, section 11.1: TRUE is FF. OpenSSL takes any octet but 00 for it.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /critical FALSE is encoded$|cA FALSE is encoded$|^version v1 is encoded$/,
    acceptedBy: 'verifying',
    reason: 'X.690, section 11.5: a value that is the default is not encoded. OpenSSL does not ask.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /: (BIT STRING whose unused bits are not zero|BIT STRING is not of whole octets|empty BIT STRING with unused bits)$/,
    acceptedBy: 'verifying',
    reason:
      'X.690, section 11.2.1: unused bits are zero; and keys and signatures have none (RFC 5280, sections 4.1.1.3 and 4.1.2.7). OpenSSL clears them.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /: OBJECT IDENTIFIER (with a padded arc|ends inside an arc|without content)$/,
    acceptedBy: 'verifying',
    reason: 'X.690, section 8.19.2: whole arcs, each in as few octets as it takes. OpenSSL checks what it decodes alone.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail:
      /with a character that is not (printable )?ASCII$|with NUL$|with NUL or a character|that is not UTF-8$|something else than digits and spaces$/,
    acceptedBy: 'verifying',
    reason:
      'What a string type does not allow, and NUL in any, reads as one name to one program and as another to the next. OpenSSL takes most of it as it is.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /(String with a number that is no character|String whose length is not a multiple of [24])$/,
    acceptedBy: 'verifying',
    reason:
      'X.680, section 41.15: BMPString and UniversalString hold whole characters, and surrogates are none. OpenSSL does not look where it compares no names.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /(dNSName|rfc822Name|uniformResourceIdentifier) is empty$/,
    acceptedBy: 'verifying',
    reason: 'RFC 5280, section 4.2.1.6: a name of no characters names nobody. OpenSSL does not ask.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: / is empty$/,
    acceptedBy: 'verifying',
    reason:
      'SIZE (1..MAX) and "MUST NOT be an empty sequence": a list without members says nothing, or everything. OpenSSL does not count.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /^((subject|issuer|.*directoryName|.*distributionPoint) attribute|extension) is missing$/,
    acceptedBy: 'verifying',
    reason: 'RelativeDistinguishedName and Extensions are SIZE (1..MAX) (RFC 5280, appendix A.1). OpenSSL takes empty ones.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /^serialNumber (is negative|of more than 20 octets)$|: INTEGER (is negative|padded with an? (zero|FF) octet)$/,
    acceptedBy: 'verifying',
    reason:
      'RFC 5280, section 4.1.2.2: a positive number of at most 20 octets; X.690, section 8.3.2: the shortest form. OpenSSL takes any number as a serial, and does not decode limits that it does not use.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /^version: there is no v|^version: INTEGER|in a certificate of version [12]$/,
    acceptedBy: 'verifying',
    reason: 'RFC 5280, sections 4.1.2.1, 4.1.2.8 and 4.1.2.9: three versions, and what each of them has. OpenSSL asks in its strict mode.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /^extension [\d.]+ twice$/,
    acceptedBy: 'verifying',
    reason: 'RFC 5280, section 4.2: "MUST NOT include more than one instance". OpenSSL refuses some and passes over others.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /^authorityKeyIdentifier: authorityCertIssuer and authorityCertSerialNumber come together only$/,
    acceptedBy: 'verifying',
    reason: 'RFC 5280, appendix A.2: both or none. OpenSSL uses whichever is there.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /: neither distributionPoint nor cRLIssuer$/,
    acceptedBy: 'verifying',
    reason: 'RFC 5280, section 4.2.1.13. OpenSSL decodes the points and asks nothing of them unless it looks for a CRL.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /: iPAddress (is not of (4 or 16|8 or 32) octets|with a mask that is no prefix)$|: a subtree with minimum or maximum$/,
    acceptedBy: 'verifying',
    reason: 'RFC 5280, sections 4.2.1.6 and 4.2.1.10. OpenSSL asks when it compares an address, or applies a constraint, and not before.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /: the same certificate policy twice$/,
    acceptedBy: 'verifying',
    reason:
      'RFC 5280, section 4.2.1.4: "MUST NOT appear more than once". OpenSSL asks when it evaluates policies, which it does on demand alone.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail:
      /^(policyMappings|policyConstraints|inhibitAnyPolicy|certificatePolicies|issuerAltName|subjectDirectoryAttributes|freshestCRL|authorityInfoAccess|subjectInfoAccess)\b/,
    acceptedBy: 'verifying',
    reason: 'RFC 5280, section 4.2: what is recognized is decoded. OpenSSL leaves these extensions alone until somebody asks for them.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail:
      /^(keyUsage|extendedKeyUsage|basicConstraints|authorityKeyIdentifier|subjectKeyIdentifier|subjectAltName|nameConstraints|cRLDistributionPoints): trailing data$/,
    acceptedBy: 'verifying',
    reason: 'The octets of an extension are one element and nothing behind it. OpenSSL decodes the first and does not look further.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /^issuer is empty$/,
    acceptedBy: 'reading',
    reason: 'RFC 5280, section 4.1.2.4: "MUST contain a non-empty distinguished name".',
  },
  {
    code: 'ALGORITHM_NOT_ALLOWED',
    detail: /^ECDSA with SHA-\d+ with parameters$|^RSA with SHA-\d+ with parameters other than NULL$|^Ed25519 with parameters$/,
    acceptedBy: 'verifying',
    reason:
      'RFC 5758, section 3.2, RFC 4055, section 5, and RFC 8410, section 3: parameters that the algorithm does not have. OpenSSL passes over them.',
  },
  {
    code: 'ALGORITHM_NOT_ALLOWED',
    detail: /^RSASSA-PSS-params\b/,
    acceptedBy: 'verifying',
    reason:
      'RFC 4055, section 3.1: SHA-2, with MGF1 of the same hash as it recommends, in DER. OpenSSL takes each of the fields in more forms.',
  },
  {
    code: 'KEY_NOT_ALLOWED',
    detail: /^(RSA|EC|rsaEncryption|RSAPublicKey|RSASSA-PSS-params|public key algorithm)\b/,
    acceptedBy: 'verifying',
    reason:
      'The floor that docs/errors.md tells: RSA from 2048 bits with an odd exponent from 3, three named curves, nothing in hybrid form, in DER. OpenSSL takes what gives 112 bits.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /^it has nameConstraints and is no authority$/,
    acceptedBy: 'verifying',
    reason: 'RFC 5280, section 4.2.1.10: "MUST be used only in a CA certificate". OpenSSL passes over them in an end entity.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /^its policyMappings map (to )?anyPolicy$/,
    acceptedBy: 'verifying',
    reason: 'RFC 5280, section 6.1.4 (a): anyPolicy is no policy that could be mapped, nor one to map to. OpenSSL asks on demand.',
  },
  {
    code: 'NO_EXPLICIT_POLICY',
    detail: /./,
    acceptedBy: 'verifying',
    reason: 'RFC 5280, sections 6.1.3 (f) and 6.1.5 (g). OpenSSL processes policies on demand alone, though they may be critical.',
  },
  {
    code: 'CRITICAL_EXTENSION_UNRECOGNIZED',
    detail: /the critical extension (1\.3\.6\.1\.5\.5\.7\.(1\.[78]|48\.1\.5)|2\.16\.840\.1\.113730\.1\.1) /,
    acceptedBy: 'verifying',
    reason: 'RFC 5280, section 6.1.5 (f): a critical extension that is not processed. OpenSSL counts these among those that it knows.',
  },
  {
    code: 'BUDGET_EXHAUSTED',
    detail: /( has more than 128 attributes|: OBJECT IDENTIFIER of more than 128 octets)$/,
    acceptedBy: 'verifying',
    reason:
      'What a peer can make us read is bounded: a name of so many attributes names nobody, and no identifier in use is so long. OpenSSL has no such bound.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /^signatureAlgorithm differs from the one in tbsCertificate$/,
    acceptedBy: 'reading',
    reason: 'RFC 5280, section 4.1.1.2: both "MUST contain the same algorithm identifier". It shows where signatures are verified.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /^not(Before|After): (UTCTime is not|GeneralizedTime is not|time |there is no (month|day|time)|tag )/,
    acceptedBy: 'reading',
    reason: 'RFC 5280, section 4.1.2.5: seconds, Z, no fractions, and a day that the calendar has. It shows where times are compared.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail:
      /^(keyUsage|extendedKeyUsage|basicConstraints|authorityKeyIdentifier|subjectKeyIdentifier|subjectAltName|nameConstraints|cRLDistributionPoints|certificatePolicies|policyMappings|policyConstraints|inhibitAnyPolicy|issuerAltName|freshestCRL|authorityInfoAccess|subjectInfoAccess|subjectDirectoryAttributes)\b/,
    acceptedBy: 'reading',
    reason:
      'What stands inside of an extension. node:crypto decodes few, when asked, and shows nothing of one that is malformed; @peculiar/x509 decodes some, and BER.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail:
      /( is missing|: (trailing data|tag .* is expected|BIT STRING (without content|with more than 7 unused bits)|INTEGER without content))$/,
    acceptedBy: 'reading',
    reason:
      '@peculiar/x509 passes over elements that it does not expect, at the end of a SEQUENCE and behind the certificate, and over the content of those that it expects.',
  },
  {
    code: 'CERTIFICATE_MALFORMED',
    detail: /: runs past the end of what holds it$/,
    acceptedBy: 'reading',
    reason: 'A length that says more than what holds the element has left: @peculiar/x509 ends the element there and reads on.',
  },
  {
    code: 'BUDGET_EXHAUSTED',
    detail: /^the certificate has \d+ bytes, 65536 are read$/,
    acceptedBy: 'verifying',
    reason: 'What a peer can make us read is bounded; real certificates have 1 to 10 KB. OpenSSL has no such bound.',
  },
];

/** The written reason for a refusal that another reader does not share; undefined where there is none. */
export function ruleFor({ code, trace }: Refusal, by: 'verifying' | 'reading' = 'verifying'): RefusalRule | undefined {
  const detail = trace[0]?.detail ?? '';
  return refusalRules.find(
    (rule) => `PEERCERT_${rule.code}` === code && rule.detail.test(detail) && (by === 'reading' || rule.acceptedBy === 'verifying'),
  );
}

/** Refusals that say the same of different certificates and fields: what was found, and where, left out. */
export function classOf({ code, trace }: Refusal): string {
  const detail = trace[0]?.detail ?? '';
  const general = detail
    .replace(/^.*: (?=[^:]+$)/s, '')
    .replace(/\b\d+(?:\.\d+)+\b/g, 'OID')
    .replace(/tag [0-9a-f]{2} where [0-9a-f]{2}/g, 'tag where another')
    .replace(/its issuer, .*, (is|leads)/s, 'its issuer $1')
    .replace(/^.* is (missing|empty)$/, 'it is $1')
    .replace(/\bv?\d+\b/g, 'N');
  return `${code.replace('PEERCERT_', '')}: ${general}`;
}
