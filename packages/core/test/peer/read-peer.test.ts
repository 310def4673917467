import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Outcome, RefusalCode } from '../../src/errors/index.js';
import { type Peer, type PeerRequest, readPeer } from '../../src/peer/index.js';

const leaf = Uint8Array.of(0x30, 1);
const asking = { requestCert: true };

/** Everything that a fake claims besides; none of it may matter. */
const claims = [{}, { authorized: true, authorizationError: null }, { authorized: false, authorizationError: 'CERT_HAS_EXPIRED' }];

function codeOf(request: unknown): RefusalCode | 'accepted' {
  const peer = readPeer(request as PeerRequest);
  return peer.ok ? 'accepted' : peer.refusal.code;
}

function accepted(peer: Outcome<Peer>): Peer {
  if (peer.ok) return peer.value;
  throw new Error(`refused with ${peer.refusal.code}`);
}

/** A property that throws whenever it is looked at, as those of an HTTP/2 session without socket do. */
function unbound(): object {
  return new Proxy(
    {},
    {
      get: () => {
        throw Object.assign(new Error('The socket has been disconnected from the Http2Session'), { code: 'ERR_HTTP2_SOCKET_UNBOUND' });
      },
    },
  );
}

describe.each(claims)('a connection that claims %o', (claim) => {
  it.each([
    ['no socket', undefined],
    ['a null socket', null],
    ['a socket that is no object', 'socket'],
    ['a mock of light-my-request', { remoteAddress: '127.0.0.1' }],
    ['encrypted, but only truthy', { encrypted: 1, getPeerCertificate: () => ({ raw: leaf }) }],
    ['a certificate, but not encrypted', { getPeerCertificate: () => ({ raw: leaf }) }],
    ['encrypted, but without getPeerCertificate', { encrypted: true }],
    ['encrypted, with a getPeerCertificate that is no function', { encrypted: true, getPeerCertificate: { raw: leaf } }],
  ])('is NOT_TLS with %s', (_, socket) => {
    const claimed = typeof socket === 'object' && socket !== null ? { ...claim, ...socket } : socket;
    expect(codeOf({ socket: claimed })).toBe('PEERCERT_NOT_TLS');
  });

  it('is NOT_TLS over a plain socket', () => {
    expect(codeOf({ socket: Object.assign(new Socket(), claim) })).toBe('PEERCERT_NOT_TLS');
  });

  it.each([
    ['null', () => null],
    ['undefined', () => undefined],
    [
      'an exception',
      () => {
        throw new Error('the handle is gone');
      },
    ],
  ])('is CONNECTION_CLOSED where getPeerCertificate gives %s', (_, getPeerCertificate) => {
    expect(codeOf({ socket: { ...claim, encrypted: true, server: asking, getPeerCertificate } })).toBe('PEERCERT_CONNECTION_CLOSED');
  });

  it.each([
    ['nothing', {}],
    ['no raw', { subject: { CN: 'alice' }, fingerprint256: 'AA:BB' }],
    ['a raw that is a string', { raw: 'MIIB' }],
    ['a raw that is a list', { raw: [0x30, 1] }],
    ['a raw that is an ArrayBuffer', { raw: new ArrayBuffer(2) }],
    ['a raw that is null', { raw: null }],
  ])('is CERTIFICATE_MISSING where getPeerCertificate gives %s', (_, certificate) => {
    expect(codeOf({ socket: { ...claim, encrypted: true, server: asking, getPeerCertificate: () => certificate } })).toBe(
      'PEERCERT_CERTIFICATE_MISSING',
    );
  });

  it.each([
    ['no session', {}],
    ['an undefined session', { session: undefined }],
    ['a null session', { session: null }],
    ['a session without socket', { session: {} }],
    ['a session that throws', { session: unbound() }],
    ['a session whose socket throws', { session: { socket: unbound() } }],
  ])('is CONNECTION_CLOSED over an HTTP/2 stream with %s, whatever the request itself claims', (_, stream) => {
    const socket = { ...claim, encrypted: true, server: asking, getPeerCertificate: () => ({ raw: leaf }) };
    expect(codeOf({ socket, stream })).toBe('PEERCERT_CONNECTION_CLOSED');
  });
});

describe('readPeer', () => {
  it.each([[undefined], [false], [1], ['true'], [{}], [null]])('says NOT_REQUESTED where requestCert is %o', (requestCert) => {
    const refused = readPeer({ socket: { encrypted: true, server: { requestCert }, getPeerCertificate: () => ({}) } } as PeerRequest);
    expect(refused).toMatchObject({ ok: false, refusal: { code: 'PEERCERT_NOT_REQUESTED', status: 500 } });
    expect(!refused.ok && refused.refusal.trace[0]?.detail).toBe(`the server's requestCert is ${String(requestCert)}`);
  });

  it.each([[undefined], [null]])('says CERTIFICATE_MISSING where the socket has the server %o', (server) => {
    expect(codeOf({ socket: { encrypted: true, server, getPeerCertificate: () => ({}) } })).toBe('PEERCERT_CERTIFICATE_MISSING');
  });

  it('takes the certificate of a server that did not ask: a socket of somebody else may have', () => {
    expect(codeOf({ socket: { encrypted: true, server: {}, getPeerCertificate: () => ({ raw: leaf }) } })).toBe('accepted');
  });

  it('keeps what was thrown as the cause', () => {
    const error = new Error('gone');
    const getPeerCertificate = () => {
      throw error;
    };
    expect(readPeer({ socket: { encrypted: true, getPeerCertificate } })).toMatchObject({ refusal: { cause: error } });
  });

  it('reads the end entity by the cheap call alone, and never getPeerX509Certificate', () => {
    const calls: unknown[][] = [];
    const socket = {
      encrypted: true,
      server: asking,
      getPeerCertificate: (...given: unknown[]) => {
        calls.push(given);
        return { raw: leaf };
      },
      getPeerX509Certificate: () => {
        throw new Error('this loses the chain');
      },
    };
    const peer = accepted(readPeer({ socket }));
    expect(peer.endEntity).toBe(leaf);
    expect(calls).toEqual([[]]);
    peer.presentedChain();
    expect(calls).toEqual([[], [true]]);
  });

  it('reads the socket of the HTTP/2 session, not the one of the request', () => {
    const socket = { encrypted: true, getPeerCertificate: () => ({ raw: Uint8Array.of(9) }) };
    const session = { socket: { encrypted: true, getPeerCertificate: () => ({ raw: leaf }) } };
    expect(accepted(readPeer({ socket, stream: { session } })).endEntity).toBe(leaf);
  });

  it.each([
    [true, true],
    [false, false],
    [1, false],
    [undefined, false],
  ])('says whether the session was resumed: isSessionReused() is %o', (answer, resumed) => {
    const socket = { encrypted: true, getPeerCertificate: () => ({ raw: leaf }), isSessionReused: () => answer };
    expect(accepted(readPeer({ socket } as PeerRequest)).resumed).toBe(resumed);
  });

  it('takes a socket without isSessionReused for a fresh handshake', () => {
    expect(accepted(readPeer({ socket: { encrypted: true, getPeerCertificate: () => ({ raw: leaf }) } } as PeerRequest)).resumed).toBe(
      false,
    );
  });
});

describe('presentedChain', () => {
  const raws = (count: number): Uint8Array[] => Array.from({ length: count }, (_, index) => Uint8Array.of(0x30, index));

  function chainOf(detailed: unknown): readonly Uint8Array[] {
    const getPeerCertificate = (all?: boolean): unknown => {
      if (all !== true) return { raw: leaf };
      if (detailed instanceof Error) throw detailed;
      return detailed;
    };
    return accepted(readPeer({ socket: { encrypted: true, getPeerCertificate } } as PeerRequest)).presentedChain();
  }

  function linked(list: readonly unknown[], end?: object): object | undefined {
    return list.reduceRight<object | undefined>((issuerCertificate, raw) => ({ raw, issuerCertificate }), end);
  }

  it.each([
    ['null, after the connection was closed', null],
    ['undefined', undefined],
    ['nothing', {}],
    ['an exception', new Error('the handle is gone')],
    ['the end entity alone', { raw: leaf }],
    ['an issuer without raw', { raw: leaf, issuerCertificate: {} }],
    ['an issuer that is null', { raw: leaf, issuerCertificate: null }],
    ['an issuer whose raw is a string', { raw: leaf, issuerCertificate: { raw: 'MIIB' } }],
  ])('is empty where getPeerCertificate(true) gives %s', (_, detailed) => {
    expect(chainOf(detailed)).toEqual([]);
  });

  it('is empty for an end entity that is its own issuer', () => {
    const ring: Record<string, unknown> = { raw: leaf };
    ring.issuerCertificate = ring;
    expect(chainOf(ring)).toEqual([]);
  });

  it('ends where the list closes to a ring', () => {
    const self: Record<string, unknown> = { raw: Uint8Array.of(7) };
    self.issuerCertificate = self;
    expect(chainOf(linked([leaf, Uint8Array.of(6)], self))).toEqual([Uint8Array.of(6), Uint8Array.of(7)]);
    const first: Record<string, unknown> = { raw: leaf };
    first.issuerCertificate = { raw: Uint8Array.of(5), issuerCertificate: first };
    expect(chainOf(first)).toEqual([Uint8Array.of(5)]);
  });

  it('holds sixteen certificates at most', () => {
    const [, ...issuers] = raws(18);
    expect(chainOf(linked([leaf, ...issuers.slice(0, 16)]))).toHaveLength(16);
    expect(chainOf(linked([leaf, ...issuers]))).toEqual(issuers.slice(0, 16));
  });

  it('ends at the first certificate without raw', () => {
    expect(chainOf(linked([leaf, Uint8Array.of(1), undefined, Uint8Array.of(2)]))).toEqual([Uint8Array.of(1)]);
  });
});
