import type { TlsOptions } from 'node:tls';
import type { RefusalCode } from '@peercert/core';
import { type Authority, createAuthority } from '../authority.js';
import type { Crl } from '../crl.js';
import { issueClients, rootSubject, type TestClient, type TestClients } from './clients.js';
import { type LoopbackServer, type Question, type RequestHandler, request, serve } from './loopback.js';

/**
 * Makes a PKI to test guarded routes with: an authority, a server's certificate, good clients, and one client for every fault that gets a
 * certificate refused, each with the code that it must get.
 *
 * ```ts
 * const kit = await createTestKit();
 * await app.register(mtls, { trust: kit.trust });
 * const answer = await inject(app, { client: kit.clients.expired, url: '/pay' });   // 403, PEERCERT_CERTIFICATE_EXPIRED
 * ```
 *
 * Takes a fraction of a second and holds nothing open; immutable, so that one kit serves a whole file of tests. Its certificates are valid from
 * five minutes ago on, by `Date.now()`: with fake timers, make it after the clock is set.
 */
export async function createTestKit(): Promise<TestKit> {
  // Older than any client, so that the clock of a verifier can be set back to when the expired one was valid.
  const notBefore = new Date(Date.now() - 30 * day);
  const root = await createAuthority({ subject: rootSubject, notBefore });
  const intermediate = await root.issueAuthority({ subject: { O: 'Example', CN: 'Example Issuing CA' }, notBefore });
  const [server, clients] = await Promise.all([
    root.issueServer({ dns: 'localhost', ip: ['127.0.0.1', '::1'] }),
    issueClients({ root, intermediate }),
  ]);
  const crl = await root.issueCrl({ revoked: [{ certificate: clients.revoked.credential, reason: 'keyCompromise' }] });
  const others = await intermediate.issueCrl();

  const trust = root.certificate + intermediate.certificate;
  const https: KitHttpsOptions = { ...server.tls, ca: trust, requestCert: true, rejectUnauthorized: false };
  const all: readonly TestClient[] = Object.values(clients);
  return Object.freeze({
    trust,
    https: Object.freeze(https),
    clients,
    good: Object.freeze(all.filter(isGood)),
    broken: Object.freeze(all.filter(isBroken)),
    root,
    intermediate,
    crl,
    revocation: Object.freeze({ crl: crl.pem + others.pem }),
    serve: (app: RequestHandler, options: TlsOptions = {}) => serve(app, { ...https, ...options }, trust),
    request: (target: RequestHandler | string | URL, question: Question = {}) => request(target, question, https, trust),
  });
}

const day = 86_400_000;

/** What `createTestKit` makes. */
export interface TestKit {
  /**
   * What `mtls({ trust })` takes: the certificates of the root and of the intermediate, PEM. The intermediate gives no trust of its own; it
   * stands here, as it should in production, because the chain that a client presents gets lost when its session is resumed, and in
   * Node.js 24.21 always.
   */
  readonly trust: string;
  /**
   * Options for `https.createServer`, for `Fastify({ https })` and their like: a server for localhost, 127.0.0.1 and ::1 that asks for
   * certificates and leaves the decision to the guard. `serverTls` takes `key` and `cert` of it.
   */
  readonly https: KitHttpsOptions;
  readonly clients: TestClients;
  /** The clients whose certificate is accepted; policies may still refuse them. */
  readonly good: readonly TestClient<null>[];
  /** The clients whose certificate is refused, whatever the policy: each has its `code`. For `test.each`. */
  readonly broken: readonly TestClient<RefusalCode>[];
  /** To issue more: `inject` and `request` take any credential as client, such as `await kit.root.issueClient({ subject: { CN: 'dave' } })`. */
  readonly root: Authority;
  readonly intermediate: Authority;
  /** The root's revocation list; `clients.revoked` is in it. */
  readonly crl: Crl;
  /** What `mtls({ trust: kit.trust, revocation: kit.revocation })` takes: lists of the root and of the intermediate, PEM. */
  readonly revocation: { readonly crl: string };
  /** Serves an Express application, or any handler of `node:http`, over TLS on a free port of 127.0.0.1. `options` are added to `https`. */
  serve(app: RequestHandler, options?: TlsOptions): Promise<LoopbackServer>;
  /**
   * Asks with a client's certificate, over a connection of its own: an application, which is served for this one request, or a server that
   * listens already, by its URL. Rejects where there is no answer; a server that refuses the handshake itself gives none.
   */
  request(target: RequestHandler | string | URL, question?: Question): Promise<Response>;
}

/** Options of a TLS server that asks for client certificates. */
export interface KitHttpsOptions {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
  readonly requestCert: true;
  readonly rejectUnauthorized: false;
}

function isGood(client: TestClient): client is TestClient<null> {
  return client.code === null;
}

function isBroken(client: TestClient): client is TestClient<RefusalCode> {
  return client.code !== null;
}
