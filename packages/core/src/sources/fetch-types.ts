import type { LookupFunction } from 'node:net';
import type { FetchRules } from './fetch-rules.js';
import type { Runtime } from './runtime.js';

export interface FetchOptions extends FetchRules {
  /** What to send; the request is a POST then, and a GET otherwise. A POST follows no redirects. */
  readonly body?: Uint8Array | undefined;
  /** The media type of `body`. */
  readonly contentType?: string | undefined;
  /** The media type wanted. */
  readonly accept?: string | undefined;
  /** The `ETag` of what is held already: the answer may be status 304, without bytes. */
  readonly etag?: string | undefined;
  /** The `Last-Modified` of what is held already, likewise. */
  readonly lastModified?: string | undefined;
  /** The most bytes that an answer may have. 64 MiB unless told. */
  readonly largestBytes?: number | undefined;
  /** For the whole of it, names, redirects and the last byte included. 10,000 unless told. */
  readonly timeoutMilliseconds?: number | undefined;
  /** 3 unless told. */
  readonly mostRedirects?: number | undefined;
  /** The authorities of the server's own certificate, as PEM, in place of the public ones. */
  readonly serverAuthorities?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Do not keep the process alive for it. */
  readonly inBackground?: boolean | undefined;
  readonly lookup?: LookupFunction | undefined;
  readonly runtime?: Runtime | undefined;
}

export interface FetchSuccess {
  readonly ok: true;
  /** 304 only where `etag` or `lastModified` was sent. */
  readonly status: 200 | 304;
  readonly bytes: Uint8Array;
  readonly headers: Readonly<Record<FetchHeader, string | undefined>>;
}

export type FetchHeader = 'etag' | 'last-modified' | 'cache-control' | 'content-type' | 'date' | 'expires' | 'age' | 'retry-after';

export interface FetchFailure {
  readonly ok: false;
  /**
   * `refused`: the rules forbid the address, or the answer is in a form that is not accepted. `status`: neither 200, nor a redirect, nor a 304 that
   * was asked for. `redirect`: too many, or to where the rules forbid.
   */
  readonly why: 'refused' | 'timeout' | 'tooLarge' | 'network' | 'status' | 'redirect';
  /** For a log. It names no more of the URL than its host. */
  readonly detail: string;
  readonly status?: number;
}

export type FetchResult = FetchSuccess | FetchFailure;
