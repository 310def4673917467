import { EventEmitter } from 'node:events';

/** An open TLS socket of a server, with as little to it as a verifier needs: it tells when it is closed. */
export class OpenSocket extends EventEmitter {
  readonly encrypted = true;
  readonly server = { requestCert: true };
  destroyed = false;
  readonly #endEntity: { readonly raw: Uint8Array };

  constructor(endEntity: Uint8Array) {
    super();
    this.#endEntity = { raw: endEntity };
  }

  getPeerCertificate(): object {
    return this.#endEntity;
  }

  isSessionReused(): boolean {
    return false;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}
