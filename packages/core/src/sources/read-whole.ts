import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { contentHash, contentHashNow } from './content-hash.js';

/** A file as it stood at one time, from its first byte to its last. */
export interface WholeFile {
  readonly ok: true;
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes. */
  readonly hash: string;
  readonly signature: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

export interface UnreadFile {
  readonly ok: false;
  /** `busy`: it changed while it was read, each time. `gone`: nothing has this name. */
  readonly why: 'busy' | 'gone' | 'unreadable';
  /** Goes on after the file's name. */
  readonly problem: string;
}

export type FileReading = WholeFile | UnreadFile;

/** How often a file is read anew at once because it changed meanwhile. */
const attempts = 3;

/** Opening a named pipe would wait for a writer, for ever. Windows knows neither the flag nor such pipes. */
const readWithoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** As much as the event loop gives away in one go between two reads. */
const chunkBytes = 4 * 1024 * 1024;

/** What changes whenever a file's content does, or another file takes its place, as far as the file system tells. */
export function signatureOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
}

/** Reads a file of at most `largestBytes`: what stood in it before the first byte was read and after the last. */
export async function readWhole(path: string, largestBytes: number): Promise<FileReading> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, readWithoutWaiting);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const before = await file.stat({ bigint: true });
      const problem = unfit(before, largestBytes);
      if (problem !== undefined) return problem;
      // One byte more than there should be, to see whether there is.
      const buffer = Buffer.allocUnsafeSlow(Number(before.size) + 1);
      let length = 0;
      while (length < buffer.length) {
        const { bytesRead } = await file.read(buffer, length, Math.min(chunkBytes, buffer.length - length), length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      const bytes = bytesIn(buffer, length);
      const signature = signatureOf(before);
      if (BigInt(length) === before.size && signatureOf(await file.stat({ bigint: true })) === signature) {
        return { ok: true, bytes, hash: await contentHash(bytes), signature, modified: Number(before.mtimeMs) };
      }
    }
    return busy;
  } catch (error) {
    return unread(error);
  } finally {
    // What was read is read, whatever becomes of the handle.
    await file?.close().catch(() => undefined);
  }
}

/** The same, at once. */
export function readWholeNow(path: string, largestBytes: number): FileReading {
  let file: number | undefined;
  try {
    file = openSync(path, readWithoutWaiting);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const before = fstatSync(file, { bigint: true });
      const problem = unfit(before, largestBytes);
      if (problem !== undefined) return problem;
      const buffer = Buffer.allocUnsafeSlow(Number(before.size) + 1);
      let length = 0;
      while (length < buffer.length) {
        const bytesRead = readSync(file, buffer, length, buffer.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      const bytes = bytesIn(buffer, length);
      const signature = signatureOf(before);
      if (BigInt(length) === before.size && signatureOf(fstatSync(file, { bigint: true })) === signature) {
        return { ok: true, bytes, hash: contentHashNow(bytes), signature, modified: Number(before.mtimeMs) };
      }
    }
    return busy;
  } catch (error) {
    return unread(error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const busy: UnreadFile = { ok: false, why: 'busy', problem: 'changes faster than it can be read' };

function unfit(status: BigIntStats, largestBytes: number): UnreadFile | undefined {
  if (status.isDirectory()) return { ok: false, why: 'unreadable', problem: 'is a folder, where a file was expected' };
  if (!status.isFile()) return { ok: false, why: 'unreadable', problem: 'is no regular file' };
  if (status.size <= largestBytes) return undefined;
  return { ok: false, why: 'unreadable', problem: `has ${status.size} bytes, more than the ${largestBytes} that are allowed` };
}

export function unread(error: unknown): UnreadFile {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return { ok: false, why: 'gone', problem: `is not there (${code})` };
  return { ok: false, why: 'unreadable', problem: `cannot be read (${code ?? message})` };
}

/** A view of its own, since what a Buffer is given to is not always ready for a Buffer's other `slice`. */
function bytesIn(buffer: Buffer, length: number): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, length);
}
