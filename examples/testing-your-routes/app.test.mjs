// Run it with `node --test`. No files and, but for the last test, no sockets.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createTestKit, inject } from '@peercert/pki/testing';
import { createApp } from './app.mjs';

const kit = await createTestKit();
const { alice, otherDepartment } = kit.clients;

const app = await createApp({ guard: { trust: kit.trust } });
after(() => app.close());

describe('POST /pay', () => {
  const pay = (client) => inject(app, { client, method: 'POST', url: '/pay', payload: { amount: 3 } });

  test('pays for payments', async () => {
    const answer = await pay(alice);
    assert.equal(answer.statusCode, 200);
    assert.deepEqual(answer.json(), { paid: { amount: 3 } });
  });

  test('refuses another department', async () => {
    const answer = await pay(otherDepartment);
    assert.equal(answer.statusCode, 403);
    assert.equal(answer.json().code, 'PEERCERT_POLICY_MISMATCH');
  });

  test('refuses a client without a certificate', async () => {
    assert.equal((await pay(null)).json().code, 'PEERCERT_CERTIFICATE_MISSING');
  });

  for (const client of kit.broken) {
    test(`refuses ${client.name}: ${client.why}`, async () => {
      assert.equal((await pay(client)).json().code, client.code);
    });
  }
});

describe('GET /mail/:mailbox', () => {
  test("opens a client's own mailbox and nobody else's", async () => {
    assert.equal((await inject(app, { client: alice, url: '/mail/alice@example.com' })).statusCode, 200);
    assert.equal((await inject(app, { client: otherDepartment, url: '/mail/alice@example.com' })).statusCode, 404);
  });

  test('opens the mailbox of a client that is made for this test', async () => {
    const dave = await kit.root.issueClient({ subject: { CN: 'dave' }, subjectAltName: { email: 'dave@example.com' } });
    assert.equal((await inject(app, { client: dave, url: '/mail/dave@example.com' })).statusCode, 200);
  });
});

test('GET /health answers everyone', async () => {
  assert.deepEqual((await inject(app, { client: null, url: '/health' })).json(), { ok: true });
});

test('a real connection gets the same answers', async () => {
  const server = await createApp({ https: kit.https, guard: { trust: kit.trust } });
  try {
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    assert.deepEqual(await (await kit.request(url, { client: alice })).json(), { hello: ['alice'] });
    assert.equal((await kit.request(url, { client: kit.clients.expired })).status, 403);
    assert.equal((await kit.request(url, { client: null })).status, 403);
  } finally {
    await server.close();
  }
});
