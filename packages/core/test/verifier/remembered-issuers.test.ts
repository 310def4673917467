import { describe, expect, it } from 'vitest';
import type { ValidatedPath } from '../../src/path/index.js';
import { RememberedIssuers } from '../../src/verifier/remembered-issuers.js';
import { type Certificate, readCertificate } from '../../src/x509/index.js';
import { buildCertificate } from '../support/certificate-builder.js';
import { bitString } from '../support/der-writer.js';

/** Nothing is verified here, so nothing has to be signed. */
function certificate(subject: string, serialNumber = 1): Certificate {
  const read = readCertificate(buildCertificate({ subject, serialNumber, signatureValue: bitString(Uint8Array.of(1)) }));
  if (!read.ok) throw new Error(read.refusal.code);
  return read.value;
}

const leaf = certificate('leaf');
const pathOver = (...issuers: readonly Certificate[]): ValidatedPath => ({ certificates: [leaf, ...issuers] }) as unknown as ValidatedPath;

describe('remembered issuers', () => {
  it('are those of the path, without its end entity', () => {
    const remembered = new RememberedIssuers();
    const [lower, upper] = [certificate('lower'), certificate('upper')];
    remembered.remember(pathOver(lower, upper));
    expect(remembered.named(lower.subject)).toEqual([lower]);
    expect(remembered.named(upper.subject)).toEqual([upper]);
    expect(remembered.named(leaf.subject)).toEqual([]);
  });

  it('are kept once each, the latest first, ten under one name at most', () => {
    const remembered = new RememberedIssuers();
    const same = Array.from({ length: 11 }, (_, index) => certificate('same', index + 1));
    for (const issuer of same) remembered.remember(pathOver(issuer));
    expect(remembered.named(leaf.subject)).toEqual([]);
    expect(remembered.named((same[0] as Certificate).subject).map(({ serialNumberHex }) => parseInt(serialNumberHex, 16))).toEqual([
      11, 10, 9, 8, 7, 6, 5, 4, 3, 2,
    ]);
    remembered.remember(pathOver(certificate('same', 5)));
    expect(remembered.named((same[0] as Certificate).subject).map(({ serialNumberHex }) => parseInt(serialNumberHex, 16))).toEqual([
      5, 11, 10, 9, 8, 7, 6, 4, 3, 2,
    ]);
  });

  it('have a thousand names at most: the one not seen for longest is forgotten first', () => {
    const remembered = new RememberedIssuers();
    const issuers = Array.from({ length: 1_000 }, (_, index) => certificate(`I${index}`));
    for (const issuer of issuers) remembered.remember(pathOver(issuer));
    remembered.remember(pathOver(issuers[0] as Certificate));
    remembered.remember(pathOver(certificate('one more')));
    const forgotten = issuers.filter(({ subject }) => remembered.named(subject).length === 0);
    expect(forgotten).toEqual([issuers[1]]);
  });
});
