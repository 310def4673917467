import { describe, expect, it } from 'vitest';
import { Alarm, nodeRuntime } from '../../src/sources/index.js';
import { FakeRuntime } from './fake-runtime.js';

const hour = 3_600_000;

function alarm(runtime = new FakeRuntime()): { runtime: FakeRuntime; alarm: Alarm; times: () => number } {
  let times = 0;
  return { runtime, alarm: new Alarm(runtime, () => times++), times: () => times };
}

describe('an alarm does not go off', () => {
  it('before its time, however often it wakes', () => {
    const { runtime, alarm: set, times } = alarm();
    set.in(hour);
    runtime.pass(hour - 1);
    expect(times()).toBe(0);
    expect(runtime.wakeUps).toBeLessThan(200);
  });

  it('once it is called off', () => {
    const { runtime, alarm: set, times } = alarm();
    set.in(hour);
    set.cancel();
    expect(set.isSet).toBe(false);
    runtime.pass(2 * hour);
    expect(times()).toBe(0);
    expect(runtime.timers).toBe(0);
  });

  it('at the time it was set for before', () => {
    const { runtime, alarm: set, times } = alarm();
    set.in(1000);
    set.in(5000);
    runtime.pass(4999);
    expect(times()).toBe(0);
    runtime.pass(1);
    expect(times()).toBe(1);
  });

  it('twice', () => {
    const { runtime, alarm: set, times } = alarm();
    set.in(1000);
    runtime.pass(hour);
    expect(times()).toBe(1);
    expect(set.isSet).toBe(false);
  });

  it('because a clock is slewed', () => {
    const { runtime, alarm: set, times } = alarm();
    set.in(hour);
    runtime.setNow(runtime.now() - 500);
    runtime.pass(60_000);
    expect(times()).toBe(0);
  });
});

describe('an alarm goes off', () => {
  it('at once where it is set for the past', () => {
    const { runtime, alarm: set, times } = alarm();
    set.in(-5);
    runtime.pass(1);
    expect(times()).toBe(1);
  });

  it('earlier, and only earlier, where it is set within a time', () => {
    const { runtime, alarm: set, times } = alarm();
    set.within(1000);
    set.within(5000);
    runtime.pass(1000);
    expect(times()).toBe(1);
    set.in(5000);
    set.within(1000);
    runtime.pass(1000);
    expect(times()).toBe(2);
  });

  it('soon after the machine slept past its time, though its timer slept as well', () => {
    const { runtime, alarm: set, times } = alarm();
    set.in(hour);
    runtime.setNow(runtime.now() + 8 * hour);
    runtime.pass(30_000);
    expect(times()).toBe(1);
  });

  it('soon after the clock was set back, once, and not in a loop', () => {
    const { runtime, alarm: set, times } = alarm();
    set.in(hour);
    runtime.setNow(runtime.now() - 24 * hour);
    runtime.pass(30_000);
    expect(times()).toBe(1);
    set.in(hour);
    runtime.pass(hour - 1);
    expect(times()).toBe(1);
    runtime.pass(1);
    expect(times()).toBe(2);
  });

  it('by the monotonic clock where the time of day is none', () => {
    const { runtime, alarm: set, times } = alarm();
    runtime.setNow(Number.NaN);
    set.in(1000);
    runtime.pass(999);
    expect(times()).toBe(0);
    runtime.pass(1);
    expect(times()).toBe(1);
  });
});

it('an alarm keeps no process alive', () => {
  const set = new Alarm(nodeRuntime, () => undefined);
  const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  set.in(hour);
  expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length).toBe(before);
  set.cancel();
});
