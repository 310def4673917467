import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, type TLSSocket, type TlsOptions } from 'node:tls';
import { createVerifier, Guard, serverTls } from '@peercert/core';
import { afterEach, describe, expect, test } from 'vitest';
import { alice, asking, root } from '../support/cast.js';

/**
 * In a renegotiation of TLS 1.2 a server sees the certificate that a client sends before the client has proven that it holds the key: so none is begun, and of a
 * connection that began one all the same nothing is read.
 */
const silent = (): void => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const verifier = createVerifier({ trust: root.certificate, logger });
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Whether the client could renegotiate, and what the guard says once it has tried, or its connection has ended over it. */
async function decidedAfterRenegotiation(
  options: TlsOptions,
  prepare: (server: Server, guard: Guard) => void,
): Promise<{ isDone: boolean; answer: string }> {
  const guard = new Guard({ verifier });
  let isOver = false;
  const server = createServer(options);
  servers.push(server);
  prepare(server, guard);
  const decided = new Promise<string>((resolve) => {
    server.on('request', async (request) => {
      const socket = request.socket as TLSSocket & { _handle: { handshakes: number } | null };
      while (!socket.destroyed && socket._handle?.handshakes === 0 && !isOver) await new Promise((next) => setTimeout(next, 5));
      const decision = await guard.decide(request);
      resolve(decision.ok ? `in as ${decision.identity?.subject.dn}` : decision.refusal.code);
    });
  });
  server.on('tlsClientError', silent);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion: 'TLSv1.2', ...alice.tls });
  client.on('error', silent);
  await once(client, 'secureConnect');
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  // OpenSSL 3.5 has a server go on as if nothing had been asked, and tells the client nothing.
  const patience = setTimeout(() => (isOver = true), 1_000);
  let isDone = false;
  client.renegotiate({ rejectUnauthorized: false }, (error) => {
    isDone = error === null;
  });
  // A client whose renegotiation is not answered may never send its request.
  const answer = await Promise.race([decided, new Promise<string>((resolve) => setTimeout(resolve, 3_000, 'no request came'))]);
  clearTimeout(patience);
  client.destroy();
  return { isDone, answer };
}

/** The connection ends, or is refused, or goes on as whoever proved its key in the first handshake. */
const refusedOrAsBefore = /^(?:PEERCERT_CONNECTION_CLOSED|PEERCERT_CERTIFICATE_MISSING|no request came|in as OU=payments,CN=alice)$/;
const nowhere = { isDone: false, answer: expect.stringMatching(refusedOrAsBefore) };

describe('a client that renegotiates', () => {
  test('gets nowhere with a server that serverTls made', async () => {
    const tls = serverTls(verifier, { key: asking.key as string, cert: asking.cert as string, allowSessionResumption: true });
    expect(await decidedAfterRenegotiation(tls.options, silent)).toEqual(nowhere);
  });

  test('gets nowhere with any server that a guard has met', async () => {
    const decided = decidedAfterRenegotiation(asking, (server, guard) => guard.check(server));
    expect(await decided).toEqual(nowhere);
  });

  test('has no certificate where no guard has met the server yet', async () => {
    // By then the first handshake of it is over, and whether the second one ends well makes no difference.
    expect((await decidedAfterRenegotiation(asking, silent)).answer).toBe('PEERCERT_CERTIFICATE_MISSING');
  });
});
