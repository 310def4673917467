import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type SuiteName, suiteNames } from './conformance-case.js';
import { loadSuites, type Suite } from './corpora.js';
import { conformancePage, isPageInStep } from './docs-page.js';
import { FormError } from './json-reader.js';
import { suiteReport, totalReport, unusedRules } from './report.js';
import { runSuite, type SuiteResult } from './run.js';

const usage = `Usage: pnpm conformance [--suite NAME]... [--file JSON] [--triage JSON] [--json OUT] [--write-docs | --check-docs]
  --suite NAME   one of ${suiteNames.join(', ')}; default: all of them
  --file JSON    another file of a suite's form, instead of the corpora
  --triage JSON  limbo's triage, by case; default: limbo-triage.json of the corpora, where it is
  --json OUT     writes the results, as an array with an object for each suite
  --write-docs   writes docs/conformance.md; --check-docs, which runs nothing, fails where its words are not what would be written
The corpora are looked for in $PEERCERT_CORPORA, else in ../shared/corpora beside the repository.
`;

interface Options {
  readonly suites: readonly SuiteName[];
  readonly file: string | undefined;
  readonly triage: string | undefined;
  readonly json: string | undefined;
  readonly docs: 'write' | 'check' | undefined;
}

/**
 * Runs the suites and gives the exit code: 0 when every case passes or is under a rule, 1 when one fails, 2 when it was called wrongly or
 * a suite is not there.
 *
 * @public main.mjs imports what this is compiled to.
 */
export async function conformance(root: string, args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(usage);
    return 0;
  }
  const options = readOptions(args);
  if (typeof options === 'string') {
    process.stderr.write(`conformance: ${options}\n${usage}`);
    return 2;
  }
  const page = join(root, 'docs', 'conformance.md');
  if (options.docs === 'check') return checkDocs(page);
  try {
    return await run(root, page, options);
  } catch (error) {
    if (!(error instanceof FormError)) throw error;
    process.stderr.write(`conformance: ${error.message}\n`);
    return 2;
  }
}

async function run(root: string, page: string, { suites: names, file, triage, json, docs }: Options): Promise<number> {
  const suites = loadSuites(names, { root, corpora: process.env.PEERCERT_CORPORA, file, triage, now: Date.now() });
  const results: SuiteResult[] = [];
  for (const suite of suites) results.push(await runAndReport(suite));
  const unused = file === undefined && names.length === 0 ? unusedRules(results) : [];
  if (unused.length > 0) process.stdout.write(`no case here needs these rules: ${unused.join('; ')}\n`);
  process.stdout.write(totalReport(results));
  if (json !== undefined) write(json, `${JSON.stringify(results, undefined, 2)}\n`);
  if (docs === 'write') write(page, conformancePage(results));
  return results.every(({ failed }) => failed === 0) ? 0 : 1;
}

async function runAndReport({ name, cases }: Suite): Promise<SuiteResult> {
  const suiteRun = await runSuite(name, cases);
  process.stdout.write(suiteReport(suiteRun));
  return suiteRun.result;
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new FormError(`${path}: cannot be written (${(error as Error).message}): name a file in a folder that is there`);
  }
}

function checkDocs(path: string): number {
  if (existsSync(path) && isPageInStep(readFileSync(path, 'utf8'))) return 0;
  process.stderr.write("conformance: docs/conformance.md is not in step with its rules: run 'pnpm conformance --write-docs'.\n");
  return 1;
}

/** The options, or what is wrong with them. */
export function readOptions(args: readonly string[]): Options | string {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    const { values } = parseArgs({
      // pnpm and npm differ in whether they hand this on.
      args: args.filter((arg) => arg !== '--'),
      options: { suite: { ...text, multiple: true }, file: text, triage: text, json: text, 'write-docs': flag, 'check-docs': flag },
    });
    const suites = (values.suite ?? []).map(suiteName);
    const { file, triage, json } = values;
    if (file !== undefined && suites.length > 1) return '--file is one suite: name at most one with --suite';
    const writes = values['write-docs'] === true;
    const checks = values['check-docs'] === true;
    if (writes && checks) return '--write-docs and --check-docs exclude each other';
    if ((writes || checks) && (file !== undefined || suites.length > 0))
      return 'the page is about all suites: leave --suite and --file out';
    return { suites: [...new Set(suites)], file, triage, json, docs: writes ? 'write' : checks ? 'check' : undefined };
  } catch (error) {
    return (error as Error).message;
  }
}

function suiteName(name: string): SuiteName {
  const found = suiteNames.find((suite) => suite === name);
  if (found === undefined) throw new TypeError(`--suite ${name}: there is ${suiteNames.join(', ')}`);
  return found;
}
