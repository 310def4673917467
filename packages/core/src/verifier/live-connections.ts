import { EventEmitter } from 'node:events';
import type { Refusal } from '../errors/index.js';

/** What the verifier makes of a connection when it looks again: a refusal, or nothing if all is well. It may have to wait. */
export type Recheck = () => Refusal | undefined | Promise<Refusal | undefined>;

export interface Live {
  /** Milliseconds since the epoch: by then it has to be looked at again in any case. */
  validUntil: number;
  readonly recheck: Recheck;
}

interface Entry extends Live {
  readonly listeners: Set<(refusal: Refusal) => void>;
  /** Set once the connection's end has been decided. */
  end: (() => void) | undefined;
  isChecking: boolean;
}

/** Looked at in one go before others get their turn. */
const slice = 256;
const tick = 1_000;

/**
 * The connections whose certificate was accepted, for as long as they are open. When what is known changes, or a verdict runs out, each is looked at
 * again; one that is accepted no more is told to whoever listens, and after a grace it is destroyed, with every stream and socket on it.
 */
export class LiveConnections {
  readonly #entries = new Map<object, Entry>();
  readonly #now: () => number;
  readonly #graceMilliseconds: number;
  readonly #onEnd: (refusal: Refusal) => void;
  #timer: NodeJS.Timeout | undefined;
  #sweep: Iterator<[object, Entry]> | undefined;
  #again = false;

  constructor(now: () => number, graceSeconds: number, onEnd: (refusal: Refusal) => void) {
    this.#now = now;
    this.#graceMilliseconds = graceSeconds * 1_000;
    this.#onEnd = onEnd;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Takes note of a connection, or of its newest verdict. `key` is the TLS socket or HTTP/2 session; one that is closed is not kept. */
  add(key: object, { validUntil, recheck }: Live): void {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.validUntil = validUntil;
      return;
    }
    if (!(key instanceof EventEmitter) || isClosed(key)) return;
    const entry: Entry = { validUntil, recheck, listeners: new Set(), end: undefined, isChecking: false };
    this.#entries.set(key, entry);
    key.once('close', () => this.#remove(key));
    this.#timer ??= setInterval(() => this.#checkTimes(), tick).unref();
  }

  /** Calls the listener once, when the connection's certificate is accepted no more. Returns what takes that back. */
  listen(key: object, listener: (refusal: Refusal) => void): () => void {
    const entry = this.#entries.get(key);
    entry?.listeners.add(listener);
    return () => void entry?.listeners.delete(listener);
  }

  /** Something changed: everyone is looked at again, soon and a few at a time. */
  checkAll(): void {
    if (this.#entries.size === 0) return;
    this.#again = true;
    if (this.#sweep === undefined) this.#begin();
  }

  close(): void {
    for (const key of [...this.#entries.keys()]) this.#remove(key);
    this.#sweep = undefined;
    this.#again = false;
  }

  #begin(): void {
    this.#again = false;
    this.#sweep = this.#entries.entries();
    setImmediate(() => this.#go());
  }

  #go(): void {
    for (let count = 0; count < slice; count++) {
      const next = this.#sweep?.next();
      if (next === undefined || next.done === true) {
        this.#sweep = undefined;
        if (this.#again) this.#begin();
        return;
      }
      this.#check(...next.value);
    }
    setImmediate(() => this.#go());
  }

  #checkTimes(): void {
    const now = this.#now();
    for (const [key, entry] of this.#entries) if (!(now < entry.validUntil)) this.#check(key, entry);
  }

  #check(key: object, entry: Entry): void {
    if (entry.isChecking || entry.end !== undefined || this.#entries.get(key) !== entry) return;
    const settle = (refusal: Refusal | undefined): void => {
      entry.isChecking = false;
      if (refusal !== undefined && this.#entries.get(key) === entry) this.#end(key, entry, refusal);
    };
    entry.isChecking = true;
    try {
      const found = entry.recheck();
      if (found instanceof Promise) found.then(settle, () => settle(undefined));
      else settle(found);
    } catch {
      // Whatever threw will throw again for the next request, which is refused for it; nobody is cut off for a fault of ours.
      entry.isChecking = false;
    }
  }

  /** What may pass, because a source is not there, is looked at once more when the grace is over; what will not is told now. */
  #end(key: object, entry: Entry, refusal: Refusal): void {
    const isPassing = refusal.status === 503;
    if (!isPassing) this.#tell(key, entry, refusal);
    const timer = setTimeout(() => {
      entry.end = undefined;
      if (!isPassing) return destroy(key);
      const again = entry.recheck();
      const settle = (found: Refusal | undefined): void => {
        if (found === undefined || this.#entries.get(key) !== entry) return;
        this.#tell(key, entry, found);
        destroy(key);
      };
      if (again instanceof Promise) again.then(settle, () => settle(refusal));
      else settle(again);
    }, this.#graceMilliseconds).unref();
    entry.end = () => clearTimeout(timer);
  }

  #tell(key: object, entry: Entry, refusal: Refusal): void {
    this.#onEnd(refusal);
    for (const listener of entry.listeners) {
      try {
        listener(refusal);
      } catch {
        // The connection is ended all the same.
      }
    }
    entry.listeners.clear();
    // An HTTP/2 session takes no further streams from now on, and says so (GOAWAY).
    if (isSession(key)) key.close();
  }

  #remove(key: object): void {
    this.#entries.get(key)?.end?.();
    this.#entries.delete(key);
    if (this.#entries.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function isSession(key: object): key is { close(): void; destroy(): void } {
  return 'goaway' in key && 'close' in key && typeof key.close === 'function';
}

function isClosed(key: object): boolean {
  return ('destroyed' in key && key.destroyed === true) || ('closed' in key && key.closed === true);
}

function destroy(key: object): void {
  if ('destroy' in key && typeof key.destroy === 'function') key.destroy();
}
