import { type KeyObject, X509Certificate } from 'node:crypto';
import { writePem } from './pem.js';

/** What goes into `https.createServer`, `tls.connect` and their like, for either side of the connection. */
export interface TlsCredential {
  /** The private key, PEM. */
  readonly key: string;
  /** The certificate and its intermediates, PEM. */
  readonly cert: string;
}

/**
 * A certificate with its private key, in the forms that people need. Immutable. The key is kept out of enumeration, so that
 * logging a credential shows nothing secret.
 */
export class Credential {
  readonly #der: Uint8Array;
  readonly #privateKey: KeyObject;
  readonly #issuers: readonly Uint8Array[];
  #x509: X509Certificate | undefined;

  /** Made by an authority. `issuers`: the certificates above this one, nearest first, without the root. */
  constructor(der: Uint8Array, privateKey: KeyObject, issuers: readonly Uint8Array[] = []) {
    this.#der = der;
    this.#privateKey = privateKey;
    this.#issuers = issuers;
  }

  /** The certificate, PEM. */
  get certificate(): string {
    return writePem('CERTIFICATE', this.#der);
  }

  /** The certificate's DER. */
  get der(): Uint8Array {
    return this.#der;
  }

  /** The certificate and the intermediates above it, PEM, in the order of RFC 8446, section 4.4.2; never the root, unless this is the root. */
  get chain(): string {
    return [this.#der, ...this.#issuers].map((der) => writePem('CERTIFICATE', der)).join('');
  }

  /** The DER of the intermediates above this certificate, nearest first, without the root. */
  get intermediates(): readonly Uint8Array[] {
    return this.#issuers;
  }

  /** The private key, PEM, PKCS#8, unencrypted. */
  get privateKey(): string {
    return this.#privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  }

  /** The private key for node:crypto. */
  get keyObject(): KeyObject {
    return this.#privateKey;
  }

  /** The certificate as Node reads it; throws where Node cannot, as with a certificate that is broken on purpose. */
  get x509(): X509Certificate {
    this.#x509 ??= new X509Certificate(this.#der);
    return this.#x509;
  }

  /** `{ key, cert }` with the chain, to be spread into TLS options. */
  get tls(): TlsCredential {
    return { key: this.privateKey, cert: this.chain };
  }
}
