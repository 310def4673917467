import { hash } from 'node:crypto';
import type { TrustSet, ValidatedPath } from '../path/index.js';

/**
 * Paths kept under one `Trust`, and of those, paths that one authority has issued the end entity of: whoever issues many certificates pushes out its own. A
 * path takes about 2 KB, and what is longer than real client certificates is not kept, so that these stay below 16 MB, and below 80 MB whatever authorities sign.
 */
const mostPaths = 8_192;
const mostOfOneIssuer = 4_096;
const longestEndEntity = 8_192;

/** A path that was accepted, and may be again. */
export interface KnownPath {
  readonly path: ValidatedPath;
  readonly trustSet: TrustSet;
}

/**
 * Accepted paths by the exact bytes of their end entity, so that a client that connects again costs no signature. It is kept for one `Trust` and goes with
 * it; what a path is valid for besides, the time and what is known of revocation, is asked anew each time. Only accepted paths get in, so nobody who was refused
 * can push out anything. Bounded; what was not asked for longest is forgotten first.
 */
export class KnownPaths {
  readonly #paths = new Map<string, KnownPath>();
  /** The same keys, by the fingerprint of the issuer. */
  readonly #keysByIssuer = new Map<string, Set<string>>();

  get size(): number {
    return this.#paths.size;
  }

  /** The path of that very certificate, if every certificate of it is valid at that time. `sets` names the trust sets that were searched for it. */
  find(sets: string, endEntity: Uint8Array, at: number): KnownPath | undefined {
    if (endEntity.length > longestEndEntity) return undefined;
    const key = keyOf(sets, endEntity);
    const known = this.#paths.get(key);
    if (known === undefined) return undefined;
    const { path } = known;
    // The hash finds it, the bytes prove it.
    if (Buffer.compare(path.endEntity.der, endEntity) !== 0) return undefined;
    if (!(at >= path.validFrom && at < path.validUntil)) return undefined;
    this.#put(key, known);
    return known;
  }

  /**
   * The path that a search of all trust sets came to, if it ends in one of those named: sets are searched in one order, however many they are, so a search of
   * these alone would come to the same.
   */
  findAmong(names: readonly string[] | undefined, endEntity: Uint8Array, at: number): KnownPath | undefined {
    if (names === undefined) return undefined;
    const known = this.find('', endEntity, at);
    return known !== undefined && names.includes(known.trustSet.name) ? known : undefined;
  }

  remember(sets: string, known: KnownPath): void {
    const { der } = known.path.endEntity;
    if (der.length > longestEndEntity) return;
    const key = keyOf(sets, der);
    this.#drop(key);
    const ofIssuer = this.#put(key, known);
    if (ofIssuer.size > mostOfOneIssuer) this.#drop(first(ofIssuer));
    if (this.#paths.size > mostPaths) this.#drop(first(this.#paths.keys()));
  }

  /** Last in both orders. */
  #put(key: string, known: KnownPath): Set<string> {
    const issuer = issuerOf(known.path);
    const keys = this.#keysByIssuer.get(issuer) ?? new Set();
    this.#keysByIssuer.set(issuer, keys);
    keys.delete(key);
    keys.add(key);
    this.#paths.delete(key);
    this.#paths.set(key, known);
    return keys;
  }

  #drop(key: string): void {
    const known = this.#paths.get(key);
    if (known === undefined) return;
    this.#paths.delete(key);
    const issuer = issuerOf(known.path);
    const keys = this.#keysByIssuer.get(issuer);
    keys?.delete(key);
    if (keys?.size === 0) this.#keysByIssuer.delete(issuer);
  }
}

function keyOf(sets: string, endEntity: Uint8Array): string {
  return sets + hash('sha256', endEntity, 'base64');
}

/** An end entity that is itself the anchor counts as its own issuer. */
function issuerOf({ certificates, trustAnchor }: ValidatedPath): string {
  return (certificates[1] ?? trustAnchor.certificate).fingerprint256;
}

function first(keys: Iterable<string>): string {
  for (const key of keys) return key;
  return '';
}
