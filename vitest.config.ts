import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/support/summary-reporter.js';

/** Packages are loaded as Node.js loads them for a user: built, and untouched by Vite. */
const server = { deps: { external: [/\/packages\/[^/]+\/dist\//] } };

/** For what hangs, and for nothing else: machines stand still for seconds. What has to be soon is tested by a clock that the test moves. */
const patience = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } };

export default defineConfig({
  test: {
    // Much of the time is waiting: for clocks, for files to settle, for other programs.
    maxWorkers: Math.max(2, availableParallelism()),
    reporters: ['default', new SummaryReporter()],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts'],
          ...patience,
          server,
        },
      },
      {
        test: {
          name: 'cross',
          include: ['test/**/*.test.ts'],
          ...patience,
          server,
        },
      },
    ],
  },
});
