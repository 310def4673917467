import type { KeyObject } from 'node:crypto';
import { type CertificateOptions, checkCertificateOptions } from './certificates.js';
import { listOf } from './check-options.js';
import type { ExtensionOptions, KeyPurposeName, KeyUsageName } from './extensions.js';
import type { SubjectAltNameInput } from './general-names.js';
import type { NameInput } from './names.js';

/** What an authority's certificate can be issued with; the subject is required, since it becomes the issuer of others. */
export interface AuthorityOptions extends CertificateOptions {
  readonly subject: NameInput;
  /** How many intermediates may stand below this one (RFC 5280, section 4.2.1.9); unlimited by default. */
  readonly pathLength?: number;
}

/** What a server's or client's certificate can be issued with: a subject, names in subjectAltName, or both. */
export interface EndEntityOptions extends CertificateOptions {
  /** Short for `subjectAltName.dns`, and put before the names there. */
  readonly dns?: string | readonly string[];
  /** Short for `subjectAltName.ip`, likewise. */
  readonly ip?: string | readonly string[];
}

/** A kind of certificate: which options it takes, and what it writes where they are silent. */
export interface Profile<Options extends CertificateOptions> {
  /** How long it is valid by default. */
  readonly days: number;
  /** Throws a `TypeError` for options that do not fit the kind; asked before a key is made. */
  check(options: Options): void;
  complete(options: Options, key: KeyObject): CertificateOptions;
}

/** RFC 5280, sections 4.2.1.3 and 4.2.1.9: a conforming CA's certificate says that it is one, and what its key is for. */
export function authorityProfile(where: string): Profile<AuthorityOptions> {
  return {
    days: 3650,
    check(options) {
      checkCertificateOptions(options, ['pathLength'], where);
      if (options.subject === undefined) throw new TypeError(`${where}: subject is required`);
      if (options.pathLength !== undefined && options.basicConstraints !== undefined) {
        throw new TypeError(`${where}: pathLength belongs into basicConstraints, which is given too`);
      }
    },
    complete({ pathLength, ...others }) {
      const basicConstraints = { cA: true, ...(pathLength === undefined ? {} : { pathLength }) };
      return { basicConstraints, keyUsage: ['keyCertSign', 'cRLSign'], ...defined(others) };
    },
  };
}

/** A certificate that issues nothing. Without `purposes` the extendedKeyUsage is left to the caller. */
export function endEntityProfile(where: string, purposes?: readonly KeyPurposeName[]): Profile<EndEntityOptions> {
  return {
    days: 365,
    check(options) {
      checkCertificateOptions(options, ['dns', 'ip'], where);
      const { subject, subjectAltName, dns, ip } = options;
      if ((subject ?? subjectAltName ?? dns ?? ip) === undefined) throw new TypeError(`${where}: give subject, subjectAltName, dns or ip`);
    },
    complete({ dns, ip, subjectAltName, ...others }, key) {
      const names = [...listOf<string>(dns), ...listOf<string>(ip)];
      const isServer = purposes?.includes('serverAuth') === true;
      return {
        keyUsage: isServer && key.asymmetricKeyType === 'rsa' ? serverKeyUsage : ['digitalSignature'],
        extendedKeyUsage: purposes ?? null,
        ...(isServer && names[0] !== undefined ? { subject: { CN: names[0] } } : {}),
        ...defined(others),
        subjectAltName: subjectAltName === null ? null : withShortNames(dns, ip, subjectAltName),
      };
    },
  };
}

/** Key transport, which TLS 1.2 still knows, enciphers with the server's RSA key (RFC 5246, section 7.4.2). */
const serverKeyUsage: readonly KeyUsageName[] = ['digitalSignature', 'keyEncipherment'];

function withShortNames(
  dns: EndEntityOptions['dns'],
  ip: EndEntityOptions['ip'],
  others: ExtensionOptions['subjectAltName'],
): SubjectAltNameInput {
  if (dns === undefined && ip === undefined) return others ?? {};
  const joined = (short: string | readonly string[] | undefined, long: string | readonly string[] | undefined) => [
    ...listOf<string>(short),
    ...listOf<string>(long),
  ];
  return { ...others, dns: joined(dns, others?.dns), ip: joined(ip, others?.ip) };
}

/** An option given as `undefined` is an option not given. */
function defined<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}
