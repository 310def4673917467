import { describe, expect, it } from 'vitest';
import { createVerifier } from '../../src/verifier/index.js';
import { at, authority, client, type Issued } from '../path/pki.js';
import { atOnce } from '../support/at-once.js';
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  extension,
  generalName,
  subjectKeyIdentifier,
  testKey,
} from '../support/certificate-builder.js';
import { sequence, set } from '../support/der-writer.js';
import { attribute } from '../support/names.js';

const identifier = Uint8Array.of(9, 9, 9);
const root = authority('Root');
const sub = authority('Sub', { issuer: root });
const identified = { extensions: [basicConstraints(true), subjectKeyIdentifier(identifier)] };
const clock = () => at;

function derOf(...issued: readonly (Issued | { readonly der: Uint8Array })[]): readonly Uint8Array[] {
  return issued.map((each) => ('certificate' in each ? each.certificate.der : each.der));
}

/** Gets two authorities remembered that bear the name and identifier of another's issuer, with keys that take long. */
function impersonate(verifier: ReturnType<typeof createVerifier>): void {
  for (const number of [0, 1]) {
    const evil = authority('Issuing', { issuer: sub, key: testKey('ec-p521', `evil ${number}`), ...identified });
    expect(atOnce(verifier.verify(derOf(client(evil, {}, `mallory ${number}`), evil, sub))).ok).toBe(true);
  }
}

const victim = (issuing: Issued) =>
  client(issuing, { extensions: [extendedKeyUsage('clientAuth'), authorityKeyIdentifier(identifier)] }, 'victim');

describe('the holder of an authority keeps nobody out', () => {
  it('of another trust set', () => {
    const other = authority('Other Root');
    const issuing = authority('Issuing', { issuer: other, ...identified });
    const verifier = createVerifier({ trustSets: { a: root.certificate.der, b: other.certificate.der }, clock });
    impersonate(verifier);
    expect(atOnce(verifier.verify(derOf(victim(issuing), issuing)))).toMatchObject({ ok: true, value: { trustSet: 'b' } });
  });

  it('of the same trust set, whose path is longer', () => {
    const policy = authority('Policy', { issuer: root });
    const issuing = authority('Issuing', { issuer: policy, ...identified });
    const verifier = createVerifier({ trust: root.certificate.der, clock });
    impersonate(verifier);
    expect(atOnce(verifier.verify(derOf(victim(issuing), issuing, policy))).ok).toBe(true);
  });

  it('by authorities that lead to one another and fill the memory', () => {
    const verifier = createVerifier({ trust: { ca: root.certificate.der, intermediates: sub.certificate.der }, clock });
    for (let number = 0; number < 40; number++) {
      const level = authority(`X ${number}`, { issuer: sub });
      const below = authority('Sub', { issuer: level, key: testKey('ec', `below ${number}`) });
      expect(atOnce(verifier.verify(derOf(client(below, {}, `mallory ${number}`), below, level))).ok).toBe(true);
    }
    expect(atOnce(verifier.verify(derOf(client(sub)))).ok).toBe(true);
  });
});

describe('authorities of one name', () => {
  it('in many trust sets are told apart by the identifier of the key', () => {
    const roots = Array.from({ length: 5 }, (_, number) =>
      authority('Root CA', {
        key: testKey('ec-p521', `root ${number}`),
        extensions: [basicConstraints(true), subjectKeyIdentifier(Uint8Array.of(number, 1))],
      }),
    );
    const trustSets = Object.fromEntries(roots.map((each, number) => [`set ${number}`, each.certificate.der]));
    for (const [number, each] of roots.entries()) {
      const endEntity = client(each, { extensions: [extendedKeyUsage('clientAuth'), authorityKeyIdentifier(Uint8Array.of(number, 1))] });
      expect(atOnce(createVerifier({ trustSets, clock }).verify(derOf(endEntity)))).toMatchObject({
        ok: true,
        value: { trustSet: `set ${number}` },
      });
    }
  });

  it('of which one is beyond what is read are tried one after the other', () => {
    const key = testKey('ec', 'issuing');
    const large = sequence(...Array.from({ length: 129 }, () => set(attribute('CN', 'x'))));
    const beyond = authority('Issuing', {
      issuer: root,
      key,
      extensions: [basicConstraints(true), extension('2.5.29.18', sequence(generalName.directoryName(large)))],
    });
    const good = authority('Issuing', { issuer: root, key });
    const verifier = createVerifier({ trust: root.certificate.der, clock });
    expect(atOnce(verifier.verify(derOf(client(good), beyond, good))).ok).toBe(true);
  });
});

describe('what is presented beyond what TLS carries', () => {
  it('is not looked at', () => {
    const padding = extension('1.2.3.4', new Uint8Array(60_000));
    const bulk = [0, 1].map((number) => authority(`bulk ${number}`, { extensions: [basicConstraints(true), padding] }));
    const verifier = createVerifier({ trust: root.certificate.der, clock });
    const endEntity = client(sub);
    expect(atOnce(verifier.verify(derOf(endEntity, ...bulk, sub)))).toMatchObject({ refusal: { code: 'PEERCERT_ISSUER_UNKNOWN' } });
    expect(atOnce(verifier.verify(derOf(endEntity, bulk[0] as Issued, sub))).ok).toBe(true);
  });
});
