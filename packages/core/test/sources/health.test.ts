import { describe, expect, it, vi } from 'vitest';
import { Health } from '../../src/sources/health.js';
import type { SourceProblem } from '../../src/sources/index.js';
import { FakeRuntime } from './fake-runtime.js';

const day = 24 * 3_600_000;

function health(reportAfter = 1000): { runtime: FakeRuntime; health: Health; told: string[] } {
  const runtime = new FakeRuntime();
  const told: string[] = [];
  const tell = (what: string) => (problem: SourceProblem) => told.push(`${what}: ${problem.message}`);
  const events = { onProblem: tell('problem'), onRecovered: tell('recovered'), onStale: tell('stale') };
  return { runtime, health: new Health(runtime, events, 86_400, reportAfter), told };
}

describe('a failure', () => {
  it('is told once it has stood for a while, once for each cause', () => {
    const { runtime, health: account, told } = health();
    account.failed('a', 'a is gone');
    runtime.pass(999);
    account.failed('a', 'a is gone');
    expect(told).toEqual([]);
    runtime.pass(1);
    expect(told).toEqual(['problem: a is gone']);
    account.failed('a', 'a is a folder');
    account.failed('a', 'a is a folder');
    runtime.pass(1000);
    expect(told).toEqual(['problem: a is gone', 'problem: a is a folder']);
    account.recovered('a');
    account.recovered('a');
    expect(told.slice(2)).toEqual(['recovered: a is in order again']);
    expect(account.problems).toEqual([]);
  });

  it('that matters comes before one that does not', () => {
    const { health: account } = health();
    account.failed('watching', 'it cannot be watched', { countsForStaleness: false });
    account.failed('a', 'a is gone');
    expect(account.problems.map(({ message }) => message)).toEqual(['a is gone', 'it cannot be watched']);
  });

  it('is not told where it was over before, nor after close', () => {
    const { runtime, health: account, told } = health();
    account.failed('a', 'a is gone');
    account.recovered('a');
    account.failed('b', 'b is gone');
    account.close();
    runtime.pass(2 * day);
    expect(told).toEqual([]);
    expect(runtime.timers).toBe(0);
  });
});

describe('what has failed for as long as the last good is kept is stale', () => {
  it('by the clock, whatever the cause was in between', () => {
    const { runtime, health: account, told } = health();
    account.failed('a', 'a is gone');
    runtime.pass(day / 2);
    account.failed('a', 'a is a folder');
    runtime.pass(day / 2 - 1);
    expect(account.stale).toBe(false);
    runtime.pass(1);
    expect(account.stale).toBe(true);
    expect(told.at(-1)).toBe('stale: a is a folder');
    runtime.pass(day);
    expect(told.filter((line) => line.startsWith('stale'))).toHaveLength(1);
    account.recovered('a');
    expect(account.stale).toBe(false);
  });

  it('although the clock was set back', () => {
    const { runtime, health: account } = health();
    account.failed('a', 'a is gone');
    runtime.setNow(runtime.now() - 30 * day);
    runtime.pass(day);
    expect(account.stale).toBe(true);
  });

  it('although the machine slept meanwhile', () => {
    const { runtime, health: account, told } = health();
    account.failed('a', 'a is gone');
    runtime.setNow(runtime.now() + day);
    expect(account.stale).toBe(true);
    runtime.pass(30_000);
    expect(told).toEqual(['problem: a is gone', 'stale: a is gone']);
  });

  it('although the clock tells no time', () => {
    const { runtime, health: account } = health();
    runtime.setNow(Number.NaN);
    account.failed('a', 'a is gone');
    runtime.pass(day - 1);
    expect(account.stale).toBe(false);
    runtime.pass(1);
    expect(account.stale).toBe(true);
  });

  it('from when it was last in order, where that is known', () => {
    const { runtime, health: account } = health();
    account.failed('a', 'a is down', { since: runtime.now() - day });
    expect(account.stale).toBe(true);
    account.failed('b', 'b is down', { since: runtime.now() + day });
    account.recovered('a');
    expect(account.stale).toBe(false);
  });

  it('but not where it only slows news down', () => {
    const { runtime, health: account, told } = health();
    account.failed('a', 'a cannot be watched', { countsForStaleness: false });
    runtime.pass(3 * day);
    expect(account.stale).toBe(false);
    expect(told).toEqual(['problem: a cannot be watched']);
  });
});

it('a listener that throws does not stop the account', () => {
  const runtime = new FakeRuntime();
  const thrown: (() => void)[] = [];
  const nextTick = vi.spyOn(process, 'nextTick').mockImplementation((work) => thrown.push(work as () => void) as never);
  try {
    const onStale = vi.fn();
    const account = new Health(
      runtime,
      {
        onProblem: () => {
          throw new Error('no');
        },
        onStale,
      },
      86_400,
      0,
    );
    account.failed('a', 'a is gone');
    runtime.pass(day);
    expect(onStale).toHaveBeenCalledOnce();
  } finally {
    nextTick.mockRestore();
  }
  expect(thrown).toHaveLength(1);
  expect(thrown[0]).toThrow('no');
});
