import { type Certificate, forgetContents } from '../x509/index.js';

/** Enough for every handshake whose first request is still on its way, with what policies and handlers ask. */
const most = 256;

/**
 * The end entities that were accepted last: of these, and no others, what was read is kept. An open connection holds its certificate for as long as it lasts,
 * and needs hardly more of it than the bytes once its first request is through.
 */
export class RecentCertificates {
  readonly #ring: (Certificate | undefined)[] = new Array(most).fill(undefined);
  #next = 0;

  add(certificate: Certificate): void {
    const oldest = this.#ring[this.#next];
    this.#ring[this.#next] = certificate;
    this.#next = (this.#next + 1) % most;
    if (oldest !== undefined && oldest !== certificate) forgetContents(oldest);
  }
}
