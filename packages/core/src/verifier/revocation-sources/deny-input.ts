import { X509Certificate } from 'node:crypto';
import { type PemBlock, readPem } from '../../asn1/index.js';
import { ConfigurationError } from '../../errors/index.js';
import { readDistinguishedNameText } from '../../policy/index.js';
import { type DenyEntry, denyEntriesOf, serialNumberText } from '../../revocation/index.js';
import { type Certificate, nameOf, readCertificate } from '../../x509/index.js';

/** A certificate to deny: itself, as PEM or DER; or by what identifies it. Hexadecimal digits may be in either case, with or without colons. */
export type DenyInput =
  | string
  | Uint8Array
  | X509Certificate
  /** The issuer's name as RFC 4514 writes it, and the serial number as hexadecimal digits. */
  | { readonly issuer: string; readonly serialNumber: string }
  /** Every certificate for this key: SHA-256 of its SubjectPublicKeyInfo. */
  | { readonly spki256: string }
  /** SHA-256 of the certificate. */
  | { readonly fingerprint256: string };

/** The entries that stand for it. Throws `ConfigurationError` for what names no certificate. */
export function denyEntries(input: DenyInput, option: string): readonly DenyEntry[] {
  if (typeof input === 'string') return pemEntries(input, option);
  if (input instanceof X509Certificate) return entriesOfDer(input.raw, option);
  if (input instanceof Uint8Array)
    return input[0] === 0x30 ? entriesOfDer(input, option) : pemEntries(Buffer.from(input).toString(), option);
  if (typeof input !== 'object' || input === null) throw wrong(option);
  const keys = Object.keys(input).sort().join();
  if (keys === 'spki256') return [{ kind: 'publicKey', sha256: digest((input as { spki256: unknown }).spki256, option) }];
  if (keys === 'fingerprint256')
    return [{ kind: 'fingerprint', sha256: digest((input as { fingerprint256: unknown }).fingerprint256, option) }];
  if (keys === 'issuer,serialNumber') return [issuerAndSerialNumber(input as { issuer: unknown; serialNumber: unknown }, option)];
  throw wrong(option);
}

function issuerAndSerialNumber({ issuer, serialNumber }: { issuer: unknown; serialNumber: unknown }, option: string): DenyEntry {
  if (typeof serialNumber !== 'string' || !/^[0-9a-f]+(?::[0-9a-f]+)*$/i.test(serialNumber)) {
    throw new ConfigurationError(`${option}.serialNumber`, "expected hexadecimal digits, such as '0a1b2c'");
  }
  if (typeof issuer !== 'string') throw new ConfigurationError(`${option}.issuer`, "expected a name, such as 'CN=CA,O=Example'");
  const read = readDistinguishedNameText(issuer);
  if (!read.ok) throw new ConfigurationError(`${option}.issuer`, `'${issuer}': ${read.problem}`);
  return { kind: 'issuerAndSerialNumber', issuer: nameOf([...read.rdns].reverse()), serialNumber: serialNumberText(serialNumber) };
}

/** Certificates as PEM. Anything else in it is refused, since what looks like a name of somebody must not be passed over. */
function pemEntries(text: string, option: string): readonly DenyEntry[] {
  const blocks = blocksOf(text, option);
  if (blocks.length === 0 || blocks.some(({ label }) => label !== 'CERTIFICATE')) throw wrong(option);
  return blocks.flatMap(({ bytes }) => entriesOfDer(bytes, option));
}

function blocksOf(text: string, option: string): readonly PemBlock[] {
  try {
    return readPem(text);
  } catch (error) {
    throw new ConfigurationError(option, `the PEM cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function entriesOfDer(der: Uint8Array, option: string): readonly DenyEntry[] {
  const read = readCertificate(Uint8Array.from(der));
  if (!read.ok) throw new ConfigurationError(option, `the certificate cannot be read: ${read.refusal.trace[0]?.detail}`);
  return denyEntriesOf(read.value);
}

function digest(text: unknown, option: string): string {
  const digits = typeof text === 'string' ? text.replaceAll(':', '').toLowerCase() : '';
  if (!/^[0-9a-f]{64}$/.test(digits)) throw new ConfigurationError(option, 'expected a SHA-256, 64 hexadecimal digits');
  return digits;
}

function wrong(option: string): ConfigurationError {
  return new ConfigurationError(
    option,
    "names no certificate: give PEM or DER, { issuer: 'CN=CA', serialNumber: '0a1b' }, { spki256: '…' } or { fingerprint256: '…' }",
  );
}

/** What `read` made of a line of a deny list, or what is wrong with it. */
export type DenyLine = { readonly ok: true; readonly entries: readonly DenyEntry[] } | { readonly ok: false; readonly problem: string };

/** `serial 0a1b issuer CN=CA,O=Example`, `spki256 …` or `fingerprint256 …`. */
export function readDenyLine(line: string): DenyLine {
  const [, serialNumber, issuer] = /^serial\s+(\S+)\s+issuer\s+(\S.*)$/i.exec(line) ?? [];
  const [, kind, sha256] = /^(spki256|fingerprint256)\s+(\S+)$/i.exec(line) ?? [];
  const input: DenyInput | undefined =
    serialNumber !== undefined && issuer !== undefined
      ? { serialNumber, issuer }
      : kind !== undefined && sha256 !== undefined
        ? kind.toLowerCase() === 'spki256'
          ? { spki256: sha256 }
          : { fingerprint256: sha256 }
        : undefined;
  if (input === undefined) return { ok: false, problem: "is neither 'serial … issuer …', 'spki256 …' nor 'fingerprint256 …'" };
  try {
    return { ok: true, entries: denyEntries(input, 'line') };
  } catch (error) {
    return { ok: false, problem: (error as Error).message };
  }
}

/** Whether the certificate issues others: to deny it denies all below. */
export function isAuthority(certificate: Certificate): boolean {
  return certificate.basicConstraints?.cA === true;
}
