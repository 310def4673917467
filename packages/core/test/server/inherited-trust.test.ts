import { createServer, type Server, type ServerOptions } from 'node:https';
import { createSecureContext } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { createVerifier } from '../../src/verifier/index.js';
import { client, LogRecord, root } from '../verifier/fakes.js';
import { pem, serverCredentials } from './credentials.js';
import { answering, Connection, closeAll, get, listen, presenting } from './sockets.js';

const credentials = serverCredentials();
const [ca, other] = [root(), root('Other')];
const alice = presenting(client(ca));

afterEach(closeAll);

async function serve(
  options: ServerOptions,
  prepare: (server: Server) => void = () => undefined,
): Promise<{ port: number; server: Server; logger: LogRecord }> {
  const logger = new LogRecord();
  const verifier = createVerifier({ logger, closeAfterSeconds: 0 });
  const server = createServer({ ...credentials, rejectUnauthorized: false, ...options }, answering({ verifier }));
  prepare(server);
  return { port: await listen(server), server, logger };
}

describe('a guard without trust of its own, at a server', () => {
  it('that has ca and asks for certificates, trusts that ca', async () => {
    const { port, logger } = await serve({ ca: pem(ca.der), requestCert: true });
    expect(await get(port, alice)).toMatchObject({ who: 'CN=alice', authorized: true });
    expect((await get(port, presenting(client(other)))).who).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect((await get(port)).who).toBe('PEERCERT_CERTIFICATE_MISSING');
    expect(logger.of('info').filter((message) => message.startsWith('trust taken'))).toEqual([
      "trust taken from the TLS server's ca: CN=Root",
    ]);
  });

  it.each([
    ['does not ask', { ca: pem(ca.der) }],
    ['has no ca', { requestCert: true }],
    [
      'chooses contexts by a callback',
      { ca: pem(ca.der), requestCert: true, SNICallback: (_name: string, done: (error: null) => void) => done(null) },
    ],
  ])('that %s, refuses everybody', async (_, options) => {
    const { port } = await serve(options as ServerOptions);
    expect((await get(port, alice)).who).toBe('PEERCERT_TRUST_NOT_CONFIGURED');
  });

  it('that has a context for any server name, refuses everybody, whatever name they ask for', async () => {
    const { port } = await serve({ ca: pem(ca.der), requestCert: true }, (server) => {
      server.addContext('other.test', createSecureContext({ ...credentials, ca: pem(other.der) }));
    });
    for (const servername of ['localhost', 'other.test']) {
      expect((await get(port, { ...alice, servername })).who).toBe('PEERCERT_TRUST_NOT_CONFIGURED');
    }
  });

  it('whose ca is replaced, trusts the new one at once, on connections that are open too', async () => {
    const { port, server } = await serve({ ca: pem(ca.der), requestCert: true });
    const open = await Connection.open(port, alice);
    expect((await open.get()).who).toBe('CN=alice');
    server.setSecureContext({ ...credentials, ca: pem(other.der) });
    expect(await open.get()).toMatchObject({ who: 'PEERCERT_ISSUER_UNKNOWN', authorized: true });
    expect((await get(port, alice)).who).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect((await get(port, presenting(client(other, 'bob')))).who).toBe('CN=bob');
  });

  it('whose ca is lost when its context is replaced, trusts nobody', async () => {
    const { port, server } = await serve({ ca: pem(ca.der), requestCert: true });
    const open = await Connection.open(port, alice);
    expect((await open.get()).who).toBe('CN=alice');
    server.setSecureContext(credentials);
    expect((await open.get()).who).toBe('PEERCERT_TRUST_NOT_CONFIGURED');
  });

  it.each([
    ['replaced', { ...credentials, ca: pem(other.der) }],
    ['lost', credentials],
  ])('whose ca is %s, ends connections that are open and ask for nothing', async (_, context) => {
    const { port, server } = await serve({ ca: pem(ca.der), requestCert: true });
    const idle = await Connection.open(port, alice);
    expect((await idle.get()).who).toBe('CN=alice');
    const closed = new Promise((resolve) => idle.socket.once('close', resolve));
    server.setSecureContext(context);
    // Whoever asks first must not hide the news from those who do not.
    await get(port, alice);
    await closed;
  });
});
