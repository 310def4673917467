import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { contentHash } from './content-hash.js';
import { readWhole } from './read-whole.js';

/** The last good answer of a URL, as it is kept from one run to the next. */
export interface KeptResponse {
  readonly bytes: Uint8Array;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** When the server last said so, in milliseconds since the epoch. */
  readonly confirmedAt: number;
}

export type KeptReading = { readonly ok: true; readonly kept: KeptResponse | undefined } | { readonly ok: false; readonly problem: string };

/** Of the line before the body. */
const longestHead = 16 * 1024;

/**
 * A file of one answer: a line of JSON, and the body. It is written aside, flushed and renamed, so that a crash leaves either the old or the new
 * one, for its owner's eyes alone; and believed only where hash, length and URL agree, which no accident survives. What is in it is
 * checked by the consumer like what comes from the network.
 */
export class KeptFile {
  readonly #folder: string;
  readonly #url: string;
  readonly #largestBytes: number;
  readonly #path: string;

  constructor(folder: string, url: string, largestBytes: number) {
    this.#folder = folder;
    this.#url = url;
    this.#largestBytes = largestBytes;
    this.#path = join(folder, `${createHash('sha256').update(url).digest('hex').slice(0, 32)}.response`);
  }

  get path(): string {
    return this.#path;
  }

  /** Nothing, where there is no file yet; a problem for whatever else does not give an answer. */
  async read(): Promise<KeptReading> {
    const file = await readWhole(this.#path, this.#largestBytes + longestHead);
    if (!file.ok) return file.why === 'gone' ? { ok: true, kept: undefined } : file;
    const end = file.bytes.subarray(0, longestHead).indexOf(0x0a);
    const head = readHead(Buffer.from(file.bytes.subarray(0, Math.max(end, 0))).toString('utf8'));
    if (head === undefined) return { ok: false, problem: 'does not begin as a kept answer does' };
    const bytes = file.bytes.slice(end + 1);
    if (head.url !== this.#url) return { ok: false, problem: 'is of another URL' };
    if (head.sha256 !== (await contentHash(bytes))) return { ok: false, problem: 'is damaged: its content does not have its hash' };
    return { ok: true, kept: { bytes, etag: head.etag, lastModified: head.lastModified, confirmedAt: file.modified } };
  }

  /** Replaces what is kept. Returns the problem where it cannot. */
  async write({ bytes, etag, lastModified, confirmedAt }: KeptResponse): Promise<string | undefined> {
    const aside = `${this.#path}.${process.pid}-${threadId}.new`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await rm(aside, { force: true });
      const file = await open(aside, 'wx', 0o600);
      try {
        const head: Head = { peercert: 1, url: this.#url, sha256: await contentHash(bytes), etag, lastModified };
        await file.writeFile(`${JSON.stringify(head)}\n`);
        await file.writeFile(bytes);
        await file.utimes(confirmedAt / 1000, confirmedAt / 1000);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(aside, this.#path);
      await this.#flushFolder();
      return undefined;
    } catch (error) {
      await rm(aside, { force: true }).catch(() => undefined);
      return `cannot be written (${codeOf(error)})`;
    }
  }

  /** Notes that the server said again what is kept. */
  async confirm(at: number): Promise<string | undefined> {
    try {
      await utimes(this.#path, at / 1000, at / 1000);
      return undefined;
    } catch (error) {
      return `cannot be written (${codeOf(error)})`;
    }
  }

  /** The new name itself has to reach the disk as well. Not every system lets a folder be opened for that. */
  async #flushFolder(): Promise<void> {
    const folder = await open(this.#folder, 'r').catch(() => undefined);
    await folder?.sync().catch(() => undefined);
    await folder?.close().catch(() => undefined);
  }
}

interface Head {
  readonly peercert: 1;
  readonly url: string;
  readonly sha256: string;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

function readHead(line: string): Head | undefined {
  try {
    const head = JSON.parse(line) as Partial<Record<keyof Head, unknown>> | null;
    if (head?.peercert !== 1 || typeof head.url !== 'string' || typeof head.sha256 !== 'string') return undefined;
    return { peercert: 1, url: head.url, sha256: head.sha256, etag: validator(head.etag), lastModified: validator(head.lastModified) };
  } catch {
    return undefined;
  }
}

/** What may be sent back in a header field; without it the server sends the whole again, which is never wrong. */
export function validator(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x20-\x7e]{1,1024}$/.test(value) ? value : undefined;
}

function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
