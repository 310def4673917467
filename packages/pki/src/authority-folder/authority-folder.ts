import { mkdir, readFile, rm } from 'node:fs/promises';
import { type Authority, loadAuthority } from '../authority.js';
import type { Credential } from '../credential.js';
import type { RevocationReason } from '../crl.js';
import { describeCertificate } from '../describe/certificate.js';
import { timeText } from '../describe/values.js';
import { Failure } from '../failure.js';
import { type Pkcs12Options, toPkcs12 } from '../pkcs12/to-pkcs12.js';
import type { AuthorityOptions, EndEntityOptions } from '../profiles.js';
import { crlOf, isCurrent, nextCrl } from './crl-file.js';
import { exists, stageFiles, sweep } from './files.js';
import { type AuthorityIndex, emptyIndex, type IssuedCertificate, readIndex, writeIndex } from './index-file.js';
import { type CredentialFiles, type CredentialKind, credentialFiles, layoutOf } from './layout.js';
import { type Lock, withLock } from './lock.js';

export interface IssueRequest {
  readonly kind: CredentialKind;
  readonly name: string;
  readonly options: EndEntityOptions;
  /** Makes a PKCS#12 file too. */
  readonly pkcs12?: Pkcs12Options | undefined;
  /** Replaces files of the same name. What they held stays valid until it is revoked. */
  readonly force: boolean;
}

export interface Issued {
  readonly credential: Credential;
  readonly files: CredentialFiles;
  /** What was issued under the same name before, and is neither revoked nor expired. */
  readonly earlier: readonly IssuedCertificate[];
}

export interface Revocation {
  readonly revoked: readonly IssuedCertificate[];
  readonly already: readonly IssuedCertificate[];
}

/**
 * An authority that lives in a folder, with an index of everything that it has issued.
 *
 * Commands may be killed at any moment and may run at once. Each change is made under a lock, and every file is written aside and
 * renamed. The index comes first: a certificate is recorded before it appears, so that there is none that could not be revoked, and a
 * revocation before the CRL that announces it, which the next command writes if this one could not.
 */
export class AuthorityFolder {
  readonly path: string;
  readonly authority: Authority;
  /** What `ca.crt` says: the authority's certificate, and those above it, if it has an issuer. */
  readonly certificate: string;

  private constructor(path: string, authority: Authority, certificate: string) {
    this.path = path;
    this.authority = authority;
    this.certificate = certificate;
  }

  /** A folder that `createAuthorityFolder` has made, or one in which somebody has put a `ca.crt` and a `ca.key` of their own. */
  static async open(path: string): Promise<AuthorityFolder> {
    const layout = layoutOf(path);
    if (!(await exists(layout.certificate))) {
      throw new Failure(`${path} holds no authority: make one with 'peercert ca', or name its folder with --dir`);
    }
    const [certificate, privateKey] = await Promise.all([readFile(layout.certificate, 'utf8'), readFile(layout.privateKey, 'utf8')]);
    return new AuthorityFolder(path, load(path, certificate, privateKey), certificate);
  }

  /** Issues a certificate and writes it with its key, for the owner alone to read. */
  async issue({ kind, name, options, pkcs12, force }: IssueRequest): Promise<Issued> {
    const files = credentialFiles(this.path, kind, name);
    const written = pkcs12 === undefined ? [files.privateKey, files.certificate] : Object.values<string>({ ...files });
    if (!force) await refuseToOverwrite(written);
    const credential = kind === 'server' ? await this.authority.issueServer(options) : await this.authority.issueClient(options);
    const bundle = pkcs12 && (await toPkcs12(credential, pkcs12));

    const earlier = await this.#exclusively(async (index, lock) => {
      if (!force) await refuseToOverwrite(written);
      const { servers, clients } = layoutOf(this.path);
      await mkdir(kind === 'server' ? servers : clients, { recursive: true });
      const staged = await stageFiles([
        { path: files.privateKey, content: credential.privateKey, mode: 0o600 },
        ...(bundle === undefined ? [] : [{ path: files.pkcs12, content: bundle, mode: 0o600 }]),
        { path: files.certificate, content: credential.chain, mode: 0o644 },
      ]);
      try {
        await this.#record(index, entryOf(credential, kind, name), lock);
      } catch (error) {
        await staged.discard();
        throw error;
      }
      // One that stays from before would hold the key that is now replaced.
      if (force && bundle === undefined) await rm(files.pkcs12, { force: true });
      await staged.commit();
      return index.certificates.filter((certificate) => certificate.kind === kind && certificate.name === name && isInForce(certificate));
    });
    return { credential, files, earlier };
  }

  /** Issues an intermediate authority and records it; where it lives is its own matter. */
  async issueAuthority(options: AuthorityOptions): Promise<Authority> {
    const authority = await this.authority.issueAuthority(options);
    const { subject } = describeCertificate(authority.der);
    await this.#exclusively((index, lock) => this.#record(index, entryOf(authority, 'authority', subject), lock));
    return authority;
  }

  /**
   * Revokes what `chosen` picks, and writes a CRL. What is revoked already stays as it was, with its own date and reason. `chosen`
   * may throw a `Failure`, and then nothing has happened.
   */
  async revoke(
    chosen: (issued: readonly IssuedCertificate[]) => readonly IssuedCertificate[],
    reason: RevocationReason,
  ): Promise<Revocation> {
    return await this.#exclusively(async (index, lock) => {
      const picked = chosen(index.certificates);
      const already = picked.filter((certificate) => certificate.revoked !== undefined);
      const revoked = { at: timeText(new Date()), reason };
      const certificates = index.certificates.map((certificate) =>
        picked.includes(certificate) && certificate.revoked === undefined ? { ...certificate, revoked } : certificate,
      );
      if (already.length < picked.length) await this.#publish({ ...index, certificates }, lock);
      return { revoked: certificates.filter((certificate) => certificate.revoked === revoked), already };
    });
  }

  /** Writes a new CRL; `days` holds for the ones to come too. */
  async writeCrl(days?: number): Promise<void> {
    await this.#exclusively(async (index, lock) => {
      await this.#publish({ ...index, crl: { ...index.crl, days: days ?? index.crl.days } }, lock);
    });
  }

  async readIndex(): Promise<AuthorityIndex> {
    const layout = layoutOf(this.path);
    const index = await readIndex(layout.index);
    if (index === undefined && (await exists(layout.crl))) {
      throw new Failure(`${layout.index} is gone: put it back from a backup, since without it the next CRL would revoke nothing`);
    }
    return index ?? emptyIndex;
  }

  /** Under the lock, and after what an interrupted command has left is put in order. */
  async #exclusively<Result>(work: (index: AuthorityIndex, lock: Lock) => Promise<Result>): Promise<Result> {
    const { lock: lockPath, certificate, crl, servers, clients } = layoutOf(this.path);
    return await withLock(lockPath, async (lock) => {
      if ((await readFile(certificate, 'utf8')) !== this.certificate) {
        throw new Failure(`${this.path} got another authority meanwhile; nothing has been changed, run the command again`);
      }
      for (const folder of [this.path, servers, clients]) await sweep(folder);
      const index = await this.readIndex();
      if (index.crl.number > 0 && !(await isCurrent(crl, index))) await this.#write(crl, await crlOf(this.authority, index));
      return await work(index, lock);
    });
  }

  async #record(index: AuthorityIndex, entry: IssuedCertificate, lock: Lock): Promise<void> {
    await lock.confirm();
    await this.#write(layoutOf(this.path).index, writeIndex({ ...index, certificates: [...index.certificates, entry] }));
  }

  async #publish(index: AuthorityIndex, lock: Lock): Promise<void> {
    const layout = layoutOf(this.path);
    const next = await nextCrl(this.authority, index);
    await lock.confirm();
    await this.#write(layout.index, writeIndex(next.index));
    await this.#write(layout.crl, next.pem);
  }

  async #write(path: string, content: string): Promise<void> {
    await (await stageFiles([{ path, content, mode: 0o644 }])).commit();
  }
}

function load(path: string, certificate: string, privateKey: string): Authority {
  try {
    return loadAuthority({ certificate, privateKey });
  } catch (error) {
    const { message } = error as Error;
    throw new Failure(
      `${path}: ca.crt and ca.key cannot be used together (${message}); the key must be that certificate's, unencrypted, in PEM`,
    );
  }
}

async function refuseToOverwrite(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (await exists(path)) throw new Failure(`${path} exists already: choose another name, or replace it with --force`);
  }
}

function isInForce({ notAfter, revoked }: IssuedCertificate): boolean {
  return revoked === undefined && Date.parse(notAfter) >= Date.now();
}

function entryOf({ der }: Credential, kind: IssuedCertificate['kind'], name: string): IssuedCertificate {
  const { serialNumber, subject, notBefore, notAfter, fingerprint256 } = describeCertificate(der);
  return { serialNumber, kind, name, subject, notBefore, notAfter, fingerprint256 };
}
