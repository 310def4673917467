import { describe, expect, it } from 'vitest';
import type { Crl } from '../../../src/revocation/index.js';
import { checkCrlSignature } from '../../../src/revocation/index.js';
import {
  describeContent,
  readCrlContent,
  readDenied,
  tellsAsMuch,
  withoutRollback,
} from '../../../src/verifier/revocation-sources/crl-content.js';
import { run } from '../../../src/verifier/steps.js';
import { issue } from '../../path/pki.js';
import { atOnce } from '../../support/at-once.js';
import { cRLNumber, deltaCRLIndicator } from '../../support/crl-builder.js';
import { extension } from '../../support/extensions.js';
import { alice, ca, certificatePem, crl, crlPem, mallory, pem, stranger, sub } from './scene.js';

const limits = { mostEntries: 1_000, allowDenyingAuthorities: false };
const read = (content: string | Uint8Array, more: object = {}) => atOnce(run(readCrlContent(bytesOf(content), { ...limits, ...more })));
const bytesOf = (content: string | Uint8Array) => (typeof content === 'string' ? Buffer.from(content) : content);

function problem(content: string | Uint8Array, more: object = {}): string {
  const found = read(content, more);
  if (found.ok) throw new Error('it was read');
  return found.problem;
}

function content(given: string | Uint8Array) {
  const found = read(given);
  if (!found.ok) throw new Error(found.problem);
  return found.value;
}

it('more lists than one address may have are not read', () => {
  const three = [1, 2, 3].map((number) => crlPem({ issuer: `CA ${number}` })).join('');
  expect(read(three, { mostLists: 2 })).toEqual({ ok: false, problem: 'holds more than 2 CRLs' });
  expect(read(three, { mostLists: 3 })).toMatchObject({ ok: true });
});

describe('a source of CRLs is refused as a whole', () => {
  const brokenConstraints = issue('broken', { issuer: ca, extensions: [extension('2.5.29.19', Uint8Array.of(0x30, 5))] }).certificate;
  it.each<[string, string | Uint8Array, string]>([
    ['when it is empty', '', 'holds neither a CRL nor a certificate'],
    ['when it is a web page', '<html>', 'holds neither a CRL nor a certificate'],
    ['when a list is cut off', crl().subarray(0, 90), 'holds a CRL that cannot be read'],
    ['when something follows on a list', Buffer.concat([crl(), Uint8Array.of(0)]), 'holds a CRL that cannot be read'],
    ['when its PEM has no end', crlPem().slice(0, -20), 'cannot be read'],
    ['when the second list cannot be read', crlPem() + pem('X509 CRL', crl().subarray(0, 90)), 'holds a CRL that cannot be read'],
    [
      'when it holds a key',
      crlPem() + pem('PRIVATE KEY', Uint8Array.of(1)),
      'holds a block "PRIVATE KEY", which is neither a CRL nor a certificate',
    ],
    [
      'when it holds half a certificate',
      crlPem() + pem('CERTIFICATE', mallory.der.subarray(0, 90)),
      'holds a certificate that cannot be read',
    ],
    [
      'when it holds an authority',
      crlPem() + certificatePem(sub.certificate),
      'holds the authority CN=Sub, which would deny all below it: take it out, or set allowDenyingAuthorities',
    ],
    ['when it holds a certificate instead of a list, as DER', mallory.der, 'holds a CRL that cannot be read'],
  ])('%s', (_, given, expected) => {
    expect(problem(given)).toContain(expected);
  });

  it('when a list has more entries than are allowed', () => {
    expect(problem(crl({ revoked: [1, 2, 3] }), { mostEntries: 2 })).toContain('holds a CRL that cannot be read');
    expect(read(crl({ revoked: [1, 2, 3] }), { mostEntries: 3 }).ok).toBe(true);
  });

  it('when nobody can tell whether a certificate is an authority', () => {
    expect(readDenied(brokenConstraints.der, limits)).toMatchObject({
      ok: false,
      problem: 'holds a certificate whose basicConstraints cannot be read',
    });
  });
});

describe('a source of CRLs is read', () => {
  it('in slices that others take turns with, to the same end', async () => {
    let pauses = 0;
    const revoked = Array.from({ length: 25_000 }, (_, index) => index + 1);
    const pause = async () => void pauses++;
    const found = await run(readCrlContent(crl({ revoked }), { ...limits, mostEntries: 30_000 }, pause));
    expect(found.ok && found.value.crls[0]?.size).toBe(25_000);
    expect(pauses).toBeGreaterThan(1);
  });

  it('with authorities, where that was asked for', () => {
    const found = read(certificatePem(sub.certificate), { allowDenyingAuthorities: true });
    expect(found.ok && found.value.denied.map(({ kind }) => kind)).toEqual(['issuerAndSerialNumber', 'tbsCertificate']);
  });

  it('and described', () => {
    const text = describeContent(
      content(crlPem({ revoked: [1] }) + crlPem({ number: 8 }) + crlPem({ number: 9 }) + crlPem({ number: 10 }) + certificatePem(mallory)),
    );
    expect(text).toBe(
      'the CRL of CN=Root, number 7, 1 entries; the CRL of CN=Root, number 8, 0 entries; the CRL of CN=Root, number 9, 0 entries; 1 more CRLs; 1 denied certificates',
    );
  });
});

describe('what takes the place of what is in force', () => {
  const one = (options: Parameters<typeof crl>[0] = {}): Crl => content(crl(options)).crls[0] as Crl;
  const proven = (options: Parameters<typeof crl>[0] = {}): Crl => {
    const made = one(options);
    void checkCrlSignature(made.list, ca.certificate, async () => undefined);
    return made;
  };
  const forged = (number: number) => one({ number, issuerKey: stranger.key });
  const numbers = (crls: readonly Crl[]) => crls.map(({ list }) => Number(list.cRLNumber));

  it('an older list never does', () => {
    expect(numbers(withoutRollback([proven({ number: 9 })], [proven({ number: 8 })]))).toEqual([8, 9]);
    expect(numbers(withoutRollback([one({ number: 9 })], [one({ number: 8 })]))).toEqual([8, 9]);
  });

  it('one as old does, and a newer one', () => {
    expect(numbers(withoutRollback([proven({ number: 9 })], [proven({ number: 9 })]))).toEqual([9]);
    expect(numbers(withoutRollback([proven({ number: 8 }), one({ number: 7 })], [proven({ number: 9 })]))).toEqual([9]);
  });

  it('one that nobody is known to have signed does not do so with one that is verified, however new', () => {
    expect(numbers(withoutRollback([proven({ number: 8 })], [forged(99)]))).toEqual([99, 8]);
    expect(numbers(withoutRollback([forged(8)], [forged(99)]))).toEqual([99]);
  });

  it('a verified one does so with all that are older, and keeps one that pretends to be newer', () => {
    expect(numbers(withoutRollback([forged(99), proven({ number: 8 })], [proven({ number: 9 })]))).toEqual([9, 99]);
    expect(numbers(withoutRollback([forged(7), proven({ number: 8 })], [proven({ number: 9 })]))).toEqual([9]);
  });

  it('what is kept does not grow, whatever a server sends', () => {
    let inForce: readonly Crl[] = [proven({ number: 500 })];
    for (let number = 400; number > 300; number--)
      inForce = withoutRollback(inForce, [number % 2 === 0 ? forged(number + 500) : proven({ number })]);
    expect(numbers(inForce).sort()).toEqual([301, 500, 900]);
    const twice = proven({ number: 500 });
    expect(numbers(withoutRollback([proven({ number: 500 }), twice], [one({ number: 1 })]))).toEqual([1, 500]);
  });

  it('what the network tells no more stays, until a verified successor signed with the same key comes', () => {
    const other = one({ number: 1, issuer: 'Other' });
    expect(numbers(withoutRollback([proven({ number: 9 }), one({ number: 3, issuer: 'Third' })], [other], 'network'))).toEqual([1, 9]);
    expect(
      numbers(
        withoutRollback([proven({ number: 9, extensions: [cRLNumber(9), deltaCRLIndicator(1)] })], [proven({ number: 1 })], 'network'),
      ),
    ).toEqual([1, 9]);
    expect(numbers(withoutRollback([proven({ number: 9 })], [proven({ number: 10 })], 'network'))).toEqual([10]);
    expect(withoutRollback([one({ number: 9 })], [], 'network')).toEqual([]);
  });

  it('what the source tells no more is gone, and other kinds of list do not matter', () => {
    expect(withoutRollback([proven({ number: 9 })], [])).toEqual([]);
    const delta = one({ number: 1, extensions: [cRLNumber(1), deltaCRLIndicator(1)] });
    expect(numbers(withoutRollback([proven({ number: 9 })], [delta]))).toEqual([1]);
  });

  it('tells as much when nothing of it is missing', () => {
    const held = content(crlPem() + certificatePem(mallory));
    expect(tellsAsMuch(held, content(crlPem({ number: 8 }) + certificatePem(mallory) + certificatePem(alice)))).toBe(true);
    expect(tellsAsMuch(held, content(crlPem({ number: 6 }) + certificatePem(mallory)))).toBe(false);
    expect(tellsAsMuch(held, content(crlPem()))).toBe(false);
    expect(tellsAsMuch(held, content(crlPem({ issuer: 'Other' }) + certificatePem(mallory)))).toBe(false);
  });
});
