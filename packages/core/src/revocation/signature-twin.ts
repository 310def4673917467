import { DerReader, der, tags } from '../asn1/index.js';
import type { Certificate } from '../x509/index.js';

/**
 * The same certificate with its ECDSA signature written the other way: where (r, s) verifies, (r, n - s) does too, and anybody can
 * compute it. Undefined where the issuer's key is on no curve of prime order that is allowed, or the signature is none.
 */
export function twinOf(certificate: Certificate, issuer: Certificate): Uint8Array | undefined {
  const order = orders.get(Buffer.from(issuer.subjectPublicKeyInfo.algorithm.parameters ?? []).toString('hex'));
  if (order === undefined) return undefined;
  try {
    const fields = new DerReader(certificate.signature).sequence('signature');
    const r = fields.element('r');
    const s = BigInt(`0x${Buffer.from(fields.content(tags.integer, 's')).toString('hex')}`);
    fields.finish('signature');
    if (s <= 0n || s >= order) return undefined;
    const signature = der.sequence(r, der.element(tags.integer, integerContent(order - s)));
    return der.sequence(
      certificate.tbsCertificate,
      certificate.signatureAlgorithm.der,
      der.element(tags.bitString, Uint8Array.of(0), signature),
    );
  } catch {
    // No ECDSA signature: another one of the same certificate would not verify either.
    return undefined;
  }
}

/** The order of each curve's base point, by the DER of the curve's identifier (SEC 2, sections 2.4.2, 2.5.1 and 2.6.1). */
const orders: ReadonlyMap<string, bigint> = new Map([
  ['06082a8648ce3d030107', 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n],
  ['06052b81040022', 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n],
  [
    '06052b81040023',
    0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  ],
]);

/** X.690, section 8.3: a zero octet in front where the first bit is set. */
function integerContent(value: bigint): Uint8Array {
  const digits = value.toString(16);
  const content = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return (content[0] as number) < 0x80 ? content : Buffer.concat([Uint8Array.of(0), content]);
}
