import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What OpenSSL says of one case; see oracle.c, which says it. */
export interface OpenSslAnswer {
  readonly isRead: boolean;
  readonly isKeyDecoded: boolean;
  /** X509_verify_cert's error; 0 is accepted, -1 not asked. */
  readonly verdict: number;
  /** The same with key identifiers as hints. */
  readonly unkeyed: number;
  /** The same with X509_V_FLAG_X509_STRICT. */
  readonly strict: number;
  /** What the error means; empty for none. */
  readonly text: string;
}

/** A compiled oracle, in a folder of its own until it is removed. */
export interface CompiledOracle {
  readonly program: string;
  remove(): void;
}

/** Compiles the oracle; or tells why it cannot: no C compiler, or no headers of OpenSSL. */
export function compileOracle(source: string): CompiledOracle | { readonly absent: string } {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-fuzz-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const program = join(folder, 'oracle');
  const { status, stderr, error } = spawnSync('cc', ['-O2', '-o', program, source, '-lcrypto'], { encoding: 'utf8' });
  if (status === 0) return { program, remove };
  remove();
  if (error !== undefined) return { absent: 'cc, a C compiler' };
  return { absent: stderr.includes('openssl/') ? "OpenSSL's headers (Debian: libssl-dev)" : `an oracle: cc said ${stderr}` };
}

/** OpenSSL as a process that answers batches, one after the other. */
export class OpenSslOracle {
  readonly #process: ChildProcessWithoutNullStreams;
  #text = '';
  #ended: Error | undefined;
  #waiting: (() => void) | undefined;

  constructor(program: string, anchors: readonly Uint8Array[], at: number) {
    this.#process = spawn(program);
    const { stdin, stdout, stderr } = this.#process;
    stdout.setEncoding('latin1').on('data', (text: string) => {
      this.#text += text;
      this.#waiting?.();
    });
    let complaints = '';
    stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    const end = (reason: string) => {
      this.#ended ??= new Error(`the OpenSSL oracle ended (${reason}) ${complaints}`);
      this.#waiting?.();
    };
    this.#process.on('error', (error) => end(error.message)).on('exit', (code, signal) => end(`${code ?? signal}`));
    // A process that died is told by its exit.
    stdin.on('error', () => {});
    const seconds = BigInt(Math.floor(at / 1000));
    stdin.write(Buffer.concat([number(Number(seconds >> 32n)), number(Number(seconds & 0xffff_ffffn)), list(anchors)]));
  }

  /** One answer for each case, in their order. A case is what is presented, end entity first. */
  async ask(cases: readonly (readonly Uint8Array[])[]): Promise<readonly OpenSslAnswer[]> {
    this.#process.stdin.write(Buffer.concat([...cases.map(list), number(0)]));
    const lines: string[] = [];
    for (;;) {
      const complete = this.#text.lastIndexOf('\n') + 1;
      if (complete > 0) lines.push(...this.#text.slice(0, complete - 1).split('\n'));
      this.#text = this.#text.slice(complete);
      if (lines.length >= cases.length) return lines.map(answerOf);
      if (this.#ended !== undefined) throw this.#ended;
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  close(): void {
    this.#process.stdin.end();
  }
}

function answerOf(line: string): OpenSslAnswer {
  const [isRead, isKeyDecoded, verdict, unkeyed, strict] = line.split(' ', 5).map(Number) as [number, number, number, number, number];
  return { isRead: isRead === 1, isKeyDecoded: isKeyDecoded === 1, verdict, unkeyed, strict, text: line.split(' ').slice(5).join(' ') };
}

function list(certificates: readonly Uint8Array[]): Buffer {
  return Buffer.concat([number(certificates.length), ...certificates.flatMap((der) => [number(der.length), der])]);
}

function number(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}
