import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { buildCertificate, type CertificateOptions } from './certificates.js';
import { checkOptions } from './check-options.js';
import { Credential } from './credential.js';
import { buildCrl, type Crl, type CrlOptions } from './crl.js';
import { type Issuer, issuerFrom, selfIssuer } from './issuer.js';
import { privateKeyFrom } from './keys.js';
import { encodeName } from './names.js';
import { readPem } from './pem.js';
import { type AuthorityOptions, authorityProfile, type EndEntityOptions, endEntityProfile, type Profile } from './profiles.js';
import type { SignatureOptions } from './signatures.js';

/**
 * Makes a self-signed certificate authority, the root of a development PKI. Default: an ECDSA P-256 key, ten years,
 * basicConstraints `cA: true` and keyUsage keyCertSign and cRLSign, both critical, and the key identifiers.
 *
 *     const ca = await createAuthority({ subject: { O: 'Example', CN: 'Example CA' } });
 *     const client = await ca.issueClient({ subject: { CN: 'alice' } });
 *
 * Throws a `TypeError` for an unknown option, name attribute or kind of key, and tells what is known.
 */
export async function createAuthority(options: AuthorityOptions): Promise<Authority> {
  const { der, key } = await issueWith(authorityProfile('createAuthority'), options);
  return new Authority(der, key);
}

/** Makes an end entity's certificate that vouches for itself alone. No key purpose unless `extendedKeyUsage` says so. */
export async function createSelfSigned(options: EndEntityOptions): Promise<Credential> {
  const { der, key } = await issueWith(endEntityProfile('createSelfSigned'), options);
  return new Credential(der, key);
}

/** An authority as it lies in files. */
export interface AuthorityFiles {
  /** The authority's certificate, PEM or DER; in PEM the intermediates above it may follow, and a root, which is ignored. */
  readonly certificate: string | Uint8Array;
  /** Its private key: PEM, encrypted or not, or a `KeyObject`. */
  readonly privateKey: string | KeyObject;
  /** For an encrypted key. */
  readonly passphrase?: string;
}

/**
 * Takes up an authority that exists already, made by this library, by openssl or by anything else. Whether its certificate
 * says `cA: true` is not asked, so that tests can issue from one that does not. Throws a `TypeError` when the key does not
 * belong to the certificate, and what node:crypto throws when one of them cannot be read.
 */
export function loadAuthority(files: AuthorityFiles): Authority {
  checkOptions(files, ['certificate', 'privateKey', 'passphrase'], 'loadAuthority');
  const { certificate, privateKey, passphrase } = files;
  const [der, ...above] = typeof certificate === 'string' ? readPem('CERTIFICATE', certificate) : [Uint8Array.from(certificate)];
  if (der === undefined) throw new TypeError('loadAuthority: certificate holds no certificate in PEM');
  const key =
    typeof privateKey === 'string'
      ? createPrivateKey({ key: privateKey, ...(passphrase === undefined ? {} : { passphrase }) })
      : privateKey;
  if (!new X509Certificate(der).checkPrivateKey(key)) throw new TypeError('loadAuthority: privateKey does not belong to certificate');
  return new Authority(
    der,
    key,
    above.filter((issuer) => !isSelfSigned(new X509Certificate(issuer))),
  );
}

/** A certificate that issues others. Made by `createAuthority`, `loadAuthority` and `issueAuthority`. */
export class Authority extends Credential {
  #issuer: ((options: SignatureOptions) => Promise<Issuer>) | undefined;
  #chainBelow: readonly Uint8Array[] | undefined;
  #lastCrlNumber = 0n;

  /** Issues an intermediate authority. Defaults as for `createAuthority`. */
  async issueAuthority(options: AuthorityOptions): Promise<Authority> {
    const { der, key } = await issueWith(authorityProfile('issueAuthority'), options, () => this.#issuerFor(options));
    return new Authority(der, key, this.#issuersBelow());
  }

  /**
   * Issues a server's certificate: serverAuth, digitalSignature (with an RSA key keyEncipherment too), one year. Without
   * `subject` the common name is the first of `dns` and `ip`.
   */
  async issueServer(options: EndEntityOptions): Promise<Credential> {
    return await this.#issueEndEntity(endEntityProfile('issueServer', ['serverAuth']), options);
  }

  /** Issues a client's certificate: clientAuth, digitalSignature, one year. */
  async issueClient(options: EndEntityOptions): Promise<Credential> {
    return await this.#issueEndEntity(endEntityProfile('issueClient', ['clientAuth']), options);
  }

  /** Issues any other end entity's certificate, such as an OCSP responder's: no key purpose unless `extendedKeyUsage` says so. */
  async issue(options: EndEntityOptions): Promise<Credential> {
    return await this.#issueEndEntity(endEntityProfile('issue'), options);
  }

  /** Issues a certificate revocation list (RFC 5280, section 5), complete or delta. */
  async issueCrl(options: CrlOptions = {}): Promise<Crl> {
    const number = this.#nextCrlNumber();
    return await buildCrl(options, await this.#issuerFor(options), number);
  }

  /** RFC 5280, section 5.2.3: numbers grow; the clock makes them grow from one process to the next too. */
  #nextCrlNumber(): bigint {
    const now = BigInt(Date.now());
    this.#lastCrlNumber = now > this.#lastCrlNumber ? now : this.#lastCrlNumber + 1n;
    return this.#lastCrlNumber;
  }

  async #issueEndEntity(profile: Profile<EndEntityOptions>, options: EndEntityOptions): Promise<Credential> {
    const { der, key } = await issueWith(profile, options, () => this.#issuerFor(options));
    return new Credential(der, key, this.#issuersBelow());
  }

  async #issuerFor(options: SignatureOptions): Promise<Issuer> {
    this.#issuer ??= issuerFrom(this.der, this.keyObject);
    return await this.#issuer(options);
  }

  /** What a certificate from here is sent with; never the root, which the other side has or must not trust. */
  #issuersBelow(): readonly Uint8Array[] {
    this.#chainBelow ??= isSelfSigned(this.x509) ? [] : [this.der, ...this.intermediates];
    return this.#chainBelow;
  }
}

/** Issues under `issuer`, or, without one, a certificate that is signed with its own key. */
async function issueWith<Options extends CertificateOptions>(
  profile: Profile<Options>,
  options: Options,
  issuer?: () => Promise<Issuer>,
): Promise<{ der: Uint8Array; key: KeyObject }> {
  profile.check(options);
  const key = await privateKeyFrom(options.key);
  const complete = profile.complete(options, key);
  const name = encodeName(complete.subject ?? {});
  const subject = { name, privateKey: key, defaultDays: profile.days };
  return {
    der: await buildCertificate(complete, subject, issuer === undefined ? await selfIssuer(name, key, complete) : await issuer()),
    key,
  };
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);
}
