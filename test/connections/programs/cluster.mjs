// @ts-check
/**
 * Two workers of node:cluster that share a port. The primary tells its parent the port, and ends when the workers have, which it asks them to on 'close'.
 *
 *     node cluster.mjs '[{ "kind": "Express", "folder": "…", "trust": "root.crt" }, { … }]'
 */
import cluster from 'node:cluster';
import { once } from 'node:events';
import { serveShared } from './shared.mjs';

/** What each worker is to be. @type {readonly import('./shared.mjs').Shared[]} */
const workers = JSON.parse(process.argv[2] ?? '[]');

if (cluster.isPrimary) {
  // Each connection goes to the next worker, on every system.
  cluster.schedulingPolicy = cluster.SCHED_RR;
  /** @type {{ port: number }[]} */
  const listening = [];
  // One after the other, so that the second takes over what the first has made, ticket keys among it.
  for (const [index] of workers.entries()) {
    const worker = cluster.fork({ WORKER_INDEX: String(index) });
    const [address] = await once(worker, 'listening');
    listening.push(address);
  }
  process.on('message', () => {
    cluster.disconnect();
    process.disconnect();
  });
  process.send?.(listening[0]?.port);
} else {
  const { verifier } = await serveShared(/** @type {import('./shared.mjs').Shared} */ (workers[Number(process.env.WORKER_INDEX)]));
  process.once('disconnect', () => void verifier.close());
}
