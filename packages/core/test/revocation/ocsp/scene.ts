import type { OcspInputs, OcspResult } from '../../../src/revocation/ocsp/index.js';
import { evaluateOcsp, readOcspResponse } from '../../../src/revocation/ocsp/index.js';
import { oids } from '../../../src/x509/index.js';
import { anchor, at, authority, client, type Issued, type IssueOptions, issue } from '../../path/pki.js';
import { extendedKeyUsage, keyUsage, testKey } from '../../support/certificate-builder.js';
import { buildOcspResponse, byName, noCheck, type OcspResponseOptions, type SingleResponseOptions } from '../../support/ocsp-builder.js';

export { at } from '../../path/pki.js';

export const root = authority('root');
export const alice = client(root, {}, 'alice');
export const bob = client(root, {}, 'bob');

/** A delegated responder with everything that it must have, unless its extensions are given. */
export function responder(options: IssueOptions = {}, name = 'responder'): Issued {
  return issue(name, { issuer: root, extensions: [keyUsage('digitalSignature'), ocspSigning, noCheck()], ...options });
}

export const ocspSigning = extendedKeyUsage(oids.keyPurpose.OCSPSigning);

/** Another authority of another key, which nobody here trusts. */
export const stranger = authority('stranger', { key: testKey('ec', 'stranger') });

/** A single response about alice: good, from 2030-01-01 to the day after. */
export function aboutAlice(options: Partial<SingleResponseOptions> = {}): SingleResponseOptions {
  return { certificate: alice, issuer: root.certificate, ...options };
}

/** A response about alice, signed by the root. */
export function response(options: Partial<OcspResponseOptions> = {}): Uint8Array {
  return buildOcspResponse({ responses: [aboutAlice()], responderId: byName('root'), key: root.key, ...options });
}

/** Reads a response, and evaluates it for alice. */
export function evaluated(der: Uint8Array, inputs: Partial<OcspInputs> = {}): OcspResult {
  const reading = readOcspResponse(der);
  if (!reading.ok) throw new Error(reading.detail);
  return evaluateOcsp(reading.value, {
    certificate: alice,
    issuer: anchor(root),
    at: at + 3_600_000,
    noncePolicy: 'ifPresent',
    clockSkewSeconds: 300,
    ...inputs,
  });
}
