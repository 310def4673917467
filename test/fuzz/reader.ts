import { type ClientIdentity, createVerifier, type Outcome } from '@peercert/core';
import { atOnce } from '../../packages/core/test/support/at-once.js';
import type { Ground } from './seeds.js';

/**
 * The way into core's x509 layer, which its public entry does not export: what is proved here is that layer. It is the built package,
 * found by its name, from wherever this file is compiled to.
 */
export type X509 = typeof import('../../packages/core/dist/x509/index.js');

export const x509 = (await import(new URL('./x509/index.js', import.meta.resolve('@peercert/core')).href)) as X509;

export type Certificate = import('../../packages/core/dist/x509/index.js').Certificate;

/** What is fuzzed; tests put a faulty one in its place. */
export interface Reader {
  readonly readCertificate: X509['readCertificate'];
  readonly checkExtensions: X509['checkExtensions'];
  readonly verify: (certificates: readonly Uint8Array[], trustSets?: readonly string[]) => Outcome<ClientIdentity>;
}

/**
 * Core itself. A verifier remembers the intermediates of what it accepted; so that no input depends on those before it, one that has
 * something to remember is put away.
 */
export function coreReader({ authorities, at }: Ground): Reader {
  const fresh = () => createVerifier({ trust: authorities.map(({ der }) => der), clock: () => at });
  let verifier = fresh();
  return {
    ...x509,
    verify(certificates) {
      const outcome = atOnce(verifier.verify(certificates));
      if (outcome.ok && outcome.value.chain.length > 1) verifier = fresh();
      return outcome;
    },
  };
}
