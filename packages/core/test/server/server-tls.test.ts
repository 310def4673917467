import { constants } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer, type ServerOptions } from 'node:https';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors/index.js';
import { serverTls } from '../../src/server/index.js';
import { createVerifier } from '../../src/verifier/index.js';
import { testKey } from '../support/certificate-builder.js';
import { intermediate, root } from '../verifier/fakes.js';
import { pem, serverCredentials, verifierOf } from './credentials.js';

const credentials = serverCredentials();
const [ca, other] = [root(), root('Other')];
const { verifier } = verifierOf(ca);

describe('the options of serverTls', () => {
  it('ask each client for a certificate, and leave the decision to the guard', () => {
    const { options, verifier: same } = serverTls(verifier, credentials);
    expect(same).toBe(verifier);
    expect(options).toEqual({
      key: Buffer.from(credentials.key),
      cert: Buffer.from(credentials.cert),
      minVersion: 'TLSv1.2',
      requestCert: true,
      rejectUnauthorized: false,
      ca: [pem(ca.der)],
      sessionIdContext: expect.stringMatching(/^[0-9a-f]{32}$/),
      secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    });
    expect(Object.isFrozen(options)).toBe(true);
  });

  it('are what was asked for', () => {
    const asked = {
      minVersion: 'TLSv1.3',
      ciphers: 'TLS_AES_128_GCM_SHA256',
      ALPNProtocols: ['h2', 'http/1.1'],
      rejectUnauthorized: true,
    } as const;
    const { options } = serverTls(verifier, { ...credentials, ...asked, ALPNProtocols: [...asked.ALPNProtocols] });
    expect(options).toMatchObject(asked);
    expect(options.requestCert).toBe(true);
  });

  it('allow no session to be resumed unless told', () => {
    expect(serverTls(verifier, { ...credentials, allowSessionResumption: false }).options.secureOptions).toBe(
      constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    );
    expect(serverTls(verifier, { ...credentials, allowSessionResumption: true }).options.secureOptions).toBe(
      constants.SSL_OP_NO_RENEGOTIATION,
    );
  });

  it('hold anchors and intermediates of all trust sets as ca, each once', () => {
    const sub = intermediate(ca);
    const several = createVerifier({ trust: [sub.der, ca.der], trustSets: { partners: [other.der, ca.der] } });
    const { options } = serverTls(several, credentials);
    expect([...(options.ca as string[])].sort()).toEqual([pem(ca.der), pem(other.der), pem(sub.der)].sort());
  });

  it('hold no ca at all with caHints none: an empty list, for without one Node.js would take the public roots', () => {
    expect(serverTls(verifier, { ...credentials, caHints: 'none' }).options.ca).toEqual([]);
  });

  it('have a session context for each trust', () => {
    const contextOf = (...authorities: (typeof ca)[]): unknown =>
      serverTls(verifierOf(...authorities).verifier, credentials).options.sessionIdContext;
    expect(contextOf(ca)).toBe(contextOf(ca));
    expect(new Set([contextOf(ca), contextOf(other), contextOf(ca, other)]).size).toBe(3);
    const named = (...sets: string[]): unknown =>
      serverTls(createVerifier({ trustSets: Object.fromEntries(sets.map((name) => [name, ca.der])) }), credentials).options
        .sessionIdContext;
    expect(named('a')).not.toBe(named('b'));
    const ruled = (depth: number): unknown => serverTls(createVerifier({ trust: ca.der, depth }), credentials).options.sessionIdContext;
    expect(ruled(1)).not.toBe(ruled(2));
  });
});

describe('the hints of serverTls', () => {
  const long = (letter: string, length: number, serialNumber = 1) =>
    root({ O: letter.repeat(length) }, { key: testKey('ec', 'long'), serialNumber });

  it('are refused above 48 KB of names, with what helps', () => {
    const { verifier: large } = verifierOf(long('a', 25_000), long('b', 25_000));
    expect(() => serverTls(large, credentials)).toThrow(ConfigurationError);
    expect(() => serverTls(large, credentials)).toThrow(
      /^caHints: the names of 2 authorities take 50\d\d\d bytes of a handshake, more than the 49152 that are safe; set caHints: 'none', or trust fewer$/,
    );
    expect(serverTls(large, { ...credentials, caHints: 'none' }).options.ca).toEqual([]);
  });

  it('are counted as Node.js tells them: a name that two certificates share twice', () => {
    const { verifier: large } = verifierOf(long('a', 25_000, 1), long('a', 25_000, 2));
    expect(() => serverTls(large, credentials)).toThrow(/^caHints: the names of 2 authorities/);
  });

  it('are fine up to there', () => {
    const { verifier: large } = verifierOf(long('a', 24_000), long('b', 25_000));
    expect(serverTls(large, credentials).options.ca).toHaveLength(2);
  });
});

describe('attach', () => {
  it.each([[undefined], [false]])('throws for TLS servers whose requestCert is %o', (requestCert) => {
    const tls = serverTls(verifier, credentials);
    const options = { ...tls.options, requestCert } as ServerOptions;
    for (const server of [createServer(options), createSecureServer(options)]) {
      expect(() => tls.attach(server)).toThrow(ConfigurationError);
      // Nothing of it is left: the second time is as the first.
      expect(() => tls.attach(server)).toThrow(/^requestCert: is/);
    }
  });

  it('warns of a server without TLS, once', () => {
    const { verifier: mine, logger } = verifierOf();
    const tls = serverTls(mine, credentials);
    const server = createHttpServer();
    tls.attach(server);
    tls.attach(server);
    expect(logger.of('warn')).toEqual([expect.stringContaining('this server has no TLS')]);
  });

  it('does its work once, however often it is called', () => {
    const tls = serverTls(verifier, credentials);
    const server = createServer(tls.options);
    tls.attach(server);
    const [emit, listeners] = [server.emit, server.listenerCount('tlsClientError')];
    tls.attach(server);
    expect(server.emit).toBe(emit);
    expect(server.listenerCount('tlsClientError')).toBe(listeners);
  });

  it('has unguarded upgrades destroyed', () => {
    const tls = serverTls(verifier, credentials);
    const server = createServer(tls.options);
    const { emit } = server;
    tls.attach(server);
    expect(server.emit).not.toBe(emit);
  });
});
