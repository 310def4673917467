import 'reflect-metadata';
import { X509Certificate, X509ChainBuilder } from '@peculiar/x509';

/** X509ChainBuilder finds the path and verifies its signatures, and nothing else: neither times nor authorities nor purposes. */
export async function buildWithPeculiar(root: Uint8Array, issuing: Uint8Array, client: Uint8Array): Promise<void> {
  const builder = new X509ChainBuilder({ certificates: [new X509Certificate(issuing), new X509Certificate(root)] });
  const chain = await builder.build(new X509Certificate(client));
  if (chain.length !== 3) throw new Error(`X509ChainBuilder found a path of ${chain.length} certificates`);
}
