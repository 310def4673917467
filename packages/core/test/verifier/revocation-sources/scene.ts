import { afterEach } from 'vitest';
import { ConfigurationError } from '../../../src/errors/index.js';
import { createVerifier, type RevocationOptions, type Verifier, type VerifierOptions } from '../../../src/verifier/index.js';
import type { Certificate } from '../../../src/x509/index.js';
import { authority, client } from '../../path/pki.js';
import { TestFolder } from '../../sources/folder.js';
import { closeServers } from '../../sources/test-server.js';
import { basicConstraints, keyUsage } from '../../support/certificate-builder.js';
import { buildCrl, type CrlOptions, cRLNumber } from '../../support/crl-builder.js';
import { FakeClock, LogRecord } from '../fakes.js';

/** The time of everything that is not told another. */
export const at = Date.parse('2030-01-01T00:00:00Z');

export const ca = authority('Root', { extensions: [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')] });
export const sub = authority('Sub', { issuer: ca, extensions: [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')] });
/** Another authority, which nobody here trusts. */
export const stranger = authority('Stranger', { extensions: [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')] });

export const alice = client(ca, { serialNumber: 0xa11ce }, 'alice');
export const mallory = client(ca, { serialNumber: 0xf00d }, 'mallory');
/** Of the authority below the root. */
export const carol = client(sub, { serialNumber: 0xca01 }, 'carol');

/** A list of the root: number 7 of 2029-12-01, until 2030-02-01, of nobody. */
export function crl({
  number = 7,
  revoked = [],
  ...options
}: CrlOptions & { number?: number; revoked?: readonly number[] } = {}): Uint8Array {
  return buildCrl({ issuer: 'Root', issuerKey: ca.key, extensions: [cRLNumber(number)], entries: revoked, ...options });
}

export function pem(label: string, der: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString('base64')
    .replace(/(.{64})(?=.)/g, '$1\n')}\n-----END ${label}-----\n`;
}

export function crlPem(...options: Parameters<typeof crl>): string {
  return pem('X509 CRL', crl(...options));
}

export function certificatePem({ der }: Certificate): string {
  return pem('CERTIFICATE', der);
}

/** A verifier that trusts the root, with what it logs, and its clock. */
export interface Watched {
  readonly verifier: Verifier;
  readonly log: LogRecord;
  readonly clock: FakeClock;
  /** What is said of a client: how its revocation was found to be, or the refusal's code. */
  says(client: Certificate, ...presented: readonly Certificate[]): Promise<string>;
  /** Of a client that is refused: what the operator reads. */
  why(client: Certificate, ...presented: readonly Certificate[]): Promise<string>;
}

export function watched(revocation: RevocationOptions | undefined, options: VerifierOptions = {}): Watched {
  const log = new LogRecord();
  const clock = new FakeClock(at);
  const verifier = createVerifier({ trust: ca.certificate.der, clock: clock.now, logger: log, revocation, ...options });
  verifiers.push(verifier);
  const ask = async (certificates: readonly Certificate[]) => await verifier.verify(certificates.map(({ der }) => der));
  return {
    verifier,
    log,
    clock,
    says: async (...certificates) => {
      const outcome = await ask(certificates);
      return outcome.ok ? outcome.value.revocation : outcome.refusal.code;
    },
    why: async (...certificates) => {
      const outcome = await ask(certificates);
      if (outcome.ok) throw new Error(`accepted: ${outcome.value.revocation}`);
      return outcome.refusal.trace[0]?.detail ?? '';
    },
  };
}

/** What the options are refused with. */
export function failure(revocation: unknown): ConfigurationError {
  try {
    verifiers.push(createVerifier({ trust: ca.certificate.der, revocation: revocation as RevocationOptions }));
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

export function folder(): TestFolder {
  const made = new TestFolder();
  folders.push(made);
  return made;
}

const verifiers: Verifier[] = [];
const folders: TestFolder[] = [];

afterEach(async () => {
  for (const verifier of verifiers.splice(0)) await verifier.close();
  for (const made of folders.splice(0)) made.remove();
  closeServers();
});
