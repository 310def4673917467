import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/errors/index.js';
import type { ClientIdentity } from '../../src/identity/index.js';
import { createVerifier } from '../../src/verifier/index.js';
import { atOnce } from '../support/at-once.js';
import { buildCertificate } from '../support/certificate-builder.js';
import { client, FakeClock, FakeSocket, intermediate, requestOver, root } from './fakes.js';

const ca = root();
const partners = root('Partners');
const alice = client(ca, 'alice', { notBefore: '2029-01-01T00:00:00Z', notAfter: '2031-01-01T00:00:00Z' });

const result = (outcome: Outcome<ClientIdentity>): string => (outcome.ok ? outcome.value.toString() : outcome.refusal.code);

function setUp(certificates: readonly Uint8Array[], at?: string) {
  const clock = new FakeClock(at);
  const verifier = createVerifier({ trust: ca.der, trustSets: { partners: partners.der }, clock: clock.now });
  const socket = new FakeSocket(certificates);
  const decide = (...sets: string[]): string =>
    result(atOnce(verifier.authenticate(requestOver(socket), sets.length === 0 ? undefined : sets)));
  return { clock, verifier, socket, decide };
}

describe('the verdict on a connection', () => {
  it('is made once: the certificate is read by the first request and never again', () => {
    const { decide, socket, verifier } = setUp([alice]);
    const outcomes = [1, 2, 3].map(() => atOnce(verifier.authenticate(requestOver(socket))));
    expect(outcomes.map(result)).toEqual(['CN=alice', 'CN=alice', 'CN=alice']);
    expect(new Set(outcomes.map((outcome) => outcome.ok && outcome.value)).size).toBe(1);
    expect(decide('default')).toBe('CN=alice');
    expect([socket.reads, socket.chainReads]).toEqual([1, 0]);
  });

  it('is that of the HTTP/2 session, whose requests have a socket each', () => {
    const { socket, verifier } = setUp([alice]);
    const session = { socket };
    for (let count = 0; count < 3; count++) {
      expect(result(atOnce(verifier.authenticate(requestOver({}, { stream: { session } }))))).toBe('CN=alice');
    }
    expect(socket.reads).toBe(1);
  });

  it('is not that of another connection with the same certificate', () => {
    const { verifier } = setUp([]);
    const sockets = [new FakeSocket([alice]), new FakeSocket([alice])];
    const identities = sockets.map((socket) => atOnce(verifier.authenticate(requestOver(socket))));
    expect(sockets.map(({ reads }) => reads)).toEqual([1, 1]);
    expect(identities[0]?.ok && identities[0].value).not.toBe(identities[1]?.ok && identities[1].value);
  });

  it('is not that of another verifier', () => {
    const socket = new FakeSocket([client(ca)]);
    expect(result(atOnce(createVerifier({ trust: ca.der }).authenticate(requestOver(socket))))).toBe('CN=alice');
    expect(result(atOnce(createVerifier({ trust: partners.der }).authenticate(requestOver(socket))))).toBe('PEERCERT_ISSUER_UNKNOWN');
  });

  it('is made for each request where there is no connection to keep it on', () => {
    const { verifier } = setUp([]);
    for (const socket of [undefined, null, 'socket']) {
      expect(result(atOnce(verifier.authenticate({ socket } as never)))).toBe('PEERCERT_NOT_TLS');
    }
  });
});

describe('an acceptance', () => {
  it('ends with the second of notAfter, on the open connection', () => {
    const { clock, decide, socket } = setUp([alice]);
    expect(decide()).toBe('CN=alice');
    clock.set('2031-01-01T00:00:00.999Z');
    expect(decide()).toBe('CN=alice');
    clock.set('2031-01-01T00:00:01.000Z');
    expect(decide()).toBe('PEERCERT_CERTIFICATE_EXPIRED');
    expect(socket.reads).toBe(1);
  });

  it.each([
    ['an intermediate', intermediate(ca, 'Intermediate', { notAfter: '2030-06-01T00:00:00Z' }), ca],
    ['the trust anchor', undefined, root('Short', { notAfter: '2030-06-01T00:00:00Z' })],
  ])('ends when %s expires', (_, issuer, anchor) => {
    const clock = new FakeClock('2030-06-01T00:00:00Z');
    const verifier = createVerifier({ trust: anchor.der, clock: clock.now });
    const socket = new FakeSocket([client(issuer ?? anchor), ...(issuer === undefined ? [] : [issuer.der])]);
    expect(result(atOnce(verifier.authenticate(requestOver(socket))))).toBe('CN=alice');
    clock.advance(1_000);
    expect(result(atOnce(verifier.authenticate(requestOver(socket))))).toBe('PEERCERT_CERTIFICATE_EXPIRED');
  });

  it('does not hold when the clock jumps back before notBefore, and holds again after it', () => {
    const { clock, decide, socket } = setUp([alice]);
    expect(decide()).toBe('CN=alice');
    clock.set('2028-12-31T23:59:59.999Z');
    expect(decide()).toBe('PEERCERT_CERTIFICATE_NOT_YET_VALID');
    clock.set('2029-01-01T00:00:05.000Z');
    expect(decide()).toBe('CN=alice');
    expect(socket.reads).toBe(1);
  });

  it('does not outlive a jump far ahead', () => {
    const { clock, decide } = setUp([alice]);
    decide();
    clock.set('2099-01-01');
    expect(decide()).toBe('PEERCERT_CERTIFICATE_EXPIRED');
    clock.set('2099-01-01T00:00:05Z');
    expect(decide()).toBe('PEERCERT_CERTIFICATE_EXPIRED');
  });

  it.each([
    ['nothing', undefined],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['minus infinity', Number.NEGATIVE_INFINITY],
    ['a string', '2030-01-01'],
    ['a date', new Date('2030-01-01')],
    ['a bigint', 1_900_000_000_000n],
  ])('is never made or kept by a clock that returns %s', (_, time) => {
    let at: unknown = time;
    const verifier = createVerifier({ trust: ca.der, clock: () => at as number });
    const socket = new FakeSocket([alice]);
    expect(() => atOnce(verifier.authenticate(requestOver(socket)))).toThrow(TypeError);
    at = Date.parse('2030-01-01');
    expect(atOnce(verifier.authenticate(requestOver(socket))).ok).toBe(true);
    at = time;
    expect(() => atOnce(verifier.authenticate(requestOver(socket)))).toThrow(/^the clock returned/);
  });

  it('is never made or kept by a clock that throws', () => {
    let broken = false;
    const clock = (): number => {
      if (broken) throw new Error('no time');
      return Date.parse('2030-01-01');
    };
    const verifier = createVerifier({ trust: ca.der, clock });
    const socket = new FakeSocket([alice]);
    expect(atOnce(verifier.authenticate(requestOver(socket))).ok).toBe(true);
    broken = true;
    expect(() => atOnce(verifier.authenticate(requestOver(socket)))).toThrow('no time');
  });
});

describe('a refusal', () => {
  it('is remembered for five seconds', () => {
    const { clock, decide, socket } = setUp([client(root('Stranger'))]);
    expect(decide()).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect(socket.chainReads).toBe(1);
    clock.advance(4_999);
    expect(decide()).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect(socket.chainReads).toBe(1);
    clock.advance(1);
    expect(decide()).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect(socket.chainReads).toBe(2);
  });

  it('of a missing certificate is looked at again after five seconds', () => {
    const { clock, decide, socket } = setUp([]);
    expect(decide()).toBe('PEERCERT_CERTIFICATE_MISSING');
    socket.present(alice);
    expect(decide()).toBe('PEERCERT_CERTIFICATE_MISSING');
    expect(socket.reads).toBe(1);
    clock.advance(5_000);
    expect(decide()).toBe('CN=alice');
    expect(socket.reads).toBe(2);
  });

  it('is not remembered into the past: a clock that jumps back has it made again', () => {
    const { clock, decide, socket } = setUp([]);
    expect(decide()).toBe('PEERCERT_CERTIFICATE_MISSING');
    clock.advance(-1);
    expect(decide()).toBe('PEERCERT_CERTIFICATE_MISSING');
    expect(socket.reads).toBe(2);
  });

  it('for a certificate that is not valid yet ends at most five seconds after notBefore', () => {
    const { clock, decide } = setUp([alice], '2028-12-31T23:59:58.000Z');
    expect(decide()).toBe('PEERCERT_CERTIFICATE_NOT_YET_VALID');
    clock.set('2029-01-01T00:00:02.999Z');
    expect(decide()).toBe('PEERCERT_CERTIFICATE_NOT_YET_VALID');
    clock.set('2029-01-01T00:00:03.000Z');
    expect(decide()).toBe('CN=alice');
  });

  it('of one connection says nothing about another', () => {
    const { verifier } = setUp([]);
    expect(result(atOnce(verifier.authenticate(requestOver(new FakeSocket([client(root('Stranger'))])))))).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect(result(atOnce(verifier.authenticate(requestOver(new FakeSocket([])))))).toBe('PEERCERT_CERTIFICATE_MISSING');
    expect(result(atOnce(verifier.authenticate(requestOver(new FakeSocket([alice])))))).toBe('CN=alice');
  });
});

describe('authorized: true', () => {
  it.each([
    ['no certificate', [], 'PEERCERT_CERTIFICATE_MISSING'],
    ['a foreign one', [client(root('Stranger'))], 'PEERCERT_ISSUER_UNKNOWN'],
    ['a self-signed one', [buildCertificate({ subject: 'alice' })], 'PEERCERT_ISSUER_UNKNOWN'],
    ['a forged one', [client({ ...ca, key: partners.key })], 'PEERCERT_SIGNATURE_INVALID'],
    ['an expired one', [client(ca, 'alice', { notAfter: '2021-01-01' })], 'PEERCERT_CERTIFICATE_EXPIRED'],
  ])('lets nobody in with %s, fresh or resumed', (_, certificates, code) => {
    const { verifier } = setUp([]);
    for (const resumed of [false, true]) {
      const socket = new FakeSocket(certificates, { resumed });
      expect(socket.authorized).toBe(true);
      const expected = resumed && code === 'PEERCERT_ISSUER_UNKNOWN' ? 'PEERCERT_CHAIN_INCOMPLETE' : code;
      expect(result(atOnce(verifier.authenticate(requestOver(socket))))).toBe(expected);
    }
  });
});

describe('trust sets narrow the search', () => {
  it('to those named, each with a verdict of its own, over one reading', () => {
    const { decide, socket } = setUp([alice]);
    expect(decide()).toBe('CN=alice');
    expect(decide('partners')).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect(decide('default')).toBe('CN=alice');
    expect(decide('partners', 'default')).toBe('CN=alice');
    expect(decide('partners')).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect(socket.reads).toBe(1);
  });

  it('whatever their names hold: lists that join alike are not the same', () => {
    const clock = new FakeClock();
    const verifier = createVerifier({ trustSets: { a: ca.der, b: ca.der, 'a\nb': partners.der, 'a","b': partners.der }, clock: clock.now });
    const socket = new FakeSocket([alice]);
    const decide = (sets: string[]): string => result(atOnce(verifier.authenticate(requestOver(socket), sets)));
    expect(decide(['a', 'b'])).toBe('CN=alice');
    expect(decide(['a\nb'])).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect(decide(['a","b'])).toBe('PEERCERT_ISSUER_UNKNOWN');
  });

  it('to nothing where none is named, which is not the same as all', () => {
    const { socket, verifier } = setUp([alice]);
    expect(result(atOnce(verifier.authenticate(requestOver(socket))))).toBe('CN=alice');
    expect(result(atOnce(verifier.authenticate(requestOver(socket), [])))).toBe('PEERCERT_ISSUER_UNKNOWN');
  });

  it('and the verdict names the set: the first in the order of the options', () => {
    const verifier = createVerifier({ trust: ca.der, trustSets: { partners: ca.der } });
    const socket = new FakeSocket([client(ca)]);
    const setOf = (...sets: string[]): unknown => {
      const outcome = atOnce(verifier.authenticate(requestOver(socket), sets.length === 0 ? undefined : sets));
      return outcome.ok && outcome.value.trustSet;
    };
    expect(setOf()).toBe('default');
    expect(setOf('partners')).toBe('partners');
    expect(setOf('partners', 'default')).toBe('default');
  });
});
