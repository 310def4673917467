import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

/** Where figures were measured: without it they mean nothing. */
export interface Machine {
  readonly node: string;
  readonly openssl: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Load averages of one minute, when the run began and when it ended. */
  readonly load: readonly [number, number];
  /** What part of the processor's working time a hypervisor gave to others during the run; absent where nobody tells. */
  readonly stolen?: number;
  /** Of the run's beginning, ISO 8601. */
  readonly date: string;
  /** With `--quick` ranges are wider. */
  readonly isQuick: boolean;
}

/** Notes the machine's state; the result completes it when all is done. */
export function observeMachine(isQuick: boolean): () => Machine {
  const date = new Date().toISOString();
  const [before = 0] = loadavg();
  const ticksBefore = ticks();
  return () => {
    const all = cpus();
    const stolen = partStolen(ticksBefore, ticks());
    return {
      ...(stolen === undefined ? {} : { stolen }),
      node: process.version,
      openssl: process.versions.openssl,
      platform: `${process.platform} ${process.arch}`,
      cpu: all[0]?.model.trim() ?? 'unknown',
      cores: all.length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      load: [before, loadavg()[0] ?? 0],
      date,
      isQuick,
    };
  };
}

interface Ticks {
  readonly worked: number;
  readonly stolen: number;
}

/** The processor's time so far, as Linux counts it (proc_stat(5)). */
function ticks(): Ticks | undefined {
  try {
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = readFileSync('/proc/stat', 'utf8')
      .split('\n', 1)
      .join()
      .trim()
      .split(/\s+/)
      .slice(1)
      .map(Number);
    return { worked: user + nice + system + irq + softirq, stolen };
  } catch {
    return undefined;
  }
}

function partStolen(before: Ticks | undefined, after: Ticks | undefined): number | undefined {
  if (before === undefined || after === undefined) return undefined;
  const stolen = after.stolen - before.stolen;
  const all = stolen + after.worked - before.worked;
  return all > 0 ? stolen / all : undefined;
}
