import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority } from '@peercert/pki';
import { afterAll, expect, test } from 'vitest';
import { needs } from '../support/programs.js';
import { SClient } from '../support/s-client.js';

/** A cluster whose workers share ticket keys, so that each resumes what another began; one has read newer files than the other. */
const program = `
  import cluster from 'node:cluster';
  import { createServer } from 'node:https';
  import { createVerifier, Guard, serverTls } from '@peercert/core';
  const { key, cert, ticketKeys, workers } = JSON.parse(process.env.SETUP);
  if (cluster.isPrimary) {
    const ports = workers.map(async (trust, index) => {
      const worker = cluster.fork({ TRUST: JSON.stringify(trust) });
      const [port] = await new Promise((resolve) => worker.once('message', (...args) => resolve(args)));
      return port;
    });
    process.send(await Promise.all(ports));
    process.on('disconnect', () => {
      for (const worker of Object.values(cluster.workers)) worker.process.kill();
      process.exit();
    });
  } else {
    const silent = () => undefined;
    const verifier = createVerifier({ trust: JSON.parse(process.env.TRUST), logger: { debug: silent, info: silent, warn: silent, error: silent } });
    const tls = serverTls(verifier, { key, cert, allowSessionResumption: true });
    const guard = new Guard({ verifier, tls });
    const own = { ticketKeys: Buffer.from(ticketKeys, 'hex'), sessionIdContext: 'fleet' };
    const server = createServer({ ...tls.options, ...own }, async (request, response) => {
      const decision = await guard.decide(request);
      const { authorized } = request.socket;
      response.setHeader('connection', 'close');
      response.end(JSON.stringify({ who: decision.ok ? String(decision.identity) : decision.refusal.code, resumed: request.socket.isSessionReused(), authorized }));
    });
    guard.check(server);
    // A port for each worker, rather than one that they share.
    server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => process.send(server.address().port));
  }
`;

const openssl = new SClient();
const folder = mkdtempSync(join(import.meta.dirname, '.cluster-'));
afterAll(() => {
  openssl.remove();
  rmSync(folder, { recursive: true, force: true });
});

needs('openssl')('workers of a cluster that share ticket keys', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'resume each other’s sessions over %s, and each verifies them by what it trusts itself',
    async (version) => {
      const root = await createAuthority({ subject: { CN: 'Root' } });
      const other = await createAuthority({ subject: { CN: 'Other' } });
      const { tls } = await root.issueServer({ dns: 'localhost' });
      const [alice, bob] = [await root.issueClient({ subject: { CN: 'alice' } }), await other.issueClient({ subject: { CN: 'bob' } })];
      writeFileSync(join(folder, 'cluster.mjs'), program);
      const workers = [[root.certificate, other.certificate], [root.certificate]];
      const setup = { key: tls.key, cert: tls.cert, ticketKeys: '07'.repeat(48), workers };
      const primary = fork(join(folder, 'cluster.mjs'), { env: { ...process.env, SETUP: JSON.stringify(setup) } });
      const [[first, second]] = (await once(primary, 'message')) as [[number, number]];
      try {
        for (const [client, name, later] of [
          [alice, 'CN=alice', 'CN=alice'],
          [bob, 'CN=bob', 'PEERCERT_CHAIN_INCOMPLETE'],
        ] as const) {
          const session = openssl.session();
          const begun = await openssl.ask(first, { client: client.tls, version, sessionOut: session });
          expect(begun.json).toMatchObject({ who: name, resumed: false });
          const resumed = await openssl.ask(second, { version, sessionIn: session });
          expect(resumed.json).toMatchObject({ who: later, resumed: true, authorized: true });
        }
      } finally {
        primary.disconnect();
        await once(primary, 'exit');
      }
    },
  );
});
