import { describe, expect, it } from 'vitest';
import type { TrustSet, ValidatedPath } from '../../src/path/index.js';
import { createVerifier } from '../../src/verifier/index.js';
import { KnownPaths } from '../../src/verifier/known-paths.js';
import { atOnce } from '../support/at-once.js';
import { extendedKeyUsage } from '../support/certificate-builder.js';
import { client, FakeClock, intermediate, requestWith, root } from './fakes.js';

const ca = root();
const other = root('Other');
const leaf = client(ca);

/** What a new connection with this certificate gets: the refusal's code, or the name of the trust set. */
function connect(verifier: ReturnType<typeof createVerifier>, certificates: readonly Uint8Array[], trustSets?: readonly string[]): string {
  const outcome = atOnce(verifier.authenticate(requestWith(certificates), trustSets));
  return outcome.ok ? outcome.value.trustSet : outcome.refusal.code;
}

describe('a certificate that was accepted before', () => {
  it('does not let one in that differs in one byte of its signature', () => {
    const verifier = createVerifier({ trust: ca.der });
    expect(connect(verifier, [leaf])).toBe('default');
    const forged = Uint8Array.from(leaf);
    forged[forged.length - 1] = (forged[forged.length - 1] as number) ^ 1;
    expect(connect(verifier, [forged])).toBe('PEERCERT_SIGNATURE_INVALID');
    expect(connect(verifier, [leaf])).toBe('default');
  });

  it('does not let one in of the same name, number and key that somebody else signed', () => {
    const verifier = createVerifier({ trust: ca.der });
    expect(connect(verifier, [leaf])).toBe('default');
    expect(connect(verifier, [client({ ...ca, key: other.key })])).toBe('PEERCERT_SIGNATURE_INVALID');
  });

  it('is refused once it has expired, and once an authority of its path has', () => {
    const clock = new FakeClock('2030-01-01');
    const short = intermediate(ca, 'Short', { notAfter: '2030-01-10' });
    const [alice, bob] = [client(ca, 'alice', { notAfter: '2030-01-05' }), client(short, 'bob')];
    const verifier = createVerifier({ trust: { ca: ca.der, intermediates: short.der }, clock: clock.now });
    expect([connect(verifier, [alice]), connect(verifier, [bob])]).toEqual(['default', 'default']);
    clock.set('2030-01-06');
    expect([connect(verifier, [alice]), connect(verifier, [bob])]).toEqual(['PEERCERT_CERTIFICATE_EXPIRED', 'default']);
    clock.set('2030-01-11');
    expect(connect(verifier, [bob])).toBe('PEERCERT_CERTIFICATE_EXPIRED');
  });

  it('is refused before its time when the clock goes back', () => {
    const clock = new FakeClock('2030-01-02');
    const verifier = createVerifier({ trust: ca.der, clock: clock.now });
    const fresh = client(ca, 'alice', { notBefore: '2030-01-01' });
    expect(connect(verifier, [fresh])).toBe('default');
    clock.set('2029-12-31');
    expect(connect(verifier, [fresh])).toBe('PEERCERT_CERTIFICATE_NOT_YET_VALID');
  });

  it('is refused on a new connection once it is denied, and accepted when that is taken back', () => {
    const verifier = createVerifier({ trust: ca.der });
    expect(connect(verifier, [leaf])).toBe('default');
    verifier.deny(Buffer.from(leaf));
    expect(connect(verifier, [leaf])).toBe('PEERCERT_CERTIFICATE_REVOKED');
    expect(connect(verifier, [leaf])).toBe('PEERCERT_CERTIFICATE_REVOKED');
    verifier.undeny(Buffer.from(leaf));
    expect(connect(verifier, [leaf])).toBe('default');
  });

  it('is not known to other trust sets, nor to another verifier', () => {
    const verifier = createVerifier({ trustSets: { staff: { ca: ca.der }, partners: { ca: other.der } } });
    expect(connect(verifier, [leaf])).toBe('staff');
    expect(connect(verifier, [leaf], ['staff'])).toBe('staff');
    expect(connect(verifier, [leaf], ['partners'])).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect(connect(createVerifier({ trust: other.der }), [leaf])).toBe('PEERCERT_ISSUER_UNKNOWN');
  });

  it('is known to a request that names its trust set, but accepted by no other set', () => {
    const verifier = createVerifier({ trustSets: { staff: { ca: ca.der }, partners: { ca: other.der } } });
    expect(connect(verifier, [leaf])).toBe('staff');
    const seen = connect(verifier, [leaf], ['partners', 'staff']);
    expect([seen, connect(verifier, [leaf], ['partners'])]).toEqual(['staff', 'PEERCERT_ISSUER_UNKNOWN']);
  });

  it('is forgotten with the trust it was accepted under', () => {
    const verifier = createVerifier();
    const server = { requestCert: true, ca: Buffer.from(ca.der) as unknown };
    const over = () => requestWith([leaf], { server });
    expect(atOnce(verifier.authenticate(over())).ok).toBe(true);
    server.ca = Buffer.from(other.der);
    expect(atOnce(verifier.authenticate(over()))).toMatchObject({ ok: false, refusal: { code: 'PEERCERT_ISSUER_UNKNOWN' } });
  });

  it('is not kept when it was refused', () => {
    const verifier = createVerifier({ trust: ca.der });
    const server = client(ca, 'server', { extensions: [extendedKeyUsage('serverAuth')] });
    for (let time = 0; time < 2; time++) expect(connect(verifier, [server])).toBe('PEERCERT_PURPOSE_MISMATCH');
  });

  it('says of each connection by itself whether its session was resumed', () => {
    const verifier = createVerifier({ trust: ca.der });
    const resumed = [false, true, false].map((isResumed) => {
      const outcome = atOnce(verifier.authenticate(requestWith([leaf], { resumed: isResumed })));
      return outcome.ok && outcome.value.resumed;
    });
    expect(resumed).toEqual([false, true, false]);
  });
});

describe('known paths', () => {
  const trustSet = {} as TrustSet;
  let made = 0;
  /** Nothing is verified here, so nothing has to be a certificate. */
  const pathOf = (issuer: string, bytes = 4): ValidatedPath => {
    const der = new Uint8Array(bytes);
    new DataView(der.buffer).setUint32(0, ++made);
    const certificates = [{ der }, { fingerprint256: issuer }];
    return { certificates, endEntity: { der }, validFrom: 0, validUntil: 10 } as unknown as ValidatedPath;
  };
  const has = (known: KnownPaths, path: ValidatedPath) => known.find('', path.endEntity.der, 5)?.path === path;

  it('are not found before their time, at its end, at no time, and for other bytes or sets', () => {
    const known = new KnownPaths();
    const path = pathOf('A');
    known.remember('', { path, trustSet });
    const { der } = path.endEntity;
    for (const at of [-1, 10, 11, Number.NaN]) expect(known.find('', der, at)).toBeUndefined();
    expect(known.find('["A"]', der, 5)).toBeUndefined();
    expect(known.find('', Uint8Array.from([...der, 0]), 5)).toBeUndefined();
    for (const at of [0, 9]) expect(known.find('', der, at)).toEqual({ path, trustSet });
  });

  it('are not found for other bytes that lie where theirs did', () => {
    const known = new KnownPaths();
    const path = pathOf('A');
    known.remember('', { path, trustSet });
    const before = Uint8Array.from(path.endEntity.der);
    path.endEntity.der[3] = 0xff;
    expect(known.find('', before, 5)).toBeUndefined();
    expect(known.find('', path.endEntity.der, 5)).toBeUndefined();
  });

  it('that a search of all sets came to are found among sets that hold theirs, and among no others', () => {
    const known = new KnownPaths();
    const path = pathOf('A');
    const found = { path, trustSet: { name: 'staff' } as TrustSet };
    known.remember('', found);
    const among = (...names: string[]) => known.findAmong(names, path.endEntity.der, 5);
    expect([among('partners'), among(), known.findAmong(undefined, path.endEntity.der, 5)]).toEqual([undefined, undefined, undefined]);
    expect([among('staff'), among('partners', 'staff')]).toEqual([found, found]);
    expect(known.findAmong(['staff'], path.endEntity.der, 10)).toBeUndefined();
  });

  it('are no longer than real certificates', () => {
    const known = new KnownPaths();
    const [longest, longer] = [pathOf('A', 8_192), pathOf('A', 8_193)];
    for (const path of [longest, longer]) known.remember('', { path, trustSet });
    expect([has(known, longest), has(known, longer), known.size]).toEqual([true, false, 1]);
  });

  it('of one issuer push out those of the same, and the one not asked for longest goes first', () => {
    const known = new KnownPaths();
    const elsewhere = pathOf('B');
    known.remember('', { path: elsewhere, trustSet });
    const paths = Array.from({ length: 4_096 }, () => pathOf('A'));
    for (const path of paths) known.remember('', { path, trustSet });
    expect(has(known, paths[0] as ValidatedPath)).toBe(true);
    known.remember('', { path: pathOf('A'), trustSet });
    expect([has(known, paths[0] as ValidatedPath), has(known, paths[1] as ValidatedPath), has(known, elsewhere)]).toEqual([
      true,
      false,
      true,
    ]);
    expect(known.size).toBe(4_097);
  });

  it('are 8,192 at most, whoever issued them', () => {
    const known = new KnownPaths();
    const paths = Array.from({ length: 8_193 }, (_, index) => pathOf(`issuer ${index % 3}`));
    for (const path of paths) known.remember('', { path, trustSet });
    expect(known.size).toBe(8_192);
    expect([has(known, paths[0] as ValidatedPath), has(known, paths[1] as ValidatedPath)]).toEqual([false, true]);
  });

  it('can be remembered twice', () => {
    const known = new KnownPaths();
    const path = pathOf('A');
    for (let time = 0; time < 2; time++) known.remember('', { path, trustSet });
    expect([known.size, has(known, path)]).toEqual([1, true]);
  });
});
