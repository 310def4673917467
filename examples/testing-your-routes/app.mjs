// The application without its certificates: server.mjs takes them from files, app.test.mjs from a test kit.
import { mtls } from '@peercert/fastify';
import Fastify from 'fastify';

/** Routes behind the guard; `guard` goes to `mtls`, all the rest to Fastify. */
export async function createApp({ guard, ...options }) {
  const app = Fastify(options);
  await app.register(mtls, guard);

  app.get('/', async (request) => ({ hello: request.clientIdentity?.subject.attributes.CN }));

  // Only for payments …
  const payments = { subject: { OU: 'payments' } };
  app.post('/pay', { config: { mtls: payments } }, async (request) => ({ paid: request.body }));

  // … and for one's own mailbox, which the handler compares by itself.
  app.get('/mail/:mailbox', async (request, reply) => {
    const { mailbox } = /** @type {{ mailbox: string }} */ (request.params);
    const own = request.clientIdentity?.subjectAltName.email ?? [];
    return own.includes(mailbox) ? { mails: [] } : reply.code(404).send({ error: 'no such mailbox' });
  });

  app.get('/health', { config: { mtls: false } }, async () => ({ ok: true }));
  return app;
}
