import { createServer } from 'node:net';

/**
 * The port, or 0, which means any, where it cannot be had.
 *
 * @param {number} port
 * @returns {Promise<number>}
 */
export function ifFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)));
  });
}
