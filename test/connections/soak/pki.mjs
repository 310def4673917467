// @ts-check
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { createAuthority } from '@peercert/pki';

/**
 * A client, as it goes to `tls.connect`.
 *
 * @typedef {{ serialNumber: string, fingerprint256: string, secureContext: import('node:tls').SecureContext | undefined }} Client
 */

/** Who plays in the soak, and the files that the server watches, in a folder of the caller's. */
export class Pki {
  /** @type {import('@peercert/pki').Authority} */
  #sub;
  #folder;
  /** @type {string[]} serial numbers */
  #revoked = [];
  /** @type {string[]} fingerprints */
  #denied = [];

  #root;
  #further = 0;

  /** @param {string} root PEM @param {import('@peercert/pki').Authority} sub @param {string} folder */
  constructor(root, sub, folder) {
    this.#root = root;
    this.#sub = sub;
    this.#folder = folder;
  }

  /** @param {string} folder */
  static async create(folder) {
    const root = await createAuthority({ subject: { CN: 'Root' } });
    const sub = await root.issueAuthority({ subject: { CN: 'Issuing CA' } });
    const server = await root.issueServer({ dns: 'localhost', ip: '127.0.0.1' });
    const pki = new Pki(root.certificate, sub, folder);
    pki.#write('root.crt', root.certificate);
    pki.#write('sub.crt', sub.certificate);
    pki.#write('server.crt', String(server.tls.cert));
    pki.#write('server.key', String(server.tls.key));
    pki.#write('root.crl', (await root.issueCrl()).pem);
    await pki.#writeLists();
    return pki;
  }

  /** @param {string} name @param {{ expired?: boolean, stranger?: boolean }} [faults] @returns {Promise<Client>} */
  async client(name, { expired = false, stranger = false } = {}) {
    const issuer = stranger ? await createAuthority({ subject: { CN: 'Stranger' } }) : this.#sub;
    const hour = 3_600_000;
    const validity = expired ? { notBefore: new Date(Date.now() - 2 * hour), notAfter: new Date(Date.now() - hour) } : {};
    const { tls, x509 } = await issuer.issueClient({ subject: { CN: name }, ...validity });
    return { serialNumber: x509.serialNumber, fingerprint256: x509.fingerprint256, secureContext: createSecureContext(tls) };
  }

  /** @param {Client} client */
  async revoke({ serialNumber }) {
    this.#revoked.push(serialNumber);
    await this.#writeLists();
  }

  /** @param {Client} client */
  async deny({ fingerprint256 }) {
    this.#denied.push(fingerprint256);
    await this.#writeLists();
  }

  /** Trusts one more authority, in place of the one that was added before. */
  async trustAnother() {
    this.#further += 1;
    const further = await createAuthority({ subject: { CN: `Further Root ${this.#further}` } });
    this.#write('root.crt', `${this.#root}${further.certificate}`);
  }

  /** Takes back all that was revoked and denied. */
  async forgive() {
    this.#revoked = [];
    this.#denied = [];
    await this.#writeLists();
  }

  async #writeLists() {
    const crl = await this.#sub.issueCrl({ revoked: this.#revoked.map((serialNumber) => ({ serialNumber })) });
    this.#write('sub.crl', crl.pem);
    this.#write('denied.txt', this.#denied.map((fingerprint) => `fingerprint256 ${fingerprint}\n`).join(''));
  }

  /** @param {string} name @param {string} text */
  #write(name, text) {
    const path = join(this.#folder, name);
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}
