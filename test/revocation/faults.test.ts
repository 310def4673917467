import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { faults } from './faults.js';
import { revocationPage } from './page.js';
import { type Observed, observe, well } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'peercert-faults-'));
const page = new URL('../../docs/revocation.md', import.meta.url);
const realTimeout = setTimeout;
let observed: readonly Observed[];

beforeAll(async () => {
  // URLs are refreshed hourly, and patiently: time passes by itself, and faster when told. Delays have no random part.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'], shouldAdvanceTime: true });
  vi.spyOn(Math, 'random').mockReturnValue(0);
  observed = await observe(faults, folder, {
    // Step by step, so that what is under way goes on between two steps, though the machine may stand still for all of it.
    settle: async (milliseconds = 250) => {
      for (let passed = 0; passed < milliseconds; passed += 10) await new Promise((resolve) => realTimeout(resolve, 10));
    },
    jump: async (seconds) => void (await vi.advanceTimersByTimeAsync(seconds * 1_000)),
  });
});

afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

test('whom a source named as revoked is let in under no fault of it, but for a replay that no nonce gives away', () => {
  const lettingIn = observed.flatMap(({ source, fault, running, expired, atStart }) =>
    [atStart, running, expired].filter((said) => /both 200|revoked 200/.test(said)).map((said) => `${source}, ${fault}: ${said}`),
  );
  expect(lettingIn).toEqual(['ocsp, replayed: an answer from before the revocation: both 200']);
});

test('a fault refuses or is passed over, and is never a failure of the server', () => {
  const failures = observed.filter(({ atStart, running, expired }) => /\b50[0-24-9]\b/.test(atStart + running + expired));
  expect(failures).toEqual([]);
});

test('every fault that lasts is logged', () => {
  const silent = observed.filter(
    ({ fault, atStartLog, runningLog }) => atStartLog.length + runningLog.length === 0 && !/clock|older|from before/.test(fault),
  );
  expect(silent.map(({ source, fault }) => `${source}, ${fault}`)).toEqual([]);
});

test('everything is well again once it is mended, but for a replay that was believed', () => {
  const others = observed.filter(({ mended }) => mended !== '' && mended !== well);
  expect(others.map(({ fault, mended }) => `${fault}: ${mended}`)).toEqual([
    `replayed: an answer from before the revocation: ${well}, once the answer that was taken has ended; ${well}`,
  ]);
});

test('docs/revocation.md is what was observed (PEERCERT_WRITE_DOCS=true writes it)', () => {
  if (process.env.PEERCERT_WRITE_DOCS === 'true') writeFileSync(page, revocationPage(observed));
  expect(readFileSync(page, 'utf8')).toBe(revocationPage(observed));
});
