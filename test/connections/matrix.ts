import { createSecureServer } from 'node:http2';
import type { ConnectionOptions } from 'node:tls';
import { createVerifier, type RefusalCode } from '@peercert/core';
import { mtls, serverTls } from '@peercert/express';
import { createTestKit } from '@peercert/pki/testing';
import express from 'express';
import { askOnce, type Transport, transports } from './clients.js';
import { type ServerKind, type Site, serverKinds, startSite } from './servers.js';

export const versions = ['TLSv1.2', 'TLSv1.3'] as const;
export const handshakes = ['fresh', 'resumed'] as const;
export const clientNames = ['good', 'none', 'wrong CA', 'expired', 'revoked', 'wrong policy'] as const;
export type ClientName = (typeof clientNames)[number];

/** One cell of the matrix: who asked how, and what was said. */
export interface Cell {
  readonly kind: ServerKind;
  readonly transport: Transport;
  readonly version: (typeof versions)[number];
  readonly handshake: (typeof handshakes)[number];
  readonly client: ClientName;
  readonly said: string;
  /** Whether TLS resumed a session, as the client has it. */
  readonly isResumed: boolean;
  readonly protocol: string | null;
}

/** A transport that a server does not have, and what becomes of clients that try, by the reason. */
export interface Impossible {
  readonly kind: ServerKind | 'Express with http2';
  readonly transport: Transport;
  /** What each client was told, without repetition. */
  readonly said: readonly string[];
}

export interface Played {
  readonly cells: readonly Cell[];
  readonly impossible: readonly Impossible[];
  /** Whom handlers were called for, each once. */
  readonly handled: readonly string[];
}

/** What of each server can be had: the others have no protocol in common with the client (ALPN, RFC 7301). */
const offered: Readonly<Record<ServerKind, readonly Transport[]>> = {
  Fastify: ['HTTP/1.1', 'WebSocket'],
  'Fastify with http2': ['HTTP/2'],
  'Fastify with http2 and allowHTTP1': transports,
  Express: ['HTTP/1.1', 'WebSocket'],
  'node:https': ['HTTP/1.1', 'WebSocket'],
  'node:http2 with allowHTTP1': transports,
};

/** Why each client is refused, on a fresh handshake and on a resumed session; null for who is let in. */
export const expectations: Readonly<Record<ClientName, { readonly fresh: RefusalCode | null; readonly resumed: RefusalCode | null }>> = {
  good: { fresh: null, resumed: null },
  none: { fresh: 'PEERCERT_CERTIFICATE_MISSING', resumed: 'PEERCERT_CERTIFICATE_MISSING' },
  // Of a resumed session nobody can tell whether an intermediate is missing.
  'wrong CA': { fresh: 'PEERCERT_ISSUER_UNKNOWN', resumed: 'PEERCERT_CHAIN_INCOMPLETE' },
  expired: { fresh: 'PEERCERT_CERTIFICATE_EXPIRED', resumed: 'PEERCERT_CERTIFICATE_EXPIRED' },
  revoked: { fresh: 'PEERCERT_CERTIFICATE_REVOKED', resumed: 'PEERCERT_CERTIFICATE_REVOKED' },
  'wrong policy': { fresh: 'PEERCERT_POLICY_MISMATCH', resumed: 'PEERCERT_POLICY_MISMATCH' },
};

/** Plays every cell: each client asks for `/pay` on a connection of its own, and once more with the session that the first one was given. */
export async function playMatrix(): Promise<Played> {
  const kit = await createTestKit();
  const { alice, wrongAuthority, expired, revoked, otherDepartment } = kit.clients;
  const clients: Readonly<Record<ClientName, ConnectionOptions>> = {
    good: alice.tls,
    none: {},
    'wrong CA': wrongAuthority.tls,
    expired: expired.tls,
    revoked: revoked.tls,
    'wrong policy': otherDepartment.tls,
  };
  const verifier = createVerifier({ trust: kit.trust, revocation: kit.revocation, logger });
  const tls = serverTls(verifier, { key: kit.https.key, cert: kit.https.cert, allowSessionResumption: true });
  const cells: Cell[] = [];
  const impossible: Impossible[] = [{ kind: 'Express with http2', transport: 'HTTP/2', said: [expressOverHttp2(kit.https)] }];
  const handled = new Set<string>();
  for (const kind of serverKinds) {
    const site = await startSite(kind, verifier, tls.options);
    for (const transport of transports) {
      const found = await Promise.all(clientNames.map((client) => playClient(site, { kind, transport, client }, clients[client])));
      if (offered[kind].includes(transport)) cells.push(...found.flat());
      else impossible.push({ kind, transport, said: [...new Set(found.flat().map(({ said }) => said))] });
    }
    for (const request of site.handled) handled.add(request);
    await site.close();
  }
  await verifier.close();
  return { cells, impossible, handled: [...handled] };
}

async function playClient(
  { port }: Site,
  cell: Pick<Cell, 'kind' | 'transport' | 'client'>,
  credentials: ConnectionOptions,
): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  for (const version of versions) {
    const options = { ...credentials, minVersion: version, maxVersion: version };
    const { session, ...fresh } = await askOnce(cell.transport, port, '/pay', options);
    cells.push({ ...cell, ...fresh, version, handshake: 'fresh' });
    if (fresh.protocol === null) continue;
    // One that was given no session asks again without, and the cell shows that nothing was resumed.
    const again = await askOnce(cell.transport, port, '/pay', session === undefined ? options : { ...options, session });
    const { said, isResumed, protocol } = again;
    cells.push({ ...cell, said, isResumed, protocol, version, handshake: 'resumed' });
  }
  return cells;
}

/** What `auth.check` says of Express on a server of `node:http2`. */
function expressOverHttp2(https: object): string {
  const auth = mtls({ trust: (https as { ca: string }).ca, logger });
  try {
    auth.check(createSecureServer(https, express() as never));
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
}

const silent = (): void => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
