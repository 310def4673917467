import type { Reporter, SerializedError, TestModule, TestRunEndReason, TestSuite } from 'vitest/node';
import type {} from './programs.js';

/**
 * Ends a run with what a person, or a script, wants to know first: which tests were left out because a program is absent, and
 * how many passed and failed, as one plain line. A file that cannot be loaded and an error outside of every test count as failures.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[], reason: TestRunEndReason): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const outsideOfTests = unhandledErrors.length + modules.reduce((sum, module) => sum + brokenSuites(module), 0);
    const failed = count('failed') + outsideOfTests;
    const lines = [...absentPrograms(modules)];
    const skipped = count('skipped');
    const unaccounted = failed === 0 && reason !== 'passed' ? 1 : 0;
    lines.push(`test: ${count('passed')} passed, ${failed + unaccounted} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}

/** The module and the suites in it whose own code or hooks failed. */
function brokenSuites(module: TestModule): number {
  return [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0).length;
}

function* absentPrograms(modules: readonly TestModule[]): Generator<string> {
  for (const module of modules) {
    for (const suite of module.children.allSuites()) {
      const { absentPrograms: absent } = suite.meta();
      if (absent !== undefined)
        yield `not run, for want of ${absent.join(', ')}: ${module.relativeModuleId}, ${suite.fullName} (${sizeOf(suite)})`;
    }
  }
}

function sizeOf(suite: TestSuite): string {
  const size = [...suite.children.allTests()].length;
  return size === 1 ? '1 test' : `${size} tests`;
}
