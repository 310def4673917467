import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CompiledOracle, compileOracle } from '../../fuzz/openssl.js';
import { anchorsWithSubtrees, type PkiCase } from './pki-case.js';
import { anyPolicy, type Written } from './plan.js';

export type OracleName = 'OpenSSL' | 'Go';

/** What another verifier says of one case. */
export interface Answer {
  /** 0 is accepted, -1 that the end entity cannot be read; else OpenSSL's error, or 1. */
  readonly error: number;
  readonly text: string;
}

/** Another verifier; tests put one in its place that says what they want. */
export interface Oracle {
  readonly name: OracleName;
  /** One answer for each case, in their order. */
  readonly ask: (questions: readonly PkiCase[]) => Promise<readonly Answer[]>;
}

export interface CompiledOracles {
  readonly oracles: readonly Oracle[];
  /** What is missing for the others. */
  readonly absent: readonly { readonly name: OracleName; readonly what: string }[];
  remove(): void;
}

/** Compiles whichever can be compiled here, from the sources in `folder`. */
export function compileOracles(folder = fileURLToPath(new URL('.', import.meta.url))): CompiledOracles {
  const compiled = [
    { name: 'OpenSSL', made: compileOracle(join(folder, 'oracle.c')) },
    { name: 'Go', made: compileGo(join(folder, 'oracle.go')) },
  ] as const;
  const present = compiled.flatMap(({ name, made }) => ('absent' in made ? [] : [{ name, ...made }]));
  return {
    oracles: present.map(({ name, program }) => ({ name, ask: (questions) => ask(program, questions) })),
    absent: compiled.flatMap(({ name, made }) => ('absent' in made ? [{ name, what: made.absent }] : [])),
    remove: () => {
      for (const { remove } of present) remove();
    },
  };
}

function compileGo(source: string): CompiledOracle | { readonly absent: string } {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-paths-'));
  const program = join(folder, 'oracle');
  // Nothing is fetched: the program is one file and the standard library.
  const env = { GOCACHE: join(homedir(), '.cache', 'go-build'), ...process.env, GO111MODULE: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '' };
  const { status, stderr, error } = spawnSync('go', ['build', '-o', program, source], { encoding: 'utf8', env });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  if (status === 0) return { program, remove };
  remove();
  return { absent: error === undefined ? `an oracle: go said ${stderr}` : 'go (Debian: golang-go)' };
}

/** A process for each batch. */
function ask(program: string, questions: readonly PkiCase[]): Promise<readonly Answer[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(program);
    let said = '';
    let complaints = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      said += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text;
    });
    child.on('error', reject).on('close', (code) => {
      const lines = said.split('\n').slice(0, -1);
      if (code === 0 && lines.length === questions.length) resolve(lines.map(answerOf));
      else reject(new Error(`${program} ended with ${code} after ${lines.length} of ${questions.length} answers: ${complaints}`));
    });
    // One that ended is told by its end.
    child.stdin.on('error', () => {}).end(questions.map(lineOf).join(''));
  });
}

function answerOf(line: string): Answer {
  const space = line.indexOf(' ');
  return { error: Number(line.slice(0, space)), text: line.slice(space + 1) };
}

/** The form that oracle.c describes. */
export function lineOf(question: PkiCase): string {
  const { at, depth, purpose, policies, intermediates, endEntity } = question;
  const flags = ['p', policies.requireExplicit ? 'x' : '', policies.inhibitMapping ? 'm' : '', policies.inhibitAny ? 'a' : ''].join('');
  // OpenSSL takes no initial policies for none.
  const asked = [at / 1_000, depth, purpose === 'any' ? 'any' : 'client', flags, policies.initial?.join(',') ?? anyPolicy];
  return `${[...asked, list(anchorsWithSubtrees(question)), list(intermediates), list([endEntity])].join(' ')}\n`;
}

function list(certificates: readonly Written[]): string {
  return certificates.map(({ der }) => Buffer.from(der).toString('hex')).join(',') || '-';
}
