// @ts-check
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVerifier, serverTls } from '@peercert/core';
import { serve } from './guarded-server.mjs';

/**
 * What the servers of several workers or threads have in common.
 *
 * @typedef {{ kind: string, folder: string, trust: string, allowSessionResumption?: boolean, ticketKeys?: string }} Shared
 */

/** A server that watches what is in the folder, like those of its neighbours. @param {Shared} shared */
export async function serveShared({ kind, folder, trust, allowSessionResumption = false, ticketKeys }) {
  const file = (/** @type {string} */ name) => join(folder, name);
  const silent = () => undefined;
  const verifier = createVerifier({
    trust: file(trust),
    revocation: { crl: file('root.crl'), denyList: file('denied.txt') },
    closeAfterSeconds: 0.1,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
  });
  await verifier.ready;
  // Without hints, so that what a client sends is seen by every release of Node.js (README, Limitations).
  const tls = serverTls(verifier, {
    key: readFileSync(file('server.key')),
    cert: readFileSync(file('server.crt')),
    caHints: 'none',
    allowSessionResumption,
  });
  const options = { ...tls.options, ...(ticketKeys === undefined ? {} : { ticketKeys: Buffer.from(ticketKeys, 'hex') }) };
  return { ...(await serve(kind, { mtls: { verifier, tls }, tls: options })), verifier };
}
