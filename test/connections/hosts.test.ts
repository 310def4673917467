import type { Server as TlsServer } from 'node:tls';
import { createVerifier } from '@peercert/core';
import { serverTls } from '@peercert/express';
import { createTestKit } from '@peercert/pki/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { askOnce, type Transport, transports } from './clients.js';
import { type ServerKind, type Site, startSite } from './servers.js';

/** Requests for another host than their connection is for (RFC 9110, section 15.5.20), on every kind of server. */
const kit = await createTestKit();
const silent = (): void => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const verifier = createVerifier({ trust: kit.trust, logger });
const { options } = serverTls(verifier, { key: kit.https.key, cert: kit.https.cert });
const sites: Site[] = [];

afterAll(async () => {
  await Promise.all(sites.map((site) => site.close()));
  await verifier.close();
});

const offered: readonly [ServerKind, readonly Transport[]][] = [
  ['Fastify with http2 and allowHTTP1', transports],
  ['Express', ['HTTP/1.1', 'WebSocket']],
  ['node:http2 with allowHTTP1', transports],
];

async function start(kind: ServerKind): Promise<Site> {
  const site = await startSite(kind, verifier, options);
  sites.push(site);
  return site;
}

describe.each(offered)('%s', (kind, ways) => {
  test('with a context for each of two names, refuses the one on connections of the other, whoever asks, and calls no handler', async () => {
    const site = await start(kind);
    for (const name of ['staff.example', 'partners.example']) (site.server as TlsServer).addContext(name, options);
    for (const way of ways) {
      for (const client of [kit.clients.alice.tls, {}]) {
        const { said } = await askOnce(way, site.port, '/pay', { ...client, servername: 'staff.example' }, 'partners.example');
        expect([way, said]).toEqual([way, '421 PEERCERT_MISDIRECTED']);
      }
    }
    expect(site.handled).toEqual([]);
    for (const way of ways) {
      const { said } = await askOnce(way, site.port, '/pay', { ...kit.clients.alice.tls, servername: 'partners.example' });
      expect([way, said]).toEqual([way, way === 'WebSocket' ? '101 alice' : '200 alice']);
    }
  });

  test('without contexts, answers to any name on any connection', async () => {
    const { port } = await start(kind);
    for (const way of ways) {
      const { said } = await askOnce(way, port, '/pay', { ...kit.clients.alice.tls, servername: 'staff.example' }, 'partners.example');
      expect([way, said]).toEqual([way, way === 'WebSocket' ? '101 alice' : '200 alice']);
    }
  });
});
