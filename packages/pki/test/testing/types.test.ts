import type { RefusalCode } from '@peercert/core';
import Fastify from 'fastify';
import { expectTypeOf, test } from 'vitest';
import { type ClientName, createTestKit, inject, type TestClient } from '../../src/testing/index.js';

/** Read by the compiler; what runs is the least of it. */
test('names, codes and applications are typed', async () => {
  const kit = await createTestKit();
  expectTypeOf(kit.clients.alice.code).toEqualTypeOf<null>();
  expectTypeOf(kit.clients.expired.code).toEqualTypeOf<RefusalCode>();
  expectTypeOf(kit.broken).toEqualTypeOf<readonly TestClient<RefusalCode>[]>();
  expectTypeOf<ClientName>().toExtend<string>();
  // @ts-expect-error There is no such client.
  expectTypeOf(kit.clients.bob).toBeAny();

  const ask = () => [
    inject(Fastify({ logger: false }), { client: kit.clients.alice, url: '/' }),
    inject(Fastify({ https: kit.https }), { client: kit.root, url: '/' }),
    inject(Fastify({ http2: true, https: kit.https }), { client: null, url: '/' }),
    kit.request((_request, response) => void response.end(), { client: kit.clients.alice }),
    // @ts-expect-error A client that the kit does not have is undefined.
    inject(Fastify(), { client: undefined, url: '/' }),
    // @ts-expect-error An option that nobody reads.
    inject(Fastify(), { clinet: null, url: '/' }),
    // @ts-expect-error A Fastify application is no request handler.
    kit.request(Fastify()),
  ];
  expectTypeOf(ask).toBeFunction();
});
