import { expect, it } from 'vitest';
import { ask, json } from '../../../test/support/ask.js';
import { alice, asking, root, trusting } from '../../../test/support/cast.js';
import { createVerifier, mtls, serverTls, type Verifier } from '../src/index.js';
import { listening, makeApp, plugin } from './support/apps.js';

const said = async (verifier: Verifier): Promise<string> => {
  const outcome = await verifier.verify([alice.x509.raw]);
  return outcome.ok ? 'accepted' : outcome.refusal.code;
};

it('app.close() closes the verifiers that were made here, nested ones included, and none that was given', async () => {
  const given = createVerifier({ trust: root.certificate });
  const tls = serverTls(given, { key: asking.key as string, cert: asking.cert as string });
  const { app } = makeApp();
  await app.register(mtls, trusting);
  const made = [app.mtls.verifier];
  for (const options of [trusting, { verifier: given }, { tls }]) {
    await app.register(
      plugin(async (inner) => {
        await inner.register(mtls, options);
        made.push(inner.mtls.verifier);
      }),
    );
  }
  await app.ready();
  expect(await Promise.all(made.map(said))).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
  await app.close();
  expect(await Promise.all(made.map(said))).toEqual(['PEERCERT_NOT_READY', 'PEERCERT_NOT_READY', 'accepted', 'accepted']);
  await given.close();
});

it('a request that app.close() finds under way is answered first', async () => {
  const { app } = makeApp({ forceCloseConnections: false });
  await app.register(mtls, trusting);
  let closed: Promise<unknown> | undefined;
  app.get('/', async (request) => {
    closed = app.close();
    await new Promise(setImmediate);
    return { CN: request.clientIdentity?.subject.attributes.CN, verifier: await said(app.mtls.verifier) };
  });
  const answer = await ask(await listening(app), { client: alice });
  expect(json(answer)).toEqual({ CN: ['alice'], verifier: 'accepted' });
  await closed;
  expect(await said(app.mtls.verifier)).toBe('PEERCERT_NOT_READY');
});
