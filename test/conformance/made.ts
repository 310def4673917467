import {
  authorityKeyIdentifier,
  basicConstraints,
  buildCertificate,
  type CertificateOptions,
  extendedKeyUsage,
  generalName,
  keyUsage,
  subjectAltName,
  subjectKeyIdentifier,
  testKey,
} from '../../packages/core/test/support/certificate-builder.js';
import { buildCrl, type CrlOptions, cRLNumber } from '../../packages/core/test/support/crl-builder.js';
import type { ConformanceCase, PathQuestion, ReadingQuestion, Revocation } from './conformance-case.js';
import { observe } from './decide.js';
import { type Facts, factsOf } from './facts.js';

/** Certificates without any fault, in which a test puts one: what limbo does, in small. */
export const parts = {
  rootId: subjectKeyIdentifier(Uint8Array.of(1)),
  byRoot: authorityKeyIdentifier(Uint8Array.of(1)),
  isAuthority: basicConstraints(true),
  mayIssue: keyUsage('keyCertSign', 'cRLSign'),
  maySign: keyUsage('digitalSignature'),
  isServer: extendedKeyUsage('serverAuth'),
  named: subjectAltName(generalName.dNSName('example.com')),
};

const rootKey = testKey('ec', 'root');

export function root(options: CertificateOptions = {}): Uint8Array {
  return buildCertificate({
    subject: 'root',
    key: rootKey,
    extensions: [parts.isAuthority, parts.mayIssue, parts.rootId],
    ...options,
  });
}

export function endEntity(options: CertificateOptions = {}): Uint8Array {
  return buildCertificate({
    subject: 'example.com',
    issuer: 'root',
    issuerKey: rootKey,
    serialNumber: 2,
    extensions: [parts.byRoot, parts.maySign, parts.isServer, parts.named],
    ...options,
  });
}

export interface CaseOptions extends Partial<Omit<ConformanceCase, 'question'>> {
  readonly anchors?: readonly Uint8Array[];
  readonly intermediates?: readonly Uint8Array[];
  readonly endEntity?: Uint8Array;
  readonly revocation?: Revocation;
}

export const at = Date.parse('2030-01-01T00:00:00Z');

export function madeCase({
  anchors = [root()],
  intermediates = [],
  endEntity: leaf = endEntity(),
  revocation,
  ...options
}: CaseOptions = {}): ConformanceCase & { readonly question: PathQuestion } {
  return {
    id: 'rfc5280::made',
    expected: 'FAILURE',
    question: {
      kind: 'path',
      anchors,
      intermediates,
      endEntity: leaf,
      at,
      rules: { depth: 10, keyPurposes: ['1.3.6.1.5.5.7.3.1'] },
      revocation,
    },
    recordedReasons: undefined,
    asks: { peerNames: [] },
    namespaces: ['rfc5280'],
    features: [],
    category: undefined,
    isDenialOfService: false,
    ...options,
  };
}

/** What core answers, and what a rule may ask of it. */
export function madeFacts(options: CaseOptions = {}): Promise<Facts> {
  return observed(madeCase(options));
}

/** The same of a list that is read, and of nothing else. */
export function listFacts(der: Uint8Array, question: Partial<ReadingQuestion> = {}): Promise<Facts> {
  return observed({ ...madeCase(), namespaces: ['webpki-crl-parse'], question: { kind: 'reading', what: 'CRL', der, ...question } });
}

async function observed(testcase: ConformanceCase): Promise<Facts> {
  return factsOf(testcase, (await observe(testcase.question)).verdict);
}

/** A list of the root, without any fault. */
export function crl(options: CrlOptions = {}): Uint8Array {
  return buildCrl({ issuer: 'root', issuerKey: rootKey, extensions: [cRLNumber(1)], ...options });
}
