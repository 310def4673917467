// @ts-check
/**
 * Makes a verifier, closes it before any of its sources has been read twice or has answered, and says what is held then.
 *
 *     node early.mjs '{ "folder": "…", "revocation": { … } }'
 */
import { join } from 'node:path';
import { createVerifier } from '@peercert/core';
import { reportAtEnd } from './resources.mjs';

/** @type {{ folder: string, revocation: import('@peercert/core').RevocationOptions }} */
const { folder, revocation } = JSON.parse(process.argv[2] ?? '{}');
const began = performance.now();
const verifier = createVerifier({ trust: join(folder, 'ca.crt'), revocation });
await verifier.close();
await verifier.ready;

reportAtEnd(began);
