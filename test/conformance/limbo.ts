import type { ConformanceCase, PeerName, Revocation } from './conformance-case.js';
import { x509 } from './core.js';
import type { Json } from './json-reader.js';
import { revocationReason } from './recorded-reasons.js';

/** As the verifier's own default: intermediates between the end entity and the anchor. */
const defaultDepth = 10;

/**
 * Cases in the form of C2SP/x509-limbo: its own, those it derives from Netflix's BetterTLS, and what was proposed for it. A case without a
 * key purpose is about TLS servers or clients, as its kind says.
 */
export function readLimboCases(file: Json, now: number, triage: ReadonlyMap<string, string>): readonly ConformanceCase[] {
  return file.at('testcases').items.map((testcase) => readTestcase(testcase, now, triage));
}

/** By case, the category that somebody sorted it into. */
export function readTriage(file: Json): ReadonlyMap<string, string> {
  return new Map(file.at('cases').items.map((row) => [row.at('id').string, row.at('category').string]));
}

function readTestcase(testcase: Json, now: number, triage: ReadonlyMap<string, string>): ConformanceCase {
  const id = testcase.at('id').string;
  const kind = testcase.at('validation_kind').oneOf('SERVER', 'CLIENT');
  const expected = testcase.at('expected_result').oneOf('SUCCESS', 'FAILURE');
  const features = testcase.at('features').optional(({ strings }) => strings) ?? [];
  const revocation = readRevocation(testcase);
  return {
    id,
    expected,
    question: {
      kind: 'path',
      anchors: testcase.at('trusted_certs').items.map(certificate),
      intermediates: testcase.at('untrusted_intermediates').items.map(certificate),
      endEntity: certificate(testcase.at('peer_certificate')),
      at: wholeSeconds(testcase.at('validation_time').optional(({ time }) => time) ?? now),
      rules: {
        depth: testcase.at('max_chain_depth').optional(({ wholeNumber }) => wholeNumber) ?? defaultDepth,
        keyPurposes: keyPurposes(testcase.at('extended_key_usage'), kind),
      },
      revocation,
    },
    // limbo writes down no reasons, but spoils one thing in a case: with CRLs it is they.
    recordedReasons: revocation === undefined || expected === 'SUCCESS' ? undefined : [revocationReason],
    asks: {
      peerNames: [
        ...(testcase.at('expected_peer_name').optional((name) => [peerName(name)]) ?? []),
        ...testcase.at('expected_peer_names').items.map(peerName),
      ],
    },
    namespaces: id.split('::').slice(0, -1),
    features,
    category: triage.get(id),
    isDenialOfService: features.includes('denial-of-service'),
  };
}

function certificate(json: Json): Uint8Array {
  return json.pem('CERTIFICATE');
}

/** limbo compares whole seconds: what is valid through a second is valid during all of it. */
function wholeSeconds(at: number): number {
  return Math.floor(at / 1_000) * 1_000;
}

/** limbo's names of key purposes are ours. */
const purposes = [
  'serverAuth',
  'clientAuth',
  'codeSigning',
  'emailProtection',
  'timeStamping',
  'OCSPSigning',
  'anyExtendedKeyUsage',
] as const;

function keyPurposes(asked: Json, kind: 'SERVER' | 'CLIENT'): readonly string[] {
  const named = asked.items.map((purpose) => x509.oids.keyPurpose[purpose.oneOf(...purposes)]);
  return named.length > 0 ? named : [kind === 'SERVER' ? x509.oids.keyPurpose.serverAuth : x509.oids.keyPurpose.clientAuth];
}

function peerName(json: Json): PeerName {
  return { kind: json.at('kind').oneOf('DNS', 'IP', 'RFC822'), value: json.at('value').string };
}

/** limbo refuses where a CRL is given and says nothing of a certificate. */
function readRevocation(testcase: Json): Revocation | undefined {
  const crls = testcase.at('crls').optional(({ items }) => items.map((crl) => crl.pem('X509 CRL'))) ?? [];
  return crls.length === 0 ? undefined : { crls, exceptions: {} };
}
