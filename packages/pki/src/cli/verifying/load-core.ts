import type * as Core from '@peercert/core';
import { UsageError } from '../usage-error.js';

/** Verifying is core's, which applications have by their adapter; whoever only issues certificates does without. */
export async function loadCore(command: string): Promise<typeof Core> {
  try {
    return await import('@peercert/core');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes("'@peercert/core'")) throw error;
    throw new UsageError(
      `${command} needs @peercert/core, which is not installed beside @peercert/pki: npm install @peercert/core (@peercert/fastify and @peercert/express bring it along)`,
      { cause: error },
    );
  }
}
