import { type IncomingMessage, request as requestPlain } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestKit } from '@peercert/pki/testing';
import { get } from '../../support/client.js';
import { shown } from './play.js';

/** Asks through a proxy that ends TLS: it sees alice's certificate, and the service behind it, which it asks by this protocol, does not. */
export async function throughProxy(kit: TestKit, port: number, protocol: 'http' | 'https'): Promise<string> {
  const proxy = createServer({ ...kit.https }, (incoming, outgoing) => {
    const options = { host: '127.0.0.1', port, path: incoming.url, rejectUnauthorized: false, agent: false as const };
    const handOn = (answer: IncomingMessage): void => {
      outgoing.writeHead(answer.statusCode ?? 0);
      answer.pipe(outgoing);
    };
    (protocol === 'https' ? request(options, handOn) : requestPlain(options, handOn)).end();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  try {
    const { status, body } = await get((proxy.address() as AddressInfo).port, '/', kit.clients.alice.tls);
    return shown(status, body);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
}
