import { createPublicKey, type KeyObject } from 'node:crypto';
import { asBuffer, DerError } from '../asn1/index.js';
import { type Outcome, type Refusal, type Refused, refused } from '../errors/index.js';
import { describeKey, type KeyDescription, type PublicKeyType } from './key-types.js';
import type { PssParameters } from './pss-parameters.js';
import type { SubjectPublicKeyInfo } from './subject-public-key-info.js';

/** A key that passed the floor and was imported, ready to verify any number of signatures. `preparePublicKey` makes them. */
export interface PublicKey {
  readonly spki: SubjectPublicKeyInfo;
  readonly type: PublicKeyType;
  readonly keyObject: KeyObject;
  /** What an id-RSASSA-PSS key restricts its signatures to; undefined for one without restrictions, and for other keys. */
  readonly pssParameters: PssParameters | undefined;
}

/**
 * Checks the key by its bytes alone, which takes a few microseconds and is enough for an end entity, whose key the TLS handshake has used.
 *
 * Allowed are RSA of 2048 to 16384 bits with an odd exponent from 3 to 2^64 - 1, RSASSA-PSS likewise, the named curves P-256, P-384 and P-521,
 * Ed25519, Ed448, ML-DSA-44, ML-DSA-65 and ML-DSA-87. Anything else is refused with KEY_NOT_ALLOWED.
 *
 * @see RFC 5280, section 4.1.2.7
 */
export function checkPublicKey(spki: SubjectPublicKeyInfo): Refusal | undefined {
  const described = describe(spki);
  return described.ok ? undefined : described.refusal;
}

/**
 * Checks the key and imports it, which takes 10 to 300 microseconds: keep the result.
 *
 * Refusal: KEY_NOT_ALLOWED, for what `checkPublicKey` refuses and for what node:crypto does not import: a point that is not on its curve,
 * ML-DSA before Node.js 24.
 */
export function preparePublicKey(spki: SubjectPublicKeyInfo): Outcome<PublicKey> {
  const described = describe(spki);
  if (!described.ok) return described;
  const { type, jwk, pssParameters } = described.value;
  try {
    const keyObject =
      jwk === undefined
        ? createPublicKey({ key: asBuffer(spki.der), format: 'der', type: 'spki' })
        : createPublicKey({ key: jwk(), format: 'jwk' });
    return { ok: true, value: Object.freeze({ spki, type, keyObject, pssParameters }) };
  } catch (error) {
    return notAllowed(`node:crypto does not import the ${type} key`, error);
  }
}

/** What kind of key it is; undefined for one that `checkPublicKey` refuses. */
export function publicKeyKind(spki: SubjectPublicKeyInfo): Pick<KeyDescription, 'type' | 'curve' | 'modulusBits'> | undefined {
  const described = describe(spki);
  return described.ok ? described.value : undefined;
}

function describe(spki: SubjectPublicKeyInfo): Outcome<KeyDescription> {
  try {
    const description = describeKey(spki);
    return description === undefined ? notAllowed(`public key algorithm ${spki.algorithm.oid}`) : { ok: true, value: description };
  } catch (error) {
    return error instanceof DerError
      ? notAllowed(error.message, error)
      : refused('PEERCERT_INTERNAL', { detail: 'reading the public key threw' }, error);
  }
}

function notAllowed(detail: string, cause?: unknown): Refused {
  return refused('PEERCERT_KEY_NOT_ALLOWED', { detail }, cause);
}
