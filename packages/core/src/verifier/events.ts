import { channel } from 'node:diagnostics_channel';
import type { Refusal } from '../errors/index.js';
import type { ClientIdentity } from '../identity/index.js';
import type { PeerRequest } from '../peer/index.js';
import type { RuleTrace } from '../policy/index.js';

/**
 * What peercert tells through `node:diagnostics_channel`. Attribute names are those of OpenTelemetry's registry (`tls.client.*`) where it
 * has one; the rest stands under `peercert.*`. Publishing costs nothing while nobody subscribes, and decides nothing: what a subscriber
 * throws goes to the process as an uncaught exception, never back here.
 */
const decisions = channel('peercert:decision');
const handshakeFailures = channel('peercert:handshake-failure');

const revocations = channel('peercert:revocation');
const sources = channel('peercert:source');
const ends = channel('peercert:end');
const expiries = channel('peercert:expiry');
const reloads = channel('peercert:reload');

/** Certificates of files that changed are in force from now on: the message on `peercert:reload`. */
export interface ReloadEvent {
  /** `trust`: the authorities of a trust set; `credentials`: the server's own key and certificate. */
  readonly kind: 'trust' | 'credentials';
  /** The files, folders and globs, as the operator named them. */
  readonly source: string;
  /** Whose authorities they are; absent for credentials. */
  readonly trustSet?: string;
  readonly added: readonly ReloadedCertificate[];
  readonly removed: readonly ReloadedCertificate[];
}

export interface ReloadedCertificate {
  readonly subject: string;
  /** SHA-256 in hexadecimal. */
  readonly fingerprint256: string;
}

/** A CRL, an authority that is trusted, or a client that came will count for nothing soon: the message on `peercert:expiry`. */
export interface ExpiryEvent {
  readonly kind: 'authority' | 'crl' | 'client';
  readonly subject: string;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
}

/** A source of revocation told something new: the message on `peercert:revocation`. */
export interface RevocationEvent {
  /** The file, folder, address or option. */
  readonly source: string;
  /** What is in force now, in words. */
  readonly detail: string;
}

/** A source failed, is in order again, or has failed for so long that it counts for nothing: the message on `peercert:source`. */
export interface SourceEvent {
  readonly source: string;
  readonly kind: 'failed' | 'recovered' | 'stale';
  readonly detail: string;
  /** Milliseconds since the epoch: when it was last in order. */
  readonly since: number;
}

/** One decision of a guard: the message on `peercert:decision`. */
export interface DecisionEvent {
  /** The request decided about, for correlation; not to be kept. */
  readonly request: PeerRequest;
  readonly identity: ClientIdentity | null;
  /** Present when the request was refused. */
  readonly refusal?: Refusal;
  readonly attributes: Readonly<Record<string, string | boolean>>;
  /** Every rule of the policies in its order: what it expected, what it found; worked out when it is read. Empty where no policy was asked. */
  readonly rules: readonly RuleTrace[];
  /** What policies with `mode: 'report'` would have refused. */
  readonly reported: readonly Refusal[];
}

/** One TLS handshake that failed before there was a request: the message on `peercert:handshake-failure`. */
export interface HandshakeFailureEvent {
  readonly error: Error;
  readonly attributes: Readonly<Record<string, string>>;
}

export function publishDecision(
  request: PeerRequest,
  identity: ClientIdentity | null,
  refusal?: Refusal,
  judgement?: { readonly reported: readonly Refusal[]; trace(): readonly RuleTrace[] },
): void {
  if (!decisions.hasSubscribers) return;
  const attributes = {
    'peercert.verify': refusal === undefined ? (identity === null ? 'NONE' : 'SUCCESS') : `FAILED:${refusal.code}`,
    ...(identity === null ? {} : clientAttributes(identity)),
  };
  const event: DecisionEvent = {
    request,
    identity,
    ...(refusal === undefined ? {} : { refusal }),
    attributes,
    get rules() {
      return judgement?.trace() ?? [];
    },
    reported: judgement?.reported ?? [],
  };
  decisions.publish(event);
}

export function publishRevocation(event: RevocationEvent): void {
  if (revocations.hasSubscribers) revocations.publish(event);
}

export function publishSource(event: SourceEvent): void {
  if (sources.hasSubscribers) sources.publish(event);
}

export function publishReload(event: ReloadEvent): void {
  if (reloads.hasSubscribers) reloads.publish(event);
}

export function publishExpiry(event: ExpiryEvent): void {
  if (expiries.hasSubscribers) expiries.publish(event);
}

/** A connection is being closed since its certificate is accepted no more: the message on `peercert:end`. */
export interface EndEvent {
  readonly refusal: Refusal;
}

export function publishEnd(refusal: Refusal): void {
  if (ends.hasSubscribers) ends.publish({ refusal } satisfies EndEvent);
}

export function publishHandshakeFailure(error: Error, attributes: HandshakeFailureEvent['attributes']): void {
  if (handshakeFailures.hasSubscribers) handshakeFailures.publish({ error, attributes } satisfies HandshakeFailureEvent);
}

/** The OpenTelemetry attributes of an identity; `tls.client.hash.sha256` is upper-case hex there. */
function clientAttributes(identity: ClientIdentity): Record<string, string | boolean> {
  return {
    'tls.client.subject': identity.subject.dn,
    'tls.client.issuer': identity.issuer.dn,
    'tls.client.hash.sha256': identity.fingerprint256.toUpperCase(),
    'tls.client.not_before': identity.notBefore,
    'tls.client.not_after': identity.notAfter,
    'tls.resumed': identity.resumed,
    'peercert.trust_set': identity.trustSet,
    'peercert.source': identity.source,
    'peercert.revocation': identity.revocation,
  };
}
