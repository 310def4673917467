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
  /** Of the run's beginning, ISO 8601. */
  readonly date: string;
  /** With `--quick` ranges are wider. */
  readonly isQuick: boolean;
}

/** Notes the machine's state; the result completes it when all is done. */
export function observeMachine(isQuick: boolean): () => Machine {
  const date = new Date().toISOString();
  const [before = 0] = loadavg();
  return () => {
    const all = cpus();
    return {
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
