import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Refusal, refusal } from '../../src/errors/index.js';
import { LiveConnections, type Recheck } from '../../src/verifier/live-connections.js';

const revoked = refusal('PEERCERT_CERTIFICATE_REVOKED', { detail: 'listed' });
/** Has the status 503: it may pass. */
const unknown = refusal('PEERCERT_REVOCATION_UNKNOWN', { detail: 'unavailable' });
const grace = 5_000;

/** What is destroyed is closed, as sockets are. */
class Connection extends EventEmitter {
  destroyed = false;

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

/** As an HTTP/2 session: its close() lets streams end. */
class Session extends Connection {
  readonly closing = vi.fn();
  readonly goaway = vi.fn();

  close(): void {
    this.closing();
  }
}

let now = 0;
let ended: Refusal[] = [];
let live: LiveConnections;

beforeEach(() => {
  vi.useFakeTimers();
  now = 0;
  ended = [];
  live = new LiveConnections(
    () => now,
    grace / 1_000,
    (found) => void ended.push(found),
  );
});

afterEach(() => {
  live.close();
  vi.useRealTimers();
});

function open<C extends Connection>(connection: C, recheck: Recheck, validUntil = Number.POSITIVE_INFINITY): C {
  live.add(connection, { validUntil, recheck });
  return connection;
}

const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

describe('a connection that is accepted no more', () => {
  it('is destroyed when the grace is over, and not before', async () => {
    const socket = open(new Connection(), () => revoked);
    live.checkAll();
    await pass(grace - 1);
    expect(socket.destroyed).toBe(false);
    await pass(2);
    expect(socket.destroyed).toBe(true);
    expect(ended).toEqual([revoked]);
    expect(live.size).toBe(0);
  });

  it('has a grace of its own, whatever becomes of those before and behind it', async () => {
    const found = [...Array(5)].map((): Refusal | undefined => undefined);
    const sockets = found.map((_, index) => open(new Connection(), () => found[index]));
    const refuse = (index: number, refusal: Refusal | undefined): void => {
      found[index] = refusal;
      live.checkAll();
    };
    const standing = () => sockets.flatMap(({ destroyed }, index) => (destroyed ? [] : [index]));
    for (const index of [0, 1, 2, 3]) {
      refuse(index, revoked);
      await pass(1_000);
    }
    // The first closes by itself, and the second is accepted again, and then no more.
    sockets[0]?.destroy();
    refuse(1, undefined);
    await pass(grace - 4_000 + 1_500);
    expect(standing()).toEqual([1, 2, 3, 4]);
    refuse(1, revoked);
    await pass(510);
    expect(standing()).toEqual([1, 3, 4]);
    await pass(1_000);
    expect(standing()).toEqual([1, 4]);
    await pass(grace - 1_510 - 10);
    expect(standing()).toEqual([1, 4]);
    await pass(20);
    expect([standing(), live.size, ended]).toEqual([[4], 1, [revoked, revoked, revoked]]);
  });

  it('is told to each listener at once, and once', async () => {
    const socket = open(new Connection(), () => revoked);
    const [one, other, gone] = [vi.fn(), vi.fn(), vi.fn()];
    live.listen(socket, one);
    live.listen(socket, other);
    live.listen(socket, gone)();
    live.checkAll();
    await pass(1);
    live.checkAll();
    await pass(grace);
    expect(one.mock.calls).toEqual([[revoked]]);
    expect(other.mock.calls).toEqual([[revoked]]);
    expect(gone).not.toHaveBeenCalled();
    expect(ended).toEqual([revoked]);
  });

  it.each([
    ['nobody was told', () => undefined],
    ['others were', (socket: Connection) => live.listen(socket, () => undefined)],
  ])('is told to who listens since, soon, if %s', async (_who, before) => {
    const socket = open(new Connection(), () => revoked);
    before(socket);
    live.checkAll();
    await pass(1);
    const [late, gone] = [vi.fn(), vi.fn()];
    live.listen(socket, late);
    live.listen(socket, gone)();
    expect(late).not.toHaveBeenCalled();
    await pass(1);
    expect(late.mock.calls).toEqual([[revoked]]);
    await pass(grace);
    expect([late.mock.calls.length, gone.mock.calls.length, ended.length]).toEqual([1, 0, 1]);
    expect(socket.destroyed).toBe(true);
  });

  it('is destroyed though a listener throws, and the other listeners are told', async () => {
    const socket = open(new Connection(), () => revoked);
    const other = vi.fn();
    live.listen(socket, () => {
      throw new Error('a listener is broken');
    });
    live.listen(socket, other);
    live.checkAll();
    await pass(grace + 1);
    expect(other).toHaveBeenCalledOnce();
    expect(socket.destroyed).toBe(true);
  });

  it('is destroyed though it was told and is accepted again: its streams have ended', async () => {
    let found: Refusal | undefined = revoked;
    const socket = open(new Connection(), () => found);
    live.listen(socket, vi.fn());
    live.checkAll();
    await pass(1);
    found = undefined;
    live.checkAll();
    await pass(grace);
    expect(socket.destroyed).toBe(true);
  });

  it('stays if nobody was told and it is accepted again before the grace is over', async () => {
    let found: Refusal | undefined = revoked;
    const socket = open(new Connection(), () => found);
    live.checkAll();
    await pass(grace - 10);
    found = undefined;
    live.checkAll();
    await pass(grace);
    expect(socket.destroyed).toBe(false);
    expect(ended).toEqual([]);
    found = revoked;
    live.checkAll();
    await pass(grace - 10);
    expect(socket.destroyed).toBe(false);
    await pass(11);
    expect(socket.destroyed).toBe(true);
  });

  it('is looked at once, if nothing changes', async () => {
    const recheck = vi.fn<Recheck>().mockReturnValue(revoked);
    open(new Connection(), recheck);
    live.checkAll();
    await pass(grace + 1);
    expect(recheck).toHaveBeenCalledOnce();
  });

  it('as an HTTP/2 session takes no more streams from then on, and is destroyed when the grace is over', async () => {
    const session = open(new Session(), () => revoked);
    live.checkAll();
    await pass(1);
    expect(session.closing).toHaveBeenCalledOnce();
    expect(session.destroyed).toBe(false);
    await pass(grace);
    expect(session.closing).toHaveBeenCalledOnce();
    expect(session.destroyed).toBe(true);
  });

  it('is destroyed though what looks at it throws or rejects when the grace is over', async () => {
    const throwing = open(new Connection(), vi.fn<Recheck>().mockReturnValueOnce(unknown).mockImplementation(broken));
    const rejecting = open(new Connection(), vi.fn<Recheck>().mockReturnValueOnce(unknown).mockRejectedValue(new Error('broken')));
    live.checkAll();
    await pass(grace + 1);
    expect([throwing.destroyed, rejecting.destroyed]).toEqual([true, true]);
  });
});

describe('a refusal that may pass', () => {
  it('is told when the grace is over, if it has not passed', async () => {
    const session = open(new Session(), async () => unknown);
    const listener = vi.fn();
    live.listen(session, listener);
    live.checkAll();
    await pass(grace - 1);
    expect(listener).not.toHaveBeenCalled();
    expect(session.closing).not.toHaveBeenCalled();
    await pass(2);
    expect(listener.mock.calls).toEqual([[unknown]]);
    expect(session.destroyed).toBe(true);
    expect(ended).toEqual([unknown]);
  });

  it('is told to nobody if it has passed by then', async () => {
    const recheck = vi.fn<Recheck>().mockReturnValueOnce(unknown).mockReturnValue(undefined);
    const session = open(new Session(), recheck);
    const listener = vi.fn();
    live.listen(session, listener);
    live.checkAll();
    await pass(grace + 1);
    expect(listener).not.toHaveBeenCalled();
    expect([session.destroyed, session.closing.mock.calls.length, ended.length]).toEqual([false, 0, 0]);
  });

  it('that becomes one that does not is told at once', async () => {
    let found = unknown;
    const socket = open(new Connection(), () => found);
    const listener = vi.fn();
    live.listen(socket, listener);
    live.checkAll();
    await pass(1);
    found = revoked;
    live.checkAll();
    await pass(1);
    expect(listener.mock.calls).toEqual([[revoked]]);
    await pass(grace - 1);
    expect(socket.destroyed).toBe(true);
  });
});

describe('a look', () => {
  it('is taken when the verdict runs out, within a second', async () => {
    const recheck = vi.fn<Recheck>().mockReturnValue(revoked);
    const socket = open(new Connection(), recheck, 10_000);
    now = 9_999;
    await pass(2_000);
    expect(recheck).not.toHaveBeenCalled();
    now = 10_000;
    await pass(1_001);
    expect(recheck).toHaveBeenCalledOnce();
    await pass(grace + 1);
    expect(socket.destroyed).toBe(true);
  });

  it('is put off by a newer verdict that runs longer', async () => {
    const recheck = vi.fn<Recheck>();
    const socket = open(new Connection(), recheck, 10_000);
    live.add(socket, { validUntil: 20_000, recheck });
    now = 19_999;
    await pass(2_000);
    expect(recheck).not.toHaveBeenCalled();
    now = 20_000;
    await pass(1_001);
    expect(recheck).toHaveBeenCalled();
  });

  it('under way when something changes counts for nothing, and is taken again', async () => {
    const answers: ((found: Refusal | undefined) => void)[] = [];
    const socket = open(new Connection(), () => new Promise((resolve) => answers.push(resolve)));
    const listener = vi.fn();
    live.listen(socket, listener);
    live.checkAll();
    await pass(1);
    live.checkAll();
    await pass(1);
    expect(answers).toHaveLength(1);
    answers[0]?.(undefined);
    await pass(1);
    expect(answers).toHaveLength(2);
    answers[1]?.(revoked);
    await pass(1);
    expect(listener.mock.calls).toEqual([[revoked]]);
  });

  it('that was refused before something changed ends nothing', async () => {
    const answers: ((found: Refusal | undefined) => void)[] = [];
    const socket = open(new Connection(), () => new Promise((resolve) => answers.push(resolve)));
    const listener = vi.fn();
    live.listen(socket, listener);
    live.checkAll();
    await pass(1);
    live.checkAll();
    await pass(1);
    answers[0]?.(revoked);
    await pass(1);
    answers[1]?.(undefined);
    await pass(2 * grace);
    expect([listener.mock.calls.length, socket.destroyed]).toEqual([0, false]);
  });

  it('that is never done before something changes again ends what is refused, when the grace is over', async () => {
    const slow = (found: Refusal | undefined) => () => new Promise<Refusal | undefined>((resolve) => setTimeout(resolve, 100, found));
    const [refused, accepted] = [open(new Connection(), slow(revoked)), open(new Connection(), slow(undefined))];
    const listener = vi.fn();
    live.listen(refused, listener);
    for (let passed = 0; passed < grace + 400; passed += 40) {
      live.checkAll();
      await pass(40);
      if (passed < grace) expect(listener).not.toHaveBeenCalled();
    }
    expect(listener.mock.calls).toEqual([[revoked]]);
    expect([refused.destroyed, accepted.destroyed]).toEqual([true, false]);
  });

  it('that throws or rejects ends nothing: it is no fault of the client', async () => {
    const throwing = open(new Connection(), broken);
    const rejecting = open(new Connection(), () => Promise.reject(new Error('broken')));
    live.checkAll();
    await pass(2 * grace);
    expect([throwing.destroyed, rejecting.destroyed, live.size]).toEqual([false, false, 2]);
  });

  it('is not taken by a clock that throws, which reaches nobody', async () => {
    const recheck = vi.fn<Recheck>();
    const tricked = new LiveConnections(broken, 5, () => undefined);
    tricked.add(new Connection(), { validUntil: 0, recheck });
    await pass(3_000);
    expect(recheck).not.toHaveBeenCalled();
    tricked.close();
  });

  it('at many leaves others their turn every few milliseconds, and is taken once for all that changed before it', async () => {
    vi.useRealTimers();
    let looks = 0;
    const busy = (): undefined => {
      looks += 1;
      for (const end = performance.now() + 1; performance.now() < end; );
    };
    for (let count = 0; count < 60; count++) open(new Connection(), busy);
    live.checkAll();
    live.checkAll();
    const turns: number[] = [];
    while (looks < 60) {
      const before = looks;
      await new Promise((resolve) => setImmediate(resolve));
      turns.push(looks - before);
    }
    expect(Math.max(...turns)).toBeLessThanOrEqual(6);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(looks).toBe(60);
  });
});

describe('of what is kept', () => {
  it('a connection that closes by itself is forgotten, and its grace with it', async () => {
    const socket = open(new Connection(), () => revoked);
    live.checkAll();
    await pass(1);
    socket.destroy();
    expect(live.size).toBe(0);
    await pass(2 * grace);
    expect([ended.length, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('a connection that closes while it is looked at is told to nobody', async () => {
    let answer: (found: Refusal) => void = () => undefined;
    const socket = open(new Connection(), () => new Promise((resolve) => (answer = resolve)));
    const listener = vi.fn();
    live.listen(socket, listener);
    live.checkAll();
    await pass(1);
    socket.destroy();
    answer(revoked);
    await pass(1);
    expect([listener.mock.calls.length, ended.length]).toEqual([0, 0]);
  });

  it.each([
    ['is destroyed', Object.assign(new Connection(), { destroyed: true })],
    ['is a closed session', Object.assign(new Session(), { closed: true })],
    ['tells nobody when it closes', {}],
  ])('nothing is that %s', (_what, key) => {
    live.add(key, { validUntil: 0, recheck: () => undefined });
    expect(live.size).toBe(0);
    expect(() => live.listen(key, () => undefined)()).not.toThrow();
  });

  it('nothing is after close(), and nothing happens any more', async () => {
    const socket = open(new Connection(), () => revoked);
    live.checkAll();
    live.close();
    await pass(2 * grace);
    expect([live.size, socket.destroyed, vi.getTimerCount()]).toEqual([0, false, 0]);
    open(new Connection(), () => revoked);
    expect([live.size, vi.getTimerCount()]).toEqual([0, 0]);
  });
});

function broken(): never {
  throw new Error('broken');
}
