// @ts-check
/** A worker thread with a server of its own: tells its port, closes when it is told to, and ends by itself. */
import { parentPort, workerData } from 'node:worker_threads';
import { serveShared } from './shared.mjs';

const { port, verifier, close } = await serveShared(workerData);
parentPort?.once('message', async () => {
  await close();
  await verifier.close();
});
parentPort?.postMessage(port);
