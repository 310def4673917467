import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { type Cell, clientNames, expectations, handshakes, type Played, playMatrix, versions } from './matrix.js';
import { connectionsPage } from './page.js';

/** Every way to a server, with every kind of client: who gets in is the same on all of them. */
const page = new URL('../../docs/connections.md', import.meta.url);
let played: Played;

beforeAll(async () => {
  played = await playMatrix();
});

const where = ({ kind, transport, version, handshake, client }: Cell): string => [kind, transport, version, handshake, client].join(', ');

test('every cell says what its client deserves', () => {
  const wrong = played.cells.flatMap((cell) => {
    const { client, handshake, transport, said } = cell;
    const code = expectations[client][handshake];
    const expected = code === null ? `${transport === 'WebSocket' ? 101 : 200} alice` : `403 ${code}`;
    return said === expected ? [] : [`${where(cell)}: ${said} instead of ${expected}`];
  });
  expect(wrong).toEqual([]);
});

test('no handler was ever called for anybody but the good client', () => {
  expect(played.handled).toEqual(['/pay alice']);
});

test('every cell was played over its version of TLS, and resumed exactly where it says so', () => {
  const wrong = played.cells.filter(
    ({ version, protocol, handshake, isResumed }) => protocol !== version || isResumed !== (handshake === 'resumed'),
  );
  expect(wrong.map(where)).toEqual([]);
});

test('no cell is missing: for every transport that a server has, every client by every handshake', () => {
  const ways = new Set(played.cells.map(({ kind, transport }) => `${kind}, ${transport}`));
  expect(ways.size).toBe(13);
  expect(new Set(played.cells.map(where)).size).toBe(ways.size * versions.length * handshakes.length * clientNames.length);
  expect(played.cells.length).toBe(312);
});

test('a transport that a server has not is refused in the handshake, whoever the client is', () => {
  const overTls = played.impossible.filter(({ kind }) => kind !== 'Express with http2');
  expect(overTls.map(({ kind, transport, said }) => `${kind}, ${transport}: ${said.join()}`)).toEqual([
    'Fastify, HTTP/2: ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    'Fastify with http2, HTTP/1.1: ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    'Fastify with http2, WebSocket: ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    'Express, HTTP/2: ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    'node:https, HTTP/2: ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
  ]);
});

test('Express on a server of node:http2 is refused before it listens', () => {
  const [refused] = played.impossible.filter(({ kind }) => kind === 'Express with http2');
  expect(refused?.said).toEqual([expect.stringMatching(/^server: is of node:http2, and Express does not work over HTTP\/2/)]);
});

test('docs/connections.md is what was observed (PEERCERT_WRITE_DOCS=true writes it)', () => {
  if (process.env.PEERCERT_WRITE_DOCS === 'true') writeFileSync(page, connectionsPage(played));
  expect(readFileSync(page, 'utf8')).toBe(connectionsPage(played));
});
