import { randomUUID } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.js';

/**
 * A lock that is a file: whoever creates it holds it, and removes it at the end. It is held for some milliseconds, since keys are made
 * and certificates signed before.
 *
 * A process that is killed leaves its lock behind. The next one breaks it if its holder ran on this host and runs no more. Otherwise
 * only the age can tell: of a holder on another host after half a minute, of one that came not even to write its name after two seconds.
 */
export interface Lock {
  /** Throws if somebody has broken the lock meanwhile, as may happen to a process that slept on another host. Asked before a change. */
  confirm(): Promise<void>;
}

/** Does the work while nobody else does work under the same lock; waits for its turn up to ten seconds. */
export async function withLock<Result>(path: string, work: (lock: Lock) => Promise<Result>): Promise<Result> {
  const token = randomUUID();
  ours.add(token);
  try {
    await acquire(path, token);
    try {
      return await work({ confirm: () => confirm(path, token) });
    } finally {
      if ((await holderOf(path))?.token === token) await rm(path, { force: true });
    }
  } finally {
    ours.delete(token);
  }
}

const patience = 10_000;
/** Milliseconds, after which a lock is nobody's. */
const oldAge = { foreign: 30_000, nameless: 2000, breaking: 2000 } as const;

/** Those that this process holds or waits for. Any other one with its number is from an earlier life, as in a container that is restarted. */
const ours = new Set<string>();

interface Holder {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
}

async function acquire(path: string, token: string): Promise<void> {
  const holder: Holder = { token, pid: process.pid, host: hostname() };
  for (const deadline = Date.now() + patience; Date.now() < deadline; ) {
    // Between the creation and the name, somebody may have broken it.
    if ((await create(path, JSON.stringify(holder))) && (await holderOf(path))?.token === token) return;
    if (await isStale(path)) await breakLock(path);
    else await sleep(10 + Math.random() * 30);
  }
  const other = await holderOf(path);
  const who = other === undefined ? 'another command' : `process ${other.pid} on ${other.host}`;
  throw new Failure(`${who} is using this folder: wait until it has finished, or remove ${path} if it is none of peercert's`);
}

async function create(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Two processes may find one lock stale, and the slower one must not remove what the faster one has put into its place. So only the
 * holder of a second lock, looking again, removes the first. That one is held for an instant, and old age alone makes it stale.
 */
async function breakLock(path: string): Promise<void> {
  const breaking = `${path}.breaking`;
  if (!(await create(breaking, ''))) {
    if (await isOlderThan(breaking, oldAge.breaking)) await rm(breaking, { force: true });
    else await sleep(10);
    return;
  }
  try {
    if (await isStale(path)) await rm(path, { force: true });
  } finally {
    await rm(breaking, { force: true });
  }
}

async function confirm(path: string, token: string): Promise<void> {
  if ((await holderOf(path))?.token === token) return;
  throw new Failure('another command took over while this one stood still; nothing has been changed, run it again');
}

async function isStale(path: string): Promise<boolean> {
  const holder = await holderOf(path);
  if (holder === undefined) return await isOlderThan(path, oldAge.nameless);
  if (holder.host !== hostname()) return await isOlderThan(path, oldAge.foreign);
  return holder.pid === process.pid ? !ours.has(holder.token) : !isAlive(holder.pid);
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    return (JSON.parse(await readFile(path, 'utf8')) as Holder | null) ?? undefined;
  } catch {
    // Gone, or not written yet: nobody who could be named.
    return undefined;
  }
}

async function isOlderThan(path: string, age: number): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > age;
  } catch {
    return false;
  }
}

/** Signal 0 only asks. A process of somebody else answers EPERM, and lives. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
