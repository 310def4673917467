import { EventEmitter } from 'node:events';
import type { Refusal } from '../errors/index.js';

/** What the verifier makes of a connection when it looks again: a refusal, or nothing if all is well. It may have to wait. */
export type Recheck = (key: object) => Refusal | undefined | Promise<Refusal | undefined>;

export interface Live {
  /** Milliseconds since the epoch: by then it has to be looked at again in any case. */
  validUntil: number;
  readonly recheck: Recheck;
}

interface Entry extends Live {
  /** Undefined until somebody listens: most connections have nobody. */
  listeners: Set<(refusal: Refusal) => void> | undefined;
  /** A look is under way. */
  isChecking: boolean;
  /** How much had changed when the last look began: what it found is out of date when more has. */
  changesSeen: number;
  /** Why it is accepted no more, since the last look that found so. */
  refusal: Refusal | undefined;
  /** The end of the grace that runs from the first such look on, by the monotonic clock. */
  graceEndsAt: number | undefined;
  isGraceOver: boolean;
  /** Somebody was told that it is over, so that it is, whatever is found later. */
  isTold: boolean;
}

/** How long connections are looked at before others get their turn, in milliseconds. */
const slice = 5;
const tick = 1_000;

/**
 * The connections whose certificate was accepted, for as long as they are open. When what is known changes, or a verdict runs out, each is looked at
 * again; one that is accepted no more is told to whoever listens, and after a grace it is destroyed, with every stream and socket on it. If nobody was
 * told, and the certificate is accepted again by then, it stays.
 */
export class LiveConnections {
  readonly #entries = new Map<object, Entry>();
  /** To be looked at. However much changes, each stands here once. */
  readonly #due = new Set<object>();
  /** Those whose grace runs, in the order in which it ends: one timer for all, since a thousand that go off in one go would keep everybody else waiting. */
  readonly #inGrace = new Set<object>();
  readonly #now: () => number;
  readonly #graceMilliseconds: number;
  readonly #onEnd: (refusal: Refusal) => void;
  readonly #hasNews: () => boolean;
  /** One listener for all: one of its own would take more memory than all else that is held of a connection here. */
  readonly #removeClosed: (this: object) => void;
  #timer: NodeJS.Timeout | undefined;
  #graceTimer: NodeJS.Timeout | undefined;
  #changes = 0;
  /** Something changed since all were last put down to be looked at: many changes in one go cost no more than one. */
  #areAllDue = false;
  #isWorking = false;
  #closed = false;

  /** `hasNews` is asked every second while there are connections: whether something changed that nobody tells of. */
  constructor(now: () => number, graceSeconds: number, onEnd: (refusal: Refusal) => void, hasNews: () => boolean = () => false) {
    this.#now = now;
    this.#graceMilliseconds = graceSeconds * 1_000;
    this.#onEnd = onEnd;
    this.#hasNews = hasNews;
    const remove = (key: object): void => this.#remove(key);
    this.#removeClosed = function () {
      remove(this);
    };
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
    if (this.#closed || !(key instanceof EventEmitter) || isClosed(key)) return;
    const state = { isChecking: false, changesSeen: 0, refusal: undefined, graceEndsAt: undefined, isGraceOver: false, isTold: false };
    this.#entries.set(key, { validUntil, recheck, listeners: undefined, ...state });
    key.on('close', this.#removeClosed);
    this.#timer ??= setInterval(() => this.#checkTimes(), tick).unref();
  }

  /** Calls the listener once, when the connection's certificate is accepted no more; soon, if it is so already. Returns what takes that back. */
  listen(key: object, listener: (refusal: Refusal) => void): () => void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return () => undefined;
    entry.listeners ??= new Set();
    entry.listeners.add(listener);
    if (entry.refusal !== undefined) {
      this.#due.add(key);
      this.#work();
    }
    return () => void entry.listeners?.delete(listener);
  }

  /** Something changed: everyone is looked at again, soon and a few at a time. */
  checkAll(): void {
    this.#changes += 1;
    this.#areAllDue = this.#entries.size > 0;
    this.#work();
  }

  /** For good: nothing is taken note of any more, and what is open stays so. */
  close(): void {
    this.#closed = true;
    for (const key of [...this.#entries.keys()]) this.#remove(key);
  }

  #checkTimes(): void {
    if (this.#hasNews()) this.checkAll();
    let now: number;
    try {
      now = this.#now();
    } catch {
      // A clock that is broken lets no request pass, and tells of no connection that its time is over.
      return;
    }
    for (const [key, { validUntil, graceEndsAt }] of this.#entries) {
      if (graceEndsAt === undefined && !(now < validUntil)) this.#due.add(key);
    }
    this.#work();
  }

  #work(): void {
    if (this.#isWorking || (this.#due.size === 0 && !this.#areAllDue)) return;
    this.#isWorking = true;
    setImmediate(() => this.#workForAWhile());
  }

  #workForAWhile(): void {
    const until = performance.now() + slice;
    if (this.#areAllDue) for (const key of this.#entries.keys()) this.#due.add(key);
    this.#areAllDue = false;
    for (const key of this.#due) {
      this.#due.delete(key);
      const entry = this.#entries.get(key);
      if (entry !== undefined) this.#look(key, entry);
      if (performance.now() >= until) break;
    }
    this.#isWorking = false;
    this.#work();
  }

  #look(key: object, entry: Entry): void {
    const { refusal } = entry;
    if (entry.isTold && refusal !== undefined) return entry.isGraceOver ? destroy(key) : this.#tell(key, entry, refusal);
    if (entry.isChecking) return;
    // Nothing but news can make it accepted again.
    if (entry.isGraceOver && refusal !== undefined && !isPassing(refusal) && entry.changesSeen === this.#changes) {
      return this.#end(key, entry, refusal);
    }
    const settle = (found: Refusal | undefined): void => {
      entry.isChecking = false;
      if (this.#entries.get(key) === entry) this.#settle(key, entry, found);
    };
    // Whatever threw will throw again for the next request, which is refused for it; nobody is cut off for a fault of ours.
    const fail = (): void => settle(entry.refusal);
    entry.isChecking = true;
    entry.changesSeen = this.#changes;
    try {
      const found = entry.recheck(key);
      if (found instanceof Promise) found.then(settle, fail);
      else settle(found);
    } catch {
      fail();
    }
  }

  #settle(key: object, entry: Entry, refusal: Refusal | undefined): void {
    const isOutdated = entry.changesSeen !== this.#changes;
    if (isOutdated) {
      this.#due.add(key);
      this.#work();
    }
    if (refusal !== undefined) return this.#refuse(key, entry, refusal, isOutdated);
    if (isOutdated) return;
    this.#inGrace.delete(key);
    entry.refusal = undefined;
    entry.graceEndsAt = undefined;
    entry.isGraceOver = false;
  }

  /** What is out of date is told to nobody; but where something changes all the time, it is what there is when the grace is over. */
  #refuse(key: object, entry: Entry, refusal: Refusal, isOutdated: boolean): void {
    entry.refusal = refusal;
    if (entry.isGraceOver) return this.#end(key, entry, refusal);
    const isHeard = (entry.listeners?.size ?? 0) > 0 || isSession(key);
    if (isHeard && !isOutdated && !isPassing(refusal)) this.#tell(key, entry, refusal);
    if (entry.graceEndsAt !== undefined) return;
    entry.graceEndsAt = performance.now() + this.#graceMilliseconds;
    this.#inGrace.add(key);
    this.#graceTimer ??= setTimeout(() => this.#endGraces(), this.#graceMilliseconds).unref();
  }

  #endGraces(): void {
    this.#graceTimer = undefined;
    const now = performance.now();
    for (const key of this.#inGrace) {
      const entry = this.#entries.get(key) as Entry;
      const left = (entry.graceEndsAt as number) - now;
      if (left > 0) {
        this.#graceTimer = setTimeout(() => this.#endGraces(), left).unref();
        break;
      }
      this.#inGrace.delete(key);
      entry.isGraceOver = true;
      this.#due.add(key);
    }
    this.#work();
  }

  #tell(key: object, entry: Entry, refusal: Refusal): void {
    if (!entry.isTold) this.#onEnd(refusal);
    // An HTTP/2 session takes no further streams from now on, and says so (GOAWAY).
    if (!entry.isTold && isSession(key)) key.close();
    entry.isTold = true;
    const listeners = [...(entry.listeners ?? [])];
    entry.listeners?.clear();
    for (const listener of listeners) {
      try {
        listener(refusal);
      } catch {
        // The connection is ended all the same.
      }
    }
  }

  #end(key: object, entry: Entry, refusal: Refusal): void {
    this.#tell(key, entry, refusal);
    destroy(key);
  }

  #remove(key: object): void {
    this.#entries.delete(key);
    this.#due.delete(key);
    this.#inGrace.delete(key);
    if (this.#entries.size > 0) return;
    clearInterval(this.#timer);
    clearTimeout(this.#graceTimer);
    this.#timer = undefined;
    this.#graceTimer = undefined;
  }
}

/** Because a source is not there: so it is told when the grace is over, and not before. */
function isPassing({ status }: Refusal): boolean {
  return status === 503;
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
