import { once } from 'node:events';
import websocket from '@fastify/websocket';
import { expect, it } from 'vitest';
import { ask, oneConnection, type Upgraded, upgrade } from '../../../test/support/ask.js';
import { alice, bob, trusting } from '../../../test/support/cast.js';
import { mtls } from '../src/index.js';
import { listening, makeApp, plugin } from './support/apps.js';

/** RFC 6455, section 5.5.1: Close, with the status 1008. */
const closeFrame = '880203f0';

async function heardUntilClosed({ socket }: Upgraded): Promise<string> {
  const heard: Buffer[] = [];
  socket?.on('data', (bytes: Buffer) => heard.push(bytes)).on('error', () => undefined);
  await once(socket as NonNullable<typeof socket>, 'close');
  return Buffer.concat(heard).toString('hex');
}

it('a WebSocket of @fastify/websocket is closed when its certificate is denied, once however many guards let it in', async () => {
  const { app } = makeApp();
  await app.register(websocket);
  await app.register(mtls, { ...trusting, closeAfterSeconds: 0.2 });
  const { verifier } = app.mtls;
  await app.register(
    plugin(async (inner) => {
      await inner.register(mtls, { verifier });
      inner.get('/ws', { websocket: true }, (socket) => void socket.on('message', (message) => socket.send(String(message))));
    }),
  );
  const port = await listening(app);
  const [opened, other] = [await upgrade(port, { path: '/ws', client: alice }), await upgrade(port, { path: '/ws', client: bob })];
  expect([opened.status, other.status]).toEqual([101, 101]);
  const heard = heardUntilClosed(opened);
  verifier.deny(alice.certificate);
  expect(await heard).toBe(closeFrame);
  expect(other.socket?.destroyed).toBe(false);
  other.socket?.destroy();
});

it('a request on an open connection is refused when its certificate is denied, and let in when that is taken back', async () => {
  const { app } = makeApp();
  await app.register(mtls, trusting);
  app.get('/', async () => 'welcome');
  const port = await listening(app);
  const agent = oneConnection(alice);
  const { verifier } = app.mtls;
  expect(await ask(port, { agent })).toMatchObject({ status: 200 });
  expect([verifier.deny(alice.certificate), verifier.deny(alice.certificate)]).toEqual([true, false]);
  const refused = await ask(port, { agent });
  expect(refused).toMatchObject({ status: 403 });
  expect(JSON.parse(refused.body)).toMatchObject({ code: 'PEERCERT_CERTIFICATE_REVOKED' });
  expect([verifier.undeny(alice.certificate), verifier.undeny(alice.certificate)]).toEqual([true, false]);
  expect(await ask(port, { agent })).toMatchObject({ status: 200 });
  agent.destroy();
});
