import { watch } from 'node:fs';

/** What sources take from the outside besides files and network; tests give their own. */
export interface Runtime {
  /** The time of day, in milliseconds since the epoch. It can be set back and forth. */
  now(): number;
  /** Milliseconds that never run backwards, and may stand still while the machine sleeps. */
  monotonic(): number;
  /** Does `work` once, after so many milliseconds, without keeping the process alive. Returns what calls it off. */
  after(milliseconds: number, work: () => void): () => void;
  /** At least 0, below 1. */
  random(): number;
  /**
   * Tells of each change in a folder the name of what changed, or null where the system does not say, without keeping the process alive.
   * Returns what ends it. Throws where the folder cannot be watched.
   */
  watch(folder: string, onChange: (name: string | null) => void, onFault: (error: Error) => void): () => void;
}

/** A value now where nothing had to be waited for, else a promise of it. */
export type MaybePromise<T> = T | Promise<T>;

export const nodeRuntime: Runtime = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds).unref();
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  watch(folder, onChange, onFault) {
    const watcher = watch(folder, { persistent: false }, (_event, name) => onChange(name));
    watcher.on('error', onFault);
    return () => watcher.close();
  },
};
