import { createServer as createHttpServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors/index.js';
import { Guard } from '../../src/guard/index.js';
import { createVerifier } from '../../src/verifier/index.js';
import { LogRecord, root } from '../verifier/fakes.js';

const ca = root();

function setUp(attach: (server: object) => void = () => undefined) {
  const logger = new LogRecord();
  const verifier = createVerifier({ trust: ca.der, logger });
  return { logger, guard: new Guard({ verifier, tls: { verifier, attach } }) };
}

describe('guard.check throws', () => {
  it.each([[undefined], [false], [1], ['true']])('for TLS servers whose requestCert is %o', (requestCert) => {
    const options = { requestCert } as ServerOptions;
    for (const server of [createHttpsServer(options), createSecureServer(options), createTlsServer(options)]) {
      const { guard } = setUp();
      expect(() => guard.check(server)).toThrow(ConfigurationError);
      expect(() => guard.check(server)).toThrow(
        /^requestCert: is .*, so the server asks no client for a certificate; create the server with serverTls/,
      );
    }
  });

  it('for one whose requestCert was set to something else later', () => {
    for (const requestCert of [1, 'true', undefined]) {
      const server = Object.assign(createHttpsServer({ requestCert: true }), { requestCert });
      expect(() => setUp().guard.check(server)).toThrow(/^requestCert: is /);
    }
  });

  it('what attaching the tls throws', () => {
    const { guard } = setUp(() => {
      throw new ConfigurationError('requestCert', 'is false');
    });
    expect(() => guard.check(createHttpServer())).toThrow('requestCert: is false');
  });
});

describe('guard.check', () => {
  it('says nothing of a server that asks for certificates, and attaches the tls', () => {
    const attached: object[] = [];
    const { guard, logger } = setUp((server) => attached.push(server));
    const server = createHttpsServer({ requestCert: true, rejectUnauthorized: false });
    guard.check(server);
    expect(attached).toContain(server);
    expect(logger.lines).toEqual([]);
  });

  it('warns of a server without TLS, once a call', () => {
    const { guard, logger } = setUp();
    guard.check(createHttpServer());
    expect(logger.of('warn')).toEqual([
      'this server has no TLS: every request that needs a client certificate is refused with PEERCERT_NOT_TLS',
    ]);
  });
});

describe('guard.protect', () => {
  it('never throws: what cannot be attached is logged, once', () => {
    const { guard, logger } = setUp(() => {
      throw new ConfigurationError('requestCert', 'is false');
    });
    const server = createHttpsServer({});
    guard.protect(server);
    guard.protect(server);
    expect(logger.of('error')).toEqual(['serverTls could not be attached: requestCert: is false']);
  });

  it('attaches once, however often it is called', () => {
    let attached = 0;
    const { guard } = setUp(() => {
      attached += 1;
    });
    const server = createHttpServer();
    for (let count = 0; count < 3; count++) guard.protect(server);
    expect(attached).toBe(1);
  });

  it('takes anything for a server', () => {
    const { guard, logger } = setUp();
    for (const server of [{}, Object.create(null), () => undefined]) guard.protect(server);
    expect(logger.lines).toEqual([]);
  });
});
