import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** How many signatures of certificates `act` has node:crypto verify; those of lists are not counted. */
export async function certificateSignaturesIn(act: () => Promise<void>): Promise<number> {
  let counted = 0;
  const real = crypto.verify;
  // What was imported by name follows.
  const counting = (...given: Parameters<typeof real>): unknown => {
    if (isCertificate(given[1] as Uint8Array)) counted += 1;
    return real(...given);
  };
  crypto.verify = counting as typeof real;
  syncBuiltinESMExports();
  try {
    await act();
  } finally {
    crypto.verify = real;
    syncBuiltinESMExports();
  }
  return counted;
}

/** A TBSCertificate begins with its version in [0] (RFC 5280, section 4.1), a TBSCertList with an INTEGER (section 5.1). */
function isCertificate(signed: Uint8Array): boolean {
  const lengthOctets = (signed[1] as number) < 0x80 ? 1 : 1 + ((signed[1] as number) & 0x7f);
  return signed[1 + lengthOctets] === 0xa0;
}
