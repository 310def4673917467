import { z } from 'zod';
import { type CertificateSource, certificateSourceSchema } from '../../sources/index.js';
import type { DenyStore } from './deny-store.js';

/** Which certificates of a path an exception is for: the authorities between the end entity and the trust anchor, or the end entity as well. */
export type ExceptionFor = 'intermediates' | 'all';

/**
 * How it is known that a certificate was revoked. Once any of this is configured, a certificate of which nothing is known is refused with
 * PEERCERT_REVOCATION_UNKNOWN, end entity and intermediates alike, but for the exceptions named here.
 */
export interface RevocationOptions {
  /**
   * CRLs: files, folders and globs, which are watched; http(s) URLs, which are refreshed ahead of nextUpdate; PEM or DER bytes, which stay as they are.
   * Several CRLs in one PEM, complete and delta, are one source. Certificates among them are denied, and tell nothing of any other.
   */
  crl?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Fetch CRLs from where certificates say, within these bounds. Only for a path that is valid otherwise. */
  distributionPoints?: RemoteRules | undefined;
  /** Ask OCSP responders (RFC 6960) where no CRL tells. */
  ocsp?: OcspOptions | undefined;
  /**
   * Files, folders and globs of certificates that are denied, watched: PEM certificates, and lines such as `serial 0a1b issuer CN=CA,O=Example`,
   * `spki256 …`, `fingerprint256 …`.
   */
  denyList?: string | readonly string[] | undefined;
  /** A deny list that many processes share. */
  denyStore?: DenyStore | undefined;
  /** Accept certificates that no source covers. */
  allowNoInformation?: ExceptionFor | undefined;
  /** Accept certificates whose sources cannot be read or reached. */
  allowUnavailable?: ExceptionFor | undefined;
  /** Accept CRLs and OCSP answers for so long after they have expired; 0 unless told. */
  acceptExpiredForSeconds?: number | undefined;
  /** A denied authority denies all below it: without this, an authority's certificate in a deny list is a mistake, and throws. */
  allowDenyingAuthorities?: boolean | undefined;
  /** How long the last good content of a file or URL is kept when it fails; a day unless told. */
  keepLastGoodForSeconds?: number | undefined;
  /** How often files are looked at besides being watched; 10 unless told. */
  pollSeconds?: number | undefined;
  /** A folder in which what URLs gave is kept, so that a restart without network still knows it. */
  stateFolder?: string | undefined;
  /** The largest CRL that is read; 256 MiB unless told. */
  largestCrlBytes?: number | undefined;
  /** The most entries that a CRL may have; 8,388,608 unless told. */
  mostCrlEntries?: number | undefined;
}

/** Where may be connected to for what a certificate names. Private addresses are refused on the connected address. */
export interface RemoteRules {
  /** Hosts by name, or `*.example.com` for all below. */
  allowHosts: readonly string[];
  allowPrivateAddresses?: boolean | undefined;
  /** Ports besides 80 and 443. */
  allowPorts?: readonly number[] | undefined;
  /** 5 unless told. */
  timeoutSeconds?: number | undefined;
}

export interface OcspOptions {
  /** URLs of responders that are asked of every certificate, in this order until one knows; those that certificates name are not asked then. */
  responder?: string | readonly string[] | undefined;
  /** Ask the responders that certificates name (authorityInfoAccess), within these bounds. */
  fromCertificates?: RemoteRules | undefined;
  /** Certificates that are trusted to sign answers for every issuer, besides the issuer itself and whom it delegated. */
  responderCertificates?: CertificateSource | undefined;
  /**
   * `require`: an answer must repeat the nonce of the request; `ifPresent`, unless told: one that has a nonce must; `none`: no nonce is sent, so that
   * caches on the way can answer.
   */
  nonce?: 'require' | 'ifPresent' | 'none' | undefined;
  /** The hash in the request; `sha1` unless told, since many responders know no other. It proves nothing. */
  hash?: 'sha1' | 'sha256' | undefined;
  /** 5 unless told. */
  timeoutSeconds?: number | undefined;
  /** How long an answer without nextUpdate counts; 3600 unless told. */
  maxAgeSeconds?: number | undefined;
  /** How far the responder's clock may be off; 300 unless told. */
  clockSkewSeconds?: number | undefined;
  /** Take answers of delegated responders whose own certificate may be revoked: it lacks id-pkix-ocsp-nocheck, and no CRL tells. */
  allowUncheckedResponders?: boolean | undefined;
}

const flag = z.boolean({ error: 'expected true or false' }).optional();
/** A duration of up to a year. */
export const seconds = (least: number) => {
  const error = `expected a number of seconds, ${least} to 31536000`;
  return z.number({ error }).min(least, { error }).max(31_536_000, { error }).optional();
};
const wholeNumber = (most: number) => {
  const error = `expected a whole number, 1 to ${most}`;
  return z.int({ error }).min(1, { error }).max(most, { error }).optional();
};
const exception = z.enum(['intermediates', 'all'], { error: "expected 'intermediates' or 'all'" }).optional();
const name = z.string({ error: 'expected a name' }).refine((text) => text.trim() !== '', { error: 'is empty; name a file' });

const crlSource = z.custom<string | Uint8Array>(
  (value) => (typeof value === 'string' && value.trim() !== '') || (value instanceof Uint8Array && value.length > 0),
  { error: 'expected the name of a file, folder or glob, an http(s) URL, PEM or DER bytes, or a list of these' },
);
const emptyList = 'is an empty list: name a source, or leave it out';

const portRange = 'expected a port, 1 to 65535';
const port = z.int({ error: portRange }).min(1, { error: portRange }).max(65_535, { error: portRange });

const remoteRules = z.strictObject(
  {
    allowHosts: z
      .array(
        z.string().refine((host) => /^(?:\*\.)?[^\s*/:@]+$|^\[[0-9a-f:.]+\]$/i.test(host), {
          error: "expected a host, such as 'crl.example.com' or '*.example.com'",
        }),
      )
      .min(1, 'is an empty list, which allows nothing: name the hosts'),
    allowPrivateAddresses: flag,
    allowPorts: z.array(port).optional(),
    timeoutSeconds: seconds(0.1),
  },
  { error: ({ code }) => (code === 'invalid_type' ? "expected an object such as { allowHosts: ['crl.example.com'] }" : undefined) },
);

const httpUrl = z
  .string({ error: 'expected an http(s) URL' })
  .refine((text) => isHttpUrl(text) && URL.canParse(text), { error: 'expected an http(s) URL' });

const ocspOptions = z
  .strictObject({
    responder: z.union([httpUrl, z.array(httpUrl).min(1, emptyList)], { error: 'expected an http(s) URL, or a list of them' }).optional(),
    fromCertificates: remoteRules.optional(),
    responderCertificates: certificateSourceSchema.optional(),
    nonce: z.enum(['require', 'ifPresent', 'none'], { error: "expected 'require', 'ifPresent' or 'none'" }).optional(),
    hash: z.enum(['sha1', 'sha256'], { error: "expected 'sha1' or 'sha256'" }).optional(),
    timeoutSeconds: seconds(0.1),
    maxAgeSeconds: seconds(0),
    clockSkewSeconds: seconds(0),
    allowUncheckedResponders: flag,
  })
  .refine((ocsp) => ocsp.responder !== undefined || ocsp.fromCertificates !== undefined, {
    error: "asks nobody: name a responder, or { fromCertificates: { allowHosts: ['ocsp.example.com'] } }",
  });

export const revocationSchema = z
  .strictObject({
    crl: z
      .union([crlSource, z.array(crlSource).min(1, emptyList)], {
        error: 'expected the name of a file, folder or glob, an http(s) URL, PEM or DER bytes, or a list of these',
      })
      .optional(),
    distributionPoints: remoteRules.optional(),
    ocsp: ocspOptions.optional(),
    denyList: z
      .union([name, z.array(name).min(1, emptyList)], { error: 'expected the name of a file, folder or glob, or a list of them' })
      .optional(),
    denyStore: z
      .custom<DenyStore>((store) => isDenyStore(store), {
        error: 'expected an object with ready, confirmedAt, staleAfterSeconds and subscribe',
      })
      .optional(),
    allowNoInformation: exception,
    allowUnavailable: exception,
    acceptExpiredForSeconds: seconds(0),
    allowDenyingAuthorities: flag,
    keepLastGoodForSeconds: seconds(1),
    pollSeconds: seconds(0.1),
    stateFolder: name.optional(),
    largestCrlBytes: wholeNumber(2 ** 31 - 1),
    mostCrlEntries: wholeNumber(2 ** 27),
  })
  .refine(
    ({ crl, distributionPoints, ocsp, denyList, denyStore }) =>
      [crl, distributionPoints, ocsp, denyList, denyStore].some((source) => source !== undefined),
    {
      error: "names no source: add crl, ocsp, distributionPoints or denyList, such as { crl: 'crl.pem' }",
    },
  );

export function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

function isDenyStore(value: unknown): boolean {
  const store = value as Partial<DenyStore> | null;
  return (
    typeof store === 'object' &&
    store !== null &&
    typeof store.subscribe === 'function' &&
    typeof store.staleAfterSeconds === 'number' &&
    store.staleAfterSeconds > 0 &&
    typeof (store.ready as PromiseLike<void> | undefined)?.then === 'function'
  );
}
