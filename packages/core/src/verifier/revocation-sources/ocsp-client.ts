import { randomBytes } from 'node:crypto';
import { publicKeyOf, type ValidatedPath } from '../../path/index.js';
import {
  evaluateOcsp,
  nonceLength,
  OcspCache,
  type OcspCacheKey,
  type OcspGood,
  type OcspIssuer,
  type OcspRevoked,
  type OcspUnknown,
  ocspCacheKey,
  ocspGetUrl,
  ocspRequest,
  ocspResponders,
  readOcspResponse,
} from '../../revocation/index.js';
import { type FetchOptions, type FetchResult, fetchBytes, portOf } from '../../sources/index.js';
import type { Certificate } from '../../x509/index.js';
import { run, type Steps, wait } from '../steps.js';
import type { OcspOptions } from './options.js';
import type { Unknown } from './status.js';

export interface OcspSettings {
  readonly options: OcspOptions;
  readonly responderCertificates: readonly Certificate[];
  readonly now: () => number;
  /** An answer revoked a certificate that was good, or the other way round. */
  readonly onChange: () => void;
  readonly onFailure: (responder: string, problem: string) => void;
  /** Calls off every request under way; nothing is told of them. */
  readonly signal?: AbortSignal | undefined;
  readonly fetchBytes?: ((url: string, options: FetchOptions) => Promise<FetchResult>) | undefined;
}

/** Until when the certificate of a delegated responder is known not to be revoked; undefined where nothing is known. */
export type ResponderCheck = (responder: Certificate) => Steps<number | undefined>;

export type OcspStatus = OcspGood | OcspRevoked | Unknown;

/** After a failure nobody is kept waiting for the same certificate for this long. */
const retryMilliseconds = 10_000;
const mostFailures = 10_000;
/** Requests under way at a time: beyond them a certificate counts as one whose responder cannot be reached. */
const mostPending = 256;
/** A responder's answer has at most this many bytes. */
const largestResponse = 64 * 1024;

/** Asks OCSP responders, each certificate at most once at a time, and keeps what they say as long as it counts (RFC 6960). */
export class OcspClient {
  readonly #settings: OcspSettings;
  readonly #cache = new OcspCache();
  readonly #pending = new Map<string, Promise<OcspStatus>>();
  readonly #failures = new Map<string, { readonly at: number; readonly status: Unknown }>();

  constructor(settings: OcspSettings) {
    this.#settings = settings;
  }

  /** What a responder says of the certificate at `index` of the path, now or a little earlier. */
  *statusOf(
    path: ValidatedPath,
    index: number,
    checkResponder: ResponderCheck,
    isDenied: (responder: Certificate) => boolean,
  ): Steps<OcspStatus> {
    const now = this.#settings.now();
    const certificate = path.certificates[index] as Certificate;
    const issuer = issuerOf(path, index);
    if (issuer === undefined) return unknown('noInformation', "the issuer's key cannot be used");
    const key = ocspCacheKey(certificate, issuer.certificate);
    const held = this.#cache.get(key, now);
    if (held !== undefined && (held.status === 'revoked' ? now < held.validUntil : true)) return held;
    const urls = this.#respondersOf(certificate);
    if (urls.length === 0) return held ?? unknown('noInformation', 'no OCSP responder is named that may be asked');

    const id = `${key.issuer}\n${key.serialNumber}`;
    const failure = this.#failures.get(id);
    const pending = this.#pending.get(id);
    if (pending === undefined && failure !== undefined && Math.abs(now - failure.at) < retryMilliseconds) return held ?? failure.status;
    if (pending === undefined && this.#pending.size >= mostPending)
      return held ?? unknown('unavailable', `${mostPending} OCSP requests are under way`);
    const answer =
      pending ?? this.#ask(urls, { certificate, issuer, key, checkResponder, isDenied }).finally(() => this.#pending.delete(id));
    this.#pending.set(id, answer);
    const status = yield* wait(answer);
    if (status.status === 'unknown') this.#noteFailure(id, now, status);
    else this.#failures.delete(id);
    // A revocation that is told no more is still the last that was heard.
    return status.status === 'unknown' && held !== undefined ? held : status;
  }

  async #ask(urls: readonly string[], question: Question): Promise<OcspStatus> {
    let last: Unknown = unknown('unavailable', 'no responder was asked');
    for (const url of urls) {
      const status = await this.#askOne(url, question);
      if (status.status !== 'unknown' || this.#settings.signal?.aborted === true) return status;
      this.#settings.onFailure(new URL(url).host, status.detail);
      last = { ...status, detail: `${new URL(url).host}: ${status.detail}` };
    }
    return last;
  }

  async #askOne(url: string, { certificate, issuer, key, checkResponder, isDenied }: Question): Promise<OcspStatus> {
    const { options, responderCertificates, now, onChange } = this.#settings;
    const nonce = options.nonce === 'none' ? undefined : randomBytes(nonceLength);
    const request = ocspRequest({ certificate, issuer: issuer.certificate, hash: options.hash, nonce });
    const answer = await this.#send(url, request, nonce === undefined);
    if (!answer.ok) return unknown('unavailable', answer.detail);
    const response = readOcspResponse(answer.bytes, { maxBytes: largestResponse });
    if (!response.ok) return unknown('malformed', response.detail);
    const result = evaluateOcsp(response.value, {
      certificate,
      issuer,
      at: now(),
      nonce,
      noncePolicy: options.nonce === 'require' ? 'require' : 'ifPresent',
      responders: responderCertificates,
      maxAgeSeconds: options.maxAgeSeconds ?? 3_600,
      clockSkewSeconds: options.clockSkewSeconds ?? 300,
    });
    if (result.status === 'unknown') return { ...result, why: whyOf(result.why, response.value.responseStatus === 'successful') };
    const { responderNeedsCheck, responder, ...checked } = result;
    if (responder !== undefined && isDenied(responder)) return unknown('notAuthorized', 'the responder is on a deny list');
    if (responderNeedsCheck !== undefined && options.allowUncheckedResponders !== true) {
      const goodUntil = await run(checkResponder(responderNeedsCheck));
      if (goodUntil === undefined) {
        return unknown('notAuthorized', 'the responder has no id-pkix-ocsp-nocheck, and nothing tells that it is not revoked itself');
      }
      return this.#keep(key, { ...checked, validUntil: Math.min(checked.validUntil, goodUntil) }, onChange);
    }
    return this.#keep(key, checked, onChange);
  }

  /** An older answer than the one held is put aside: it may be a replay. */
  #keep(key: OcspCacheKey, answer: OcspGood | OcspRevoked, onChange: () => void): OcspGood | OcspRevoked {
    const before = this.#cache.get(key, answer.thisUpdate)?.status;
    const kept = this.#cache.put(key, answer);
    // A revocation may be news to whoever was let in by an exception, or by an answer that is no longer held.
    if (kept === 'changed' && (before !== undefined || answer.status === 'revoked')) onChange();
    return kept === 'ignored' ? (this.#cache.get(key, this.#settings.now()) ?? answer) : answer;
  }

  #send(url: string, request: Uint8Array, isCacheable: boolean): Promise<FetchResult> {
    const { options, signal, fetchBytes: fetch = fetchBytes } = this.#settings;
    const { timeoutSeconds = options.timeoutSeconds ?? 5, ...rules } = this.#rulesFor(url);
    const common = {
      ...rules,
      accept: 'application/ocsp-response',
      largestBytes: largestResponse,
      timeoutMilliseconds: timeoutSeconds * 1_000,
      inBackground: true,
      signal,
    };
    const get = isCacheable ? ocspGetUrl(url, request) : undefined;
    if (get !== undefined) return fetch(get, common);
    return fetch(url, { ...common, body: request, contentType: 'application/ocsp-request' });
  }

  /** Where the operator wrote the address it may lead anywhere. */
  #rulesFor(url: string): FetchOptions & { readonly timeoutSeconds?: number | undefined } {
    const { responder, fromCertificates } = this.#settings.options;
    if (responder === undefined && fromCertificates !== undefined) return fromCertificates;
    return {
      allowHosts: 'any',
      allowPrivateAddresses: true,
      allowPorts: [portOf(new URL(url))],
    };
  }

  #respondersOf(certificate: Certificate): readonly string[] {
    const { responder, fromCertificates } = this.#settings.options;
    if (responder !== undefined) return [responder].flat();
    return fromCertificates === undefined ? [] : ocspResponders(certificate);
  }

  #noteFailure(id: string, at: number, status: Unknown): void {
    this.#failures.delete(id);
    this.#failures.set(id, { at, status });
    for (const key of this.#failures.keys()) {
      if (this.#failures.size <= mostFailures) return;
      this.#failures.delete(key);
    }
  }
}

interface Question {
  readonly isDenied: (responder: Certificate) => boolean;
  readonly checkResponder: ResponderCheck;
  readonly certificate: Certificate;
  readonly issuer: OcspIssuer;
  readonly key: OcspCacheKey;
}

/** Who signed the certificate, with the key that it signed with. */
function issuerOf(path: ValidatedPath, index: number): OcspIssuer | undefined {
  const certificate = path.certificates[index + 1];
  if (certificate === undefined) return path.trustAnchor;
  const publicKey = publicKeyOf(certificate);
  return publicKey.ok ? { certificate, publicKey: publicKey.value } : undefined;
}

function unknown(why: Unknown['why'], detail: string): Unknown {
  return { status: 'unknown', why, detail };
}

/**
 * Nobody signs an error, and of an answer about another certificate nobody has looked at the signature yet: neither may pass for a responder's word that it
 * has no information, for which exceptions can be made.
 */
function whyOf(why: OcspUnknown['why'], isSuccessful: boolean): Unknown['why'] {
  if (why === 'responder') return isSuccessful ? 'noInformation' : 'unavailable';
  return why === 'noInformation' ? 'malformed' : why;
}
