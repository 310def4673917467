import { webcrypto } from 'node:crypto';
import { Certificate, CertificateChainValidationEngine, CryptoEngine, setEngine } from 'pkijs';

/** PKI.js as its documentation has one use it: certificates from DER, its engine, no CRLs. */
export async function verifyWithPkijs(root: Uint8Array, issuing: Uint8Array, client: Uint8Array): Promise<void> {
  const engine = new CertificateChainValidationEngine({
    trustedCerts: [Certificate.fromBER(root)],
    certs: [Certificate.fromBER(issuing), Certificate.fromBER(client)],
    checkDate: new Date(),
  });
  const { result, resultMessage } = await engine.verify();
  if (!result) throw new Error(`PKI.js refuses the path: ${resultMessage}`);
}

setEngine('node', new CryptoEngine({ name: 'node', crypto: webcrypto as unknown as Crypto }));

type Crypto = ConstructorParameters<typeof CryptoEngine>[0]['crypto'];
