import { equalBytes } from '../../asn1/index.js';
import type { Certificate } from '../../x509/index.js';
import { certIdMatcher } from './cert-id.js';
import type { OcspIssuer } from './delegation.js';
import { unknownCritical } from './extensions.js';
import type { BasicOcspResponse, OcspResponse } from './response.js';
import { describeRevocation, instant, type OcspResult, type OcspUnknown, unknown } from './result.js';
import { findSigner, type OcspSigner } from './signer.js';
import type { CertStatus, SingleResponse } from './single-response.js';

export interface OcspInputs {
  /** The certificate whose status is asked, of a validated path. */
  readonly certificate: Certificate;
  /** The certificate and key that signed it, of the same path. */
  readonly issuer: OcspIssuer;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What was sent as the request's nonce. */
  readonly nonce?: Uint8Array | undefined;
  /**
   * `require` refuses a response without the nonce that was sent; and every response, if none was sent. `ifPresent` takes responses without,
   * as public responders give them, who sign once for all askers. A nonce that differs from the one sent is refused in both.
   */
  readonly noncePolicy: 'require' | 'ifPresent';
  /** Certificates that the operator trusts to answer for this issuer; of each, the key, the name and the validity count. */
  readonly responders?: readonly Certificate[] | undefined;
  /** How long after thisUpdate a response without nextUpdate counts; default 0: as long as `clockSkewSeconds` alone lets it. */
  readonly maxAgeSeconds?: number | undefined;
  /** By how much the responder's clock may differ from ours. */
  readonly clockSkewSeconds: number;
}

/**
 * What a response says of a certificate, if it is to be believed: RFC 6960, section 3.2, in an order in which dates are believed only once
 * the signature is.
 *
 * | the response                                                        | result                  |
 * | ------------------------------------------------------------------- | ----------------------- |
 * | has an error status                                                 | unknown `responder`     |
 * | is not about the certificate                                        | unknown `noInformation` |
 * | has a critical extension that is not understood                     | unknown `malformed`     |
 * | has another nonce, or none where one is required                    | unknown `nonce`         |
 * | is not signed by someone authorized                                 | unknown `notAuthorized`, `signature` |
 * | says `revoked`                                                      | revoked, whenever it is |
 * | says `unknown`                                                      | unknown `responder`     |
 * | ends before it begins                                               | unknown `malformed`     |
 * | begins later than `at` and the skew                                 | unknown `notYetValid`   |
 * | ended earlier than `at` less the skew                               | unknown `expired`       |
 * | says `good`                                                         | good                    |
 */
export function evaluateOcsp(response: OcspResponse, inputs: OcspInputs): OcspResult {
  if (response.responseStatus !== 'successful') return unknown('responder', `the responder answered ${response.responseStatus}`);
  const { basic } = response;
  const single = findSingleResponse(basic.responses, inputs);
  if (single === undefined) return unknown('noInformation', 'the response is not about the certificate');
  const unusable = checkCritical(basic, single) ?? checkNonce(basic.nonce, inputs);
  if (unusable !== undefined) return unusable;
  const signer = findSigner(basic, inputs);
  return 'status' in signer ? signer : judge(single, signer, inputs);
}

/** RFC 6960, section 3.2 (1). Of several, the newest; at a tie, the worst. */
function findSingleResponse(responses: readonly SingleResponse[], { certificate, issuer }: OcspInputs): SingleResponse | undefined {
  const isAboutIt = certIdMatcher(certificate, issuer.certificate);
  let found: SingleResponse | undefined;
  for (const single of responses) {
    if (isAboutIt(single.certId) && (found === undefined || isPreferred(single, found))) found = single;
  }
  return found;
}

function isPreferred(single: SingleResponse, found: SingleResponse): boolean {
  if (single.thisUpdate !== found.thisUpdate) return single.thisUpdate > found.thisUpdate;
  return severity[single.certStatus.type] > severity[found.certStatus.type];
}

const severity: Readonly<Record<CertStatus['type'], number>> = { good: 0, unknown: 1, revoked: 2 };

/** RFC 6960, section 4.4; RFC 5280, section 4.2. */
function checkCritical(basic: BasicOcspResponse, single: SingleResponse): OcspUnknown | undefined {
  const oid = unknownCritical(basic.extensions) ?? unknownCritical(single.extensions);
  return oid === undefined ? undefined : unknown('malformed', `the critical extension ${oid} is not supported`);
}

/**
 * RFC 6960, section 4.4.1; RFC 9654, section 2.1.
 *
 * | sent | in the response | `require` | `ifPresent` |
 * | ---- | --------------- | --------- | ----------- |
 * | yes  | the same        | none      | none        |
 * | yes  | another         | `nonce`   | `nonce`     |
 * | yes  | none            | `nonce`   | none        |
 * | no   | any or none     | `nonce`   | none        |
 */
function checkNonce(found: Uint8Array | undefined, { nonce, noncePolicy }: OcspInputs): OcspUnknown | undefined {
  if (nonce !== undefined && found !== undefined) {
    return equalBytes(nonce, found) ? undefined : unknown('nonce', 'the nonce is not the one that was sent');
  }
  if (noncePolicy === 'ifPresent') return undefined;
  return unknown('nonce', nonce === undefined ? 'a nonce is required, and none was sent' : 'the response has no nonce');
}

/** RFC 6960, sections 2.2, 3.2 (5) and (6), 4.2.2.1. */
function judge({ certStatus, thisUpdate, nextUpdate }: SingleResponse, signer: OcspSigner, inputs: OcspInputs): OcspResult {
  const { at, maxAgeSeconds = 0 } = inputs;
  const skew = inputs.clockSkewSeconds * 1_000;
  const end = nextUpdate ?? thisUpdate + maxAgeSeconds * 1_000;
  const answer = {
    thisUpdate,
    validFrom: thisUpdate - skew,
    validUntil: Math.min(end + skew, signer.validUntil),
    ...(signer.needsCheck === undefined ? {} : { responderNeedsCheck: signer.needsCheck }),
    ...(signer.responder === undefined ? {} : { responder: signer.responder }),
  };
  // Whatever the reason, removeFromCRL included, which is for delta CRLs and lifts nothing here.
  if (certStatus.type === 'revoked') {
    const { reason, revocationDate } = certStatus;
    return { ...answer, status: 'revoked', reason, revocationDate, detail: describeRevocation(reason, revocationDate) };
  }
  if (certStatus.type === 'unknown') return unknown('responder', 'the responder does not know the certificate');
  if (end < thisUpdate) return unknown('malformed', `nextUpdate, ${instant(end)}, is before thisUpdate, ${instant(thisUpdate)}`);
  // Both are written so that a clock or a skew that is not a number refuses.
  if (!(answer.validFrom <= at)) return unknown('notYetValid', `thisUpdate is ${instant(thisUpdate)}, and it is ${instant(at)}`);
  if (!(at < answer.validUntil)) {
    return { ...unknown('expired', `the answer counts until ${instant(end)}, and it is ${instant(at)}`), expiredAt: end };
  }
  return { ...answer, status: 'good' };
}
