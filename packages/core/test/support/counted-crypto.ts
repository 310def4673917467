import type * as crypto from 'node:crypto';

/** What node:crypto was asked to verify, by what the signatures are over. */
export interface VerifiedCounts {
  certificates: number;
  lists: number;
}

/**
 * node:crypto, but for counting: for `vi.mock('node:crypto', …)`, since a test of time fails on a busy machine and a test of work does not.
 *
 *     const verified = vi.hoisted(() => ({ certificates: 0, lists: 0 }));
 *     vi.mock('node:crypto', async (original) => countedCrypto(await original(), verified));
 */
export function countedCrypto(real: typeof crypto, verified: VerifiedCounts): typeof crypto {
  // A TBSCertificate begins with its version in [0] (RFC 5280, section 4.1), a TBSCertList with an INTEGER (section 5.1).
  const note = (data: Uint8Array): void => {
    const lengthOctets = (data[1] as number) < 0x80 ? 1 : 1 + ((data[1] as number) & 0x7f);
    verified[data[1 + lengthOctets] === 0xa0 ? 'certificates' : 'lists'] += 1;
  };
  const verify = (...given: Parameters<typeof real.verify>): unknown => {
    note(given[1] as Uint8Array);
    return real.verify(...given);
  };
  const createVerify = (...given: Parameters<typeof real.createVerify>): unknown => {
    const verifier = real.createVerify(...given);
    let isFirst = true;
    const update = verifier.update.bind(verifier);
    return Object.assign(verifier, {
      update: (data: Uint8Array) => {
        if (isFirst) note(data);
        isFirst = false;
        return update(data);
      },
    });
  };
  return { ...real, verify, createVerify } as typeof crypto;
}
