import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A program that was compiled here, or what is missing for it. */
export type Native = { readonly program: string; readonly version: string } | { readonly absent: string };

/** Compiles what asks OpenSSL, with the system's libcrypto. */
export function compileOpenSsl(sources: string, folder: string): Native {
  const program = join(folder, 'openssl-bench');
  const { status, stderr, error } = spawnSync('cc', ['-O2', '-o', program, join(sources, 'openssl.c'), '-lcrypto'], { encoding: 'utf8' });
  if (error !== undefined) return { absent: 'no C compiler' };
  if (status !== 0) return { absent: stderr.includes('openssl/') ? 'no headers of OpenSSL (Debian: libssl-dev)' : `cc said ${stderr}` };
  return { program, version: /OpenSSL [\d.]+/.exec(output('openssl', ['version']))?.[0] ?? 'OpenSSL' };
}

/** Compiles what asks Go. Nothing is fetched: the program is one file and the standard library. */
export function compileGo(sources: string, folder: string): Native {
  const program = join(folder, 'go-bench');
  const env = { GOCACHE: join(homedir(), '.cache', 'go-build'), ...process.env, GO111MODULE: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '' };
  const { status, stderr, error } = spawnSync('go', ['build', '-o', program, join(sources, 'verify.go')], { encoding: 'utf8', env });
  if (error !== undefined) return { absent: 'no Go' };
  if (status !== 0) return { absent: `go said ${stderr}` };
  return { program, version: /go([\d.]+)/.exec(output('go', ['version']))?.[0]?.replace('go', 'Go ') ?? 'Go' };
}

function output(command: string, given: readonly string[]): string {
  return spawnSync(command, given, { encoding: 'utf8' }).stdout ?? '';
}

/** A program that answers each line with a line of numbers. */
export class NativePeer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<never>;
  #text = '';
  #take: (() => void) | undefined;

  constructor(program: string, folder: string) {
    this.#process = spawn(program, [folder]);
    let complaints = '';
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text;
    });
    this.#process.stdout.setEncoding('latin1').on('data', (text: string) => {
      this.#text += text;
      if (this.#text.endsWith('\n')) this.#take?.();
    });
    this.#ended = new Promise((_, reject) => {
      this.#process.on('error', reject);
      this.#process.on('close', (code) => reject(new Error(`${program} ended with ${code}: ${complaints}`)));
    });
    this.#ended.catch(() => undefined);
    // One that ended is told by its end.
    this.#process.stdin.on('error', () => undefined);
  }

  async ask(line: string): Promise<readonly number[]> {
    this.#text = '';
    const answered = new Promise<void>((resolve) => {
      this.#take = resolve;
    });
    this.#process.stdin.write(`${line}\n`);
    await Promise.race([answered, this.#ended]);
    return this.#text.trim().split(' ').map(Number);
  }

  close(): void {
    this.#process.stdin.end();
  }
}
