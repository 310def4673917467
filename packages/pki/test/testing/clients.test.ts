import type { AddressInfo } from 'node:net';
import { type RefusalCode, refusalCodes } from '@peercert/core';
import { mtls as expressMtls } from '@peercert/express';
import { mtls as fastifyMtls } from '@peercert/fastify';
import express, { type Express, type NextFunction, type Response as Reply, type Request } from 'express';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestKit, inject, type LoopbackServer, type TestClient } from '../../src/testing/index.js';

/** Each client, and what it gets: by a simulated connection, and over sockets of both frameworks. The same table for all three. */
const kit = await createTestKit();
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const mtls = { trust: kit.trust, logger: silent };

/** What a client is told. */
interface Told {
  readonly status: number;
  readonly code: RefusalCode | null;
  readonly CN: unknown;
}

type Ask = (client: TestClient | null, path: string) => Promise<Told>;

const withPolicy = Object.values(kit.clients as Record<string, TestClient>).filter(({ refusedBy }) => refusedBy !== undefined);

async function fastifyApp(https?: object): Promise<FastifyInstance> {
  const app = (https === undefined ? Fastify() : Fastify({ https, forceCloseConnections: true })) as unknown as FastifyInstance;
  await app.register(fastifyMtls, mtls);
  app.get('/', async ({ clientIdentity }) => ({ CN: clientIdentity?.subject.attributes.CN }));
  for (const { name, refusedBy } of withPolicy) app.get(`/${name}`, { config: { mtls: refusedBy ?? false } }, async () => ({}));
  return app;
}

function expressApp(): Express {
  const auth = expressMtls(mtls);
  const app = express();
  app.use(auth);
  app.get('/', ({ clientIdentity }, res) => void res.json({ CN: clientIdentity?.subject.attributes.CN }));
  for (const { name, refusedBy } of withPolicy)
    app.get(`/${name}`, auth.require(refusedBy ?? 'required'), (_req, res) => void res.json({}));
  app.use((error: { status?: number; code?: string }, _req: Request, res: Reply, _next: NextFunction) => {
    res.status(error.status ?? 500).json({ code: error.code });
  });
  return app;
}

let injected: FastifyInstance;
let listening: FastifyInstance;
let served: LoopbackServer;

beforeAll(async () => {
  injected = await fastifyApp();
  listening = await fastifyApp(kit.https);
  await listening.listen({ port: 0, host: '127.0.0.1' });
  served = await kit.serve(expressApp());
});
afterAll(async () => {
  await Promise.all([injected.close(), listening.close(), served.close()]);
});

const told = (status: number, { code = null, CN }: { code?: RefusalCode | null; CN?: unknown }): Told => ({ status, code, CN });
const ways: Record<string, Ask> = {
  'simulated in Fastify': async (client, path) => {
    const answer = await inject(injected, { client, url: path });
    return told(answer.statusCode, answer.json());
  },
  'over a socket to Fastify': async (client, path) => {
    const { port } = listening.server.address() as AddressInfo;
    const answer = await kit.request(`https://localhost:${port}`, { client, path });
    return told(answer.status, (await answer.json()) as object);
  },
  'over a socket to Express': async (client, path) => {
    const answer = await served.request({ client, path });
    return told(answer.status, (await answer.json()) as object);
  },
};

describe.each(Object.entries(ways))('%s', (_way, ask) => {
  test.each(kit.broken.map((client) => [client.name, client.code, client.why, client] as const))(
    '%s is refused with %s: %s',
    async (_name, code, _why, client) => {
      expect(await ask(client, '/')).toEqual({ status: refusalCodes[code].status, code, CN: undefined });
    },
  );

  test('nobody is refused with PEERCERT_CERTIFICATE_MISSING, not with NOT_TLS', async () => {
    expect(await ask(null, '/')).toEqual({ status: 403, code: 'PEERCERT_CERTIFICATE_MISSING', CN: undefined });
  });

  test.each(withPolicy.map((client) => [client.name, JSON.stringify(client.refusedBy), client] as const))(
    '%s is refused by the policy %s, to which alice fits',
    async (name, _policy, client) => {
      expect(await ask(client, `/${name}`)).toMatchObject({ status: 403, code: 'PEERCERT_POLICY_MISMATCH' });
      expect(await ask(kit.clients.alice, `/${name}`)).toMatchObject({ status: 200, code: null });
    },
  );

  const names = { otherDepartment: ['bob'], duplicatedName: ['alice', 'mallory'], revoked: ['carol'] } as Record<string, string[]>;
  test.each(kit.good.map((client) => [client.name, client.why, client] as const))('%s is accepted: %s', async (name, _why, client) => {
    expect(await ask(client, '/')).toEqual({ status: 200, code: null, CN: names[name] ?? ['alice'] });
  });

  test('missingIntermediate is refused also after its sister has presented another intermediate', async () => {
    expect(await ask(kit.clients.viaIntermediate, '/')).toMatchObject({ status: 200 });
    expect(await ask(kit.clients.missingIntermediate, '/')).toMatchObject({ code: 'PEERCERT_ISSUER_UNKNOWN' });
  });
});

test('the kit has a client for every fault that the certificate alone can have', () => {
  const ofCertificates = Object.keys(refusalCodes).filter((code) => !notOfCertificates.has(code));
  expect([...new Set(kit.broken.map(({ code }) => code))].sort()).toEqual(ofCertificates.sort());
});

/** Of the connection, the server, its options, or of more than one certificate. */
const notOfCertificates: ReadonlySet<string> = new Set([
  // Of what is known besides: lists, and the inputs of a trust set.
  'PEERCERT_CERTIFICATE_REVOKED',
  'PEERCERT_REVOCATION_UNKNOWN',
  'PEERCERT_NO_EXPLICIT_POLICY',
  'PEERCERT_CERTIFICATE_MISSING',
  'PEERCERT_CHAIN_INCOMPLETE',
  'PEERCERT_DEPTH_EXCEEDED',
  'PEERCERT_BUDGET_EXHAUSTED',
  'PEERCERT_POLICY_MISMATCH',
  'PEERCERT_POLICY_FAILED',
  'PEERCERT_POLICY_TIMED_OUT',
  'PEERCERT_NOT_TLS',
  'PEERCERT_NOT_REQUESTED',
  'PEERCERT_CONNECTION_CLOSED',
  'PEERCERT_MISDIRECTED',
  'PEERCERT_UPGRADE_UNGUARDED',
  'PEERCERT_TRUST_NOT_CONFIGURED',
  'PEERCERT_POLICY_INVALID',
  'PEERCERT_NOT_READY',
  'PEERCERT_INTERNAL',
]);

test('the server of kit.https names itself as localhost and 127.0.0.1, so that clients can check it', async () => {
  const { port } = listening.server.address() as AddressInfo;
  for (const host of ['localhost', '127.0.0.1']) {
    expect((await kit.request(`https://${host}:${port}/`, { client: kit.clients.alice })).status).toBe(200);
  }
});
