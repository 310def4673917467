import { hash } from 'node:crypto';
import { equalBytes } from '../../asn1/index.js';
import { type Certificate, type PublicKey, preparePublicKey, readCertificate, verifySignature } from '../../x509/index.js';
import { checkDelegation, checkIssuedBy, checkPeriod, endOf, hasNoCheck, type OcspIssuer } from './delegation.js';
import type { BasicOcspResponse, ResponderId } from './response.js';
import { type OcspUnknown, type OcspUnknownWhy, unknown } from './result.js';

/** Who signed a response, and until when that counts. */
export interface OcspSigner {
  /** Milliseconds since the epoch, exclusive: when the signer's own certificate ends; the issuer's end is its path's business. */
  readonly validUntil: number;
  /** A delegated responder whose own revocation is to be asked. */
  readonly needsCheck: Certificate | undefined;
  /** Whoever signed, where it is not the issuer. */
  readonly responder: Certificate | undefined;
}

interface Inputs {
  readonly certificate: Certificate;
  readonly issuer: OcspIssuer;
  readonly responders?: readonly Certificate[] | undefined;
  readonly at: number;
}

/**
 * Certificates of a response that are checked with the issuer's key. Whoever sits between us and the responder chooses them, and each costs
 * up to 2 ms (P-521); a responder sends its own alone, or two while it renews it.
 */
const mostCandidates = 3;

/**
 * RFC 6960, section 4.2.2.2: a response counts when the one that responderID names has signed it, and is
 *
 * 1. the issuer of the certificate in question, by the very key that signed it;
 * 2. one that the operator configured to answer for this issuer, by its key;
 * 3. one that the issuer has delegated this to, in a certificate that comes with the response.
 *
 * No key but those of trusted certificates is ever used. When none fits, the finding about the last that was tried is told; what came along and is
 * not the issuer's, which anybody may put there, is told only where nothing else is.
 */
export function findSigner(response: BasicOcspResponse, inputs: Inputs): OcspSigner | OcspUnknown {
  const isResponder = responderMatcher(response.responderId);
  let nearest = nobody;
  for (const attempts of [byIssuer, byConfigured, byDelegated]) {
    for (const attempt of attempts(response, isResponder, inputs)) {
      if (!('finding' in attempt)) return attempt;
      if (nearest === nobody || !attempt.isForeign) nearest = attempt.finding;
    }
  }
  return nearest;
}

const nobody = unknown('notAuthorized', 'it names a responder that is neither the issuer, nor configured, nor among its own certificates');

type Matcher = (certificate: Certificate) => boolean;
type Attempts = Generator<OcspSigner | Failure, void>;

interface Failure {
  readonly finding: OcspUnknown;
  readonly isForeign: boolean;
}

function* byIssuer(response: BasicOcspResponse, isResponder: Matcher, { issuer }: Inputs): Attempts {
  if (!isResponder(issuer.certificate)) return;
  const fault = checkSignedBy(response, issuer.publicKey);
  if (fault === undefined) yield { validUntil: Number.POSITIVE_INFINITY, needsCheck: undefined, responder: undefined };
  else yield failure('signature', `by the issuer: ${fault}`);
}

function* byConfigured(response: BasicOcspResponse, isResponder: Matcher, { responders = [], at }: Inputs): Attempts {
  for (const responder of responders.filter(isResponder)) {
    const unfit = checkPeriod(responder, at);
    const fault = unfit === undefined ? checkSignedByCertificate(response, responder) : undefined;
    if (unfit !== undefined) yield failure('notAuthorized', `the certificate of the configured responder ${unfit}`);
    else if (fault !== undefined) yield failure('signature', `by the configured responder: ${fault}`);
    else yield { validUntil: endOf(responder), needsCheck: undefined, responder };
  }
}

function* byDelegated(response: BasicOcspResponse, isResponder: Matcher, { certificate, issuer, at }: Inputs): Attempts {
  let candidates = 0;
  for (const der of response.certs) {
    const read = readCertificate(der);
    if (!read.ok || !isResponder(read.value)) continue;
    const responder = read.value;
    // Some send the issuer's certificate along; its key had its turn.
    if (responder.spki256 === issuer.certificate.spki256) continue;
    if (++candidates > mostCandidates) {
      yield failure('notAuthorized', `more than ${mostCandidates} of its certificates bear the responder's name`);
      return;
    }
    const foreign = checkIssuedBy(responder, issuer);
    const unfit = foreign ?? checkDelegation(responder, certificate, at);
    const fault = unfit === undefined ? checkSignedByCertificate(response, responder) : undefined;
    if (unfit !== undefined) yield failure('notAuthorized', `the responder's certificate ${unfit}`, foreign !== undefined);
    else if (fault !== undefined) yield failure('signature', `by the delegated responder: ${fault}`);
    else yield { validUntil: endOf(responder), needsCheck: hasNoCheck(responder) ? undefined : responder, responder };
  }
}

function failure(why: OcspUnknownWhy, detail: string, isForeign = false): Failure {
  return { finding: unknown(why, detail), isForeign };
}

/** RFC 6960, section 4.2.2.3: by the subject's name, or by the SHA-1 of the key's bits. */
function responderMatcher(responderId: ResponderId): Matcher {
  if (responderId.type === 'byName') return ({ subject }) => subject.equals(responderId.name);
  return ({ subjectPublicKeyInfo }) => equalBytes(hash('sha1', subjectPublicKeyInfo.subjectPublicKey, 'buffer'), responderId.keyHash);
}

function checkSignedByCertificate(response: BasicOcspResponse, responder: Certificate): string | undefined {
  const publicKey = preparePublicKey(responder.subjectPublicKeyInfo);
  if (!publicKey.ok) return `its key is not allowed: ${publicKey.refusal.trace[0]?.detail}`;
  return checkSignedBy(response, publicKey.value);
}

function checkSignedBy({ signatureAlgorithm, tbsResponseData, signature }: BasicOcspResponse, publicKey: PublicKey): string | undefined {
  return verifySignature(publicKey, signatureAlgorithm, tbsResponseData, signature)?.detail;
}
