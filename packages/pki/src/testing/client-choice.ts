import { Credential } from '../credential.js';
import type { TestClient } from './clients.js';

/** Who asks: a client of the kit, any other credential, or nobody, which is `null`: a connection on which no certificate is sent. */
export type ClientChoice = TestClient | Credential | null;

/**
 * The credential chosen in `options.client`; undefined where the client is nobody. An `undefined` client is a slip of the pen, such as a name
 * that the kit does not have, and a test that expects a refusal would pass with it: so it throws a `TypeError`.
 */
export function chosenCredential(options: { readonly client?: ClientChoice }, where: string): Credential | undefined {
  if (!Object.hasOwn(options, 'client') || options.client === null) return undefined;
  const { client } = options;
  const credential = client instanceof Credential ? client : client?.credential;
  if (credential instanceof Credential) return credential;
  throw new TypeError(`${where}: client is no client of the kit and no credential; write null for a client without a certificate`);
}

/** What a client presents, DER, the end entity first. */
export function presentedBy(credential: Credential | undefined): readonly Uint8Array[] {
  return credential === undefined ? [] : [credential.der, ...credential.intermediates];
}
