// @ts-check
/**
 * `pnpm mutation`: changes packages/core/src/path in a copy, one expression at a time, and lists the changes that no test notices. About
 * half an hour; less with `--mutate packages/core/src/path/build.ts`. What is left is judged by hand: some changes alter nothing but
 * the speed.
 *
 * Stryker comes by npx in the last version that runs on Node.js 20, since nothing else needs it. Strings are left as they are, as most are
 * words for a log, and so are values that are made when a module is loaded, for which every test would have to run.
 */
export default {
  mutate: ['packages/core/src/path/**/*.ts'],
  mutator: { excludedMutations: ['StringLiteral'] },
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.mjs', related: false },
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  concurrency: 1,
  timeoutMS: 1_500,
  timeoutFactor: 1.25,
  // It would read it with the compiler's old interface, which TypeScript 7 does not have, for checks that nobody asked for.
  tsconfigFile: 'none',
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { reportTests: false, logTests: false },
  jsonReporter: { fileName: 'coverage/mutation.json' },
  tempDirName: 'coverage/mutation',
  ignorePatterns: ['dist', 'docs', 'examples', 'test/*', '!test/mutation', '!test/support'],
};
