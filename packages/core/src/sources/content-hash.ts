import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

/** About a millisecond's work. */
const sliceBytes = 512 * 1024;

/** SHA-256 in hexadecimal, made in slices, so that the event loop does not notice large content. */
export async function contentHash(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let start = 0; start < bytes.length; start += sliceBytes) {
    if (start > 0) await setImmediate();
    hash.update(bytes.subarray(start, start + sliceBytes));
  }
  return hash.digest('hex');
}

/** The same, at once. */
export function contentHashNow(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
