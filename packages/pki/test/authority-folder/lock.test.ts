import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { withLock } from '../../src/authority-folder/lock.js';
import { Failure } from '../../src/failure.js';
import { temporaryFolder } from '../temporary-folder.js';

/** Sleeps are counted, and short; in `patience` they take all the time there is. */
const sleeps = vi.hoisted(() => ({ count: 0, jump: 0 }));
vi.mock('node:timers/promises', async (importOriginal) => {
  const { setTimeout: sleep } = await importOriginal<typeof import('node:timers/promises')>();
  return {
    setTimeout: async () => {
      sleeps.count += 1;
      if (sleeps.jump > 0) vi.setSystemTime(Date.now() + sleeps.jump);
      await sleep(1);
    },
  };
});

/** Acts once, at the moment in which a lock has just been written. */
const intruder = vi.hoisted(() => ({ act: () => {} }));
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  const writeFile = async (...args: Parameters<typeof real.writeFile>) => {
    await real.writeFile(...args);
    const { act } = intruder;
    intruder.act = () => {};
    act();
  };
  return { ...real, writeFile };
});

const path = join(temporaryFolder(), '.lock');
beforeEach(() => {
  Object.assign(sleeps, { count: 0, jump: 0 });
  rmSync(path, { force: true });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A number that no process has, since the one that had it has ended. */
const deadPid = spawnSync(process.execPath, ['-e', '']).pid;
const holder = (fields: object): string => JSON.stringify({ token: 'of-another', pid: deadPid, host: hostname(), ...fields });
const age = (file: string, seconds: number): void => utimesSync(file, Date.now() / 1000 - seconds, Date.now() / 1000 - seconds);

/** Runs many pieces of work under the lock, and tells how many were at work at once at most. */
async function crowd(size: number): Promise<number> {
  let [inside, most] = [0, 0];
  const work = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all(Array.from({ length: size }, () => withLock(path, work)));
  return most;
}

/** Time flies while somebody waits. */
function hurry(): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  sleeps.jump = 3000;
}

test('the lock is there during the work, names its holder, and is gone afterwards', async () => {
  const seen = await withLock(path, async () => JSON.parse(readFileSync(path, 'utf8')) as object);
  expect(seen).toEqual({ token: expect.any(String), pid: process.pid, host: hostname() });
  expect(existsSync(path)).toBe(false);
});

test('it is gone also when the work fails, and the failure goes on', async () => {
  await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(path)).toBe(false);
});

test('of many who want it, one has it at a time', async () => {
  expect(await crowd(25)).toBe(1);
  expect(existsSync(path)).toBe(false);
});

describe('whoever waits for ten seconds in vain is told', () => {
  test.each([
    ['the process, on this host', { pid: process.ppid }, `process ${process.ppid} on ${hostname()}`],
    ['the process, on another host', { host: 'elsewhere' }, `process ${deadPid} on elsewhere`],
  ])('%s', async (_title, fields, who) => {
    writeFileSync(path, holder(fields));
    age(path, -60);
    hurry();
    const waiting = withLock(path, async () => 'never');
    await expect(waiting).rejects.toThrow(
      `${who} is using this folder: wait until it has finished, or remove ${path} if it is none of peercert's`,
    );
    await expect(waiting).rejects.toBeInstanceOf(Failure);
    expect(readFileSync(path, 'utf8')).toBe(holder(fields));
  });

  test('as much as can be told where the holder wrote nothing', async () => {
    writeFileSync(path, '');
    age(path, -60);
    hurry();
    await expect(withLock(path, async () => 'never')).rejects.toThrow('another command is using this folder');
  });
});

test('a file system that refuses is not mistaken for a lock', async () => {
  await expect(withLock(join(path, 'absent', '.lock'), async () => 'never')).rejects.toThrow('ENOENT');
});

describe('a lock is broken', () => {
  test('at once if its holder has ended on this host', async () => {
    writeFileSync(path, holder({}));
    expect(await withLock(path, async () => 'done')).toBe('done');
    expect(sleeps.count).toBe(0);
  });

  test('at once if it is from an earlier life of this process number', async () => {
    writeFileSync(path, holder({ pid: process.pid }));
    expect(await withLock(path, async () => 'done')).toBe('done');
    expect(sleeps.count).toBe(0);
  });

  test.each([
    ['half a minute if its holder is on another host', holder({ host: 'elsewhere' }), 31],
    ['two seconds if it names no holder', '', 3],
    ['two seconds if it names nonsense', 'null', 3],
  ])('after %s', async (_title, content, seconds) => {
    writeFileSync(path, content);
    age(path, seconds);
    expect(await withLock(path, async () => 'done')).toBe('done');
    expect(sleeps.count).toBe(0);
  });

  test('by one of many alone', async () => {
    for (let round = 0; round < 10; round++) {
      writeFileSync(path, holder({}));
      expect(await crowd(10)).toBe(1);
    }
  });

  test('but not the one that a faster process has put into its place meanwhile', async () => {
    writeFileSync(path, holder({}));
    const alive = holder({ token: 'of-the-faster', pid: process.ppid });
    vi.spyOn(process, 'kill').mockImplementationOnce(() => {
      writeFileSync(path, alive);
      throw Object.assign(new Error('no such process'), { code: 'ESRCH' });
    });
    hurry();
    await expect(withLock(path, async () => 'never')).rejects.toThrow(`process ${process.ppid}`);
    expect(readFileSync(path, 'utf8')).toBe(alive);
  });

  test('in spite of somebody who died while breaking it', async () => {
    writeFileSync(path, holder({}));
    writeFileSync(`${path}.breaking`, '');
    age(`${path}.breaking`, 3);
    expect(await crowd(5)).toBe(1);
    expect(existsSync(`${path}.breaking`)).toBe(false);
  });

  test('by nobody while somebody else is breaking it', async () => {
    writeFileSync(path, holder({}));
    writeFileSync(`${path}.breaking`, '');
    age(`${path}.breaking`, -60);
    hurry();
    await expect(withLock(path, async () => 'never')).rejects.toThrow(`process ${deadPid}`);
    expect(readFileSync(path, 'utf8')).toBe(holder({}));
    rmSync(`${path}.breaking`);
  });
});

describe('a holder whose lock was broken', () => {
  test('before it had written its name, waits like any other', async () => {
    const alive = holder({ token: 'of-the-faster', pid: process.ppid });
    intruder.act = () => writeFileSync(path, alive);
    hurry();
    await expect(withLock(path, async () => 'never')).rejects.toThrow(`process ${process.ppid}`);
    expect(readFileSync(path, 'utf8')).toBe(alive);
  });

  test('is told before it changes anything', async () => {
    const work = withLock(path, async (lock) => {
      await lock.confirm();
      writeFileSync(path, holder({}));
      await lock.confirm();
    });
    await expect(work).rejects.toThrow('another command took over while this one stood still; nothing has been changed, run it again');
  });

  test('does not remove the lock of the new one', async () => {
    await withLock(path, async () => writeFileSync(path, holder({})));
    expect(readFileSync(path, 'utf8')).toBe(holder({}));
  });
});
