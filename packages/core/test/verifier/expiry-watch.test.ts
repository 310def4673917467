import { describe, expect, it } from 'vitest';
import { crlLead, type Ending, ExpiryWatch, type Watched } from '../../src/verifier/expiry-watch.js';
import { FakeRuntime } from '../sources/fake-runtime.js';

const day = 86_400_000;

function watch(items: readonly Watched[]) {
  const runtime = new FakeRuntime();
  const told: Ending[] = [];
  const held = [...items];
  const watched = new ExpiryWatch(
    () => held,
    () => runtime.now(),
    (ending) => told.push(ending),
    runtime,
  );
  return { runtime, told, held, watched };
}

describe('ExpiryWatch', () => {
  it('tells of what is near its end, once, and of what has ended', () => {
    const { runtime, told, watched } = watch([]);
    const now = runtime.now();
    const far: Watched = { kind: 'authority', subject: 'CN=far', endsAt: now + 2 * day, leadMilliseconds: day };
    const near: Watched = { kind: 'authority', subject: 'CN=near', endsAt: now + day, leadMilliseconds: day };
    const ended: Watched = { kind: 'crl', subject: 'the CRL of CN=CA', endsAt: now - 1, leadMilliseconds: 0 };
    const of = watch([far, near, ended]);
    of.watched.check();
    of.watched.check();
    expect(of.told).toEqual([
      { kind: 'authority', subject: 'CN=near', endsAt: now + day },
      { kind: 'crl', subject: 'the CRL of CN=CA', endsAt: now - 1 },
    ]);
    expect(told).toEqual([]);
    watched.close();
    of.watched.close();
  });

  it('looks again every hour by itself, until it is closed', () => {
    const { runtime, told, held, watched } = watch([]);
    watched.check();
    held.push({ kind: 'crl', subject: 'the CRL of CN=CA', endsAt: runtime.now() + 2 * 3_600_000, leadMilliseconds: 3_600_000 + 60_000 });
    runtime.pass(3_600_000 + 1_000);
    expect(told).toHaveLength(1);
    watched.close();
    held.push({ kind: 'crl', subject: 'another', endsAt: runtime.now(), leadMilliseconds: 0 });
    runtime.pass(2 * 3_600_000);
    expect(told).toHaveLength(1);
    watched.check();
    runtime.pass(2 * 3_600_000);
    expect(told).toHaveLength(1);
  });

  it('forgets what was renewed, and tells of the next end', () => {
    const { runtime, told, held, watched } = watch([]);
    const item = { kind: 'authority', subject: 'CN=CA', endsAt: runtime.now() + 1, leadMilliseconds: day } as const;
    held.push(item);
    watched.check();
    held[0] = { ...item, endsAt: runtime.now() + 2 };
    watched.check();
    expect(told).toHaveLength(2);
    watched.close();
  });

  it('goes on where the clock tells no time', () => {
    const told: Ending[] = [];
    const item: Watched = { kind: 'authority', subject: 'CN=CA', endsAt: 0, leadMilliseconds: 0 };
    const watched = new ExpiryWatch(
      () => [item],
      () => Number.NaN,
      (ending) => told.push(ending),
      new FakeRuntime(),
    );
    watched.check();
    expect(told).toEqual([]);
    watched.close();
  });
});

describe('crlLead', () => {
  it.each([
    [7 * day, day],
    [day, day / 4],
    [3_600_000, 900_000],
  ])('of a life of %i ms is %i ms', (life, lead) => {
    expect(crlLead(1_000, 1_000 + life)).toBe(lead);
  });
});
