import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsCredential } from '@peercert/pki';

/** What `openssl s_client` made of a connection. */
export interface SClientAnswer {
  /** All that it wrote: what it found of the handshake, then what the server sent. */
  readonly text: string;
  readonly isResumed: boolean;
  /** The body of the answer, where it is JSON. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

export interface SClientQuestion {
  readonly version?: 'TLSv1.2' | 'TLSv1.3';
  readonly client?: TlsCredential | undefined;
  readonly servername?: string;
  /** Where to write the session, and which to resume. */
  readonly sessionOut?: string;
  readonly sessionIn?: string;
  readonly more?: readonly string[];
}

/** `openssl s_client` as a client that asks `/`, with a folder of its own for what it reads and writes. It binds no session to a host, as newer Node.js clients do. */
export class SClient {
  readonly #folder = mkdtempSync(join(tmpdir(), 'peercert-s-client-'));
  #files = 0;

  /** A name for a session. */
  session(): string {
    return this.#name('session');
  }

  file(content: string): string {
    const name = this.#name('pem');
    writeFileSync(name, content);
    return name;
  }

  ask(port: number, { version, client, servername, sessionOut, sessionIn, more = [] }: SClientQuestion = {}): Promise<SClientAnswer> {
    const args = ['s_client', '-connect', `127.0.0.1:${port}`, '-ign_eof'];
    if (version !== undefined) args.push(version === 'TLSv1.2' ? '-tls1_2' : '-tls1_3');
    if (client !== undefined) {
      const cert = this.file(client.cert);
      args.push('-cert', cert, '-cert_chain', cert, '-key', this.file(client.key));
    }
    if (servername !== undefined) args.push('-servername', servername);
    if (sessionOut !== undefined) args.push('-sess_out', sessionOut);
    if (sessionIn !== undefined) args.push('-sess_in', sessionIn);
    return new Promise((resolve) => {
      const child = execFile('openssl', [...args, ...more], { timeout: 100_000 }, (_error, stdout, stderr) => {
        const text = `${stdout}${stderr}`;
        const body = /^\{.*\}/m.exec(stdout)?.[0];
        resolve({
          text,
          isResumed: /^Reused, /m.test(text),
          json: body === undefined ? undefined : (JSON.parse(body) as Record<string, unknown>),
        });
      });
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(`GET / HTTP/1.0\r\nHost: ${servername ?? 'localhost'}\r\n\r\n`);
    });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #name(kind: string): string {
    this.#files += 1;
    return join(this.#folder, `${this.#files}.${kind}`);
  }
}
