import { describe, expect, it } from 'vitest';
import { OcspCache, type OcspCacheKey, type OcspGood, type OcspRevoked, ocspCacheKey } from '../../../src/revocation/ocsp/index.js';
import { authority, client } from '../../path/pki.js';
import { alice, bob, root, stranger } from './scene.js';

const key = (serialNumber: string, issuer = 'a'): OcspCacheKey => ({ issuer, serialNumber });
const good = (thisUpdate: number, validUntil = thisUpdate + 100): OcspGood => ({
  status: 'good',
  thisUpdate,
  validFrom: thisUpdate - 10,
  validUntil,
});
const revoked = (thisUpdate: number, reason: OcspRevoked['reason'] = 'keyCompromise', validUntil = thisUpdate + 100): OcspRevoked => ({
  ...good(thisUpdate, validUntil),
  status: 'revoked',
  reason,
  revocationDate: 5,
  detail: `an OCSP responder says: revoked on 1970-01-01T00:00:00.005Z, ${reason}`,
});

function cacheOf(...answers: readonly (readonly [OcspCacheKey, OcspGood | OcspRevoked])[]): OcspCache {
  const cache = new OcspCache();
  for (const [of, answer] of answers) cache.put(of, answer);
  return cache;
}

describe('ocspCacheKey', () => {
  it('differs for another serial number, another key and another name', () => {
    const namesake = authority('root', { key: stranger.key }).certificate;
    const renamed = client({ ...root, name: 'renamed' }, { serialNumber: BigInt(`0x${alice.serialNumberHex}`) });
    const keys = [
      ocspCacheKey(alice, root.certificate),
      ocspCacheKey(bob, root.certificate),
      ocspCacheKey(alice, namesake),
      ocspCacheKey(renamed, root.certificate),
    ];
    expect(new Set(keys.map((of) => JSON.stringify(of))).size).toBe(4);
    expect(renamed.serialNumberHex).toBe(alice.serialNumberHex);
  });

  it('is the same for a renewed certificate of the issuer', () => {
    expect(ocspCacheKey(alice, authority('root').certificate)).toEqual(ocspCacheKey(alice, root.certificate));
  });
});

describe('OcspCache', () => {
  it('knows nothing of a certificate that nobody answered for', () => {
    const cache = cacheOf([key('1'), good(1000)]);
    expect(cache.get(key('2'), 1000)).toBeUndefined();
    expect(cache.get(key('1', 'b'), 1000)).toBeUndefined();
  });

  it.each([989, 1100, Number.NaN])('gives no good answer at %d, outside of its time', (at) => {
    expect(cacheOf([key('1'), good(1000)]).get(key('1'), at)).toBeUndefined();
  });

  it.each([990, 1000, 1099])('gives the answer at %d', (at) => {
    expect(cacheOf([key('1'), good(1000)]).get(key('1'), at)).toEqual(good(1000));
  });

  it.each([0, 1000, 1e15])('gives a revocation at %d, at any time', (at) => {
    for (const reason of ['keyCompromise', 'certificateHold', 'unspecified'] as const) {
      expect(cacheOf([key('1'), revoked(1000, reason)]).get(key('1'), at)).toEqual(revoked(1000, reason));
    }
  });

  it('gives an answer again when the clock was set back after it had expired', () => {
    const cache = cacheOf([key('1'), good(1000)]);
    expect(cache.get(key('1'), 5000)).toBeUndefined();
    expect(cache.get(key('1'), 1000)).toEqual(good(1000));
  });

  it.each<[string, OcspGood | OcspRevoked, OcspGood | OcspRevoked]>([
    ['an older one', good(1000), good(999, 5000)],
    ['an older revocation', good(1000), revoked(999)],
    ['an older one, though the newer has expired', good(1000, 1001), good(999, 5000)],
    ['one as old that is as good and lasts no longer', good(1000), good(1000)],
    ['good, where a revocation is as old', revoked(1000), good(1000, 5000)],
    ['good, where a hold is as old', revoked(1000, 'certificateHold'), good(1000, 5000)],
    ['one whose responder is to be checked', good(1000), { ...good(2000), responderNeedsCheck: bob }],
  ])('ignores %s', (_, held, answer) => {
    const cache = cacheOf([key('1'), held]);
    expect(cache.put(key('1'), answer)).toBe('ignored');
    expect(cache.get(key('1'), 1000)).toEqual(held);
    expect(cache.generation).toBe(1);
    expect(cache.size).toBe(1);
  });

  it('ignores a first one whose responder is to be checked', () => {
    const cache = new OcspCache();
    expect(cache.put(key('1'), { ...good(1000), responderNeedsCheck: bob })).toBe('ignored');
    expect(cache.size).toBe(0);
  });

  it.each<[string, 'changed' | 'renewed', OcspGood | OcspRevoked, OcspGood | OcspRevoked]>([
    ['a newer one that says the same', 'renewed', good(1000), good(1001)],
    ['one as old that lasts longer', 'renewed', good(1000), good(1000, 1101)],
    ['a newer revocation', 'changed', good(1000), revoked(1001)],
    ['a revocation as old, though it ends earlier', 'changed', good(1000), revoked(1000, 'keyCompromise', 1050)],
    ['a newer one that lifts a hold', 'changed', revoked(1000, 'certificateHold'), good(1001)],
    ['a newer one that takes a revocation back', 'changed', revoked(1000), good(1001)],
    ['another reason', 'changed', revoked(1000, 'certificateHold'), revoked(1001, 'keyCompromise')],
    ['a newer one with the same reason', 'renewed', revoked(1000), revoked(1001)],
  ])('takes %s for %s', (_, outcome, held, answer) => {
    const cache = cacheOf([key('0'), good(1000)], [key('1'), held], [key('2'), good(1000)]);
    expect(cache.put(key('1'), answer)).toBe(outcome);
    expect(cache.get(key('1'), 1040)).toEqual(answer);
    expect(cache.generation).toBe(outcome === 'changed' ? 4 : 3);
    expect(['0', '1', '2'].map((serial) => cache.changedAt(key(serial)))).toEqual([1, outcome === 'changed' ? 4 : 2, 3]);
  });

  it('tells of the first answer as of a change, since nothing was known before', () => {
    const cache = new OcspCache();
    expect([cache.generation, cache.changedAt(key('1'))]).toEqual([0, 0]);
    expect(cache.put(key('1'), good(1000))).toBe('changed');
    expect([cache.generation, cache.changedAt(key('1')), cache.changedAt(key('2'))]).toEqual([1, 1, 0]);
  });

  it('keeps no more entries than it may, and drops the one not asked for longest', () => {
    const cache = new OcspCache({ mostEntries: 3 });
    for (const serial of ['1', '2', '3']) cache.put(key(serial), good(1000));
    cache.get(key('1'), 1000);
    cache.put(key('4'), good(1000));
    expect(cache.size).toBe(3);
    expect(['1', '2', '3', '4'].filter((serial) => cache.get(key(serial), 1000))).toEqual(['1', '3', '4']);
  });

  it('drops entries of the issuer that has most, whoever comes', () => {
    const cache = new OcspCache({ mostEntries: 5 });
    cache.put(key('1', 'small'), good(1000));
    cache.put(key('2', 'small'), good(1000));
    for (let serial = 0; serial < 50; serial++) cache.put(key(String(serial), 'large'), good(1000));
    cache.put(key('1', 'new'), good(1000));
    expect(cache.size).toBe(5);
    expect(
      [key('1', 'small'), key('2', 'small'), key('48', 'large'), key('49', 'large'), key('1', 'new')].every((of) => cache.get(of, 1000)),
    ).toBe(true);
  });

  it('forgets an issuer with its last entry', () => {
    const cache = new OcspCache({ mostEntries: 1 });
    cache.put(key('1', 'a'), good(1000));
    cache.put(key('1', 'b'), good(1000));
    expect(cache.size).toBe(1);
    expect([cache.get(key('1', 'a'), 1000), cache.get(key('1', 'b'), 1000)?.status]).toEqual([undefined, 'good']);
  });

  it('takes what was dropped for changed, since nobody knows any more', () => {
    const cache = new OcspCache({ mostEntries: 2 });
    cache.put(key('1'), good(1000));
    cache.put(key('2'), good(1000));
    const noted = cache.generation;
    cache.put(key('1'), revoked(1001));
    cache.put(key('3'), good(1000));
    expect(cache.changedAt(key('2'))).toBeLessThanOrEqual(noted);
    cache.put(key('4'), good(1000));
    expect(cache.get(key('1'), 1000)).toBeUndefined();
    expect(cache.changedAt(key('1'))).toBeGreaterThan(noted);
  });
});
