/**
 * A server in a process of its own, so that what it works can be told from what its clients work. Asked through IPC: `cpu` gives what it
 * worked so far, `memory` what it holds.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { createVerifier, serverTls, type Verifier } from '@peercert/core';
import { mtls as expressMtls } from '@peercert/express';
import { mtls as fastifyMtls } from '@peercert/fastify';
import Fastify, { type FastifyInstance } from 'fastify';
import { collectAll, cpu } from '../harness/cpu.js';

export interface ServerSetup {
  readonly host: 'node:https' | 'Fastify';
  /** Nothing; peercert; or what other middleware does at each request: reads the certificate and looks at a name. */
  readonly guard: 'bare' | 'peercert' | 'getPeerCertificate';
  /** Of the fixtures. */
  readonly folder: string;
}

export type ServerQuestion = 'cpu' | 'memory';

export interface ServerAnswer {
  /** Microseconds so far. */
  readonly cpu: number;
  /** Bytes on the heap and beside it. */
  readonly memory: number;
  readonly connections: number;
}

const setup = JSON.parse(process.argv[2] as string) as ServerSetup;
const read = (name: string): string => readFileSync(join(setup.folder, name), 'utf8');
const verifier = createVerifier({ trust: { ca: read('root.pem'), intermediates: read('issuing.pem') } });
// All have the same: what is compared is the guard, not options of TLS.
const tls = serverTls(verifier, { cert: read('server.pem'), key: read('server.key') });
const server = setup.host === 'Fastify' ? await startFastify(tls.options, verifier) : await startPlain(tls.options, verifier);
// Connections of which one request is asked now and then must stay.
server.keepAliveTimeout = 600_000;
server.headersTimeout = 610_000;

process.on('message', (question: ServerQuestion) => {
  if (question === 'cpu') return void process.send?.({ cpu: cpu(), memory: 0, connections: 0 } satisfies ServerAnswer);
  collectAll();
  const { heapUsed, external } = process.memoryUsage();
  server.getConnections((_, connections) => {
    const answer: ServerAnswer = { cpu: cpu(), memory: heapUsed + external, connections };
    process.send?.(answer);
  });
});
process.on('disconnect', () => process.exit());
process.send?.({ port: (server.address() as AddressInfo).port });

async function startPlain(options: TlsOptions, used: Verifier): Promise<Server> {
  const auth = expressMtls({ verifier: used });
  const answer = (response: { end(body: string): unknown }): unknown => response.end('ok');
  const handlers = {
    bare: createServer(options, (_, response) => void answer(response)),
    peercert: createServer(options, (request, response) =>
      auth(request, response, (error) => (error ? response.destroy() : answer(response))),
    ),
    getPeerCertificate: createServer(options, (request, response) => {
      if (isNamed(request.socket as TLSSocket)) answer(response);
      else response.destroy();
    }),
  };
  const made = handlers[setup.guard];
  if (setup.guard === 'peercert') auth.check(made);
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return made;
}

async function startFastify(options: TlsOptions, used: Verifier): Promise<Server> {
  const app = Fastify({ https: options }) as unknown as FastifyInstance;
  if (setup.guard === 'peercert') await app.register(fastifyMtls, { verifier: used });
  if (setup.guard === 'getPeerCertificate') {
    app.addHook('onRequest', (request, reply, done) => {
      if (isNamed(request.raw.socket as TLSSocket)) done();
      else reply.code(403).send();
    });
  }
  app.get('/', (_, reply) => {
    reply.send('ok');
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server as unknown as Server;
}

function isNamed(socket: TLSSocket): boolean {
  return socket.getPeerCertificate().subject.OU === 'payments';
}
