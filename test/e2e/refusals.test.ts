import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ConnectionOptions, TlsOptions } from 'node:tls';
import { type DecisionEvent, type Refusal, type RefusalCode, refusalCodes } from '@peercert/core';
import { createVerifier, type MtlsOptions, serverTls } from '@peercert/fastify';
import { type Authority, createAuthority, type Credential, createSelfSigned, loadAuthority } from '@peercert/pki';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchange, get, getPlain, type HttpAnswer } from '../support/client.js';
import { type Running, type Setup, startExpress, startFastify } from '../support/servers.js';

/**
 * Every refusal code, fired by a client over a socket, with the answer that it gets in both frameworks. A code that is not in
 * this table fails the last test.
 */
interface Row {
  readonly code: RefusalCode;
  /** What the client does, as a sentence. */
  readonly when: string;
  /** Options of `mtls()`, besides `trust: root` and what TLS needs. */
  readonly options?: () => MtlsOptions;
  readonly setup?: () => Partial<Setup>;
  readonly client?: () => ConnectionOptions | Promise<ConnectionOptions>;
  readonly path?: string;
  /** What the trace must say. */
  readonly found: RegExp;
  /** Instead of one GET. */
  readonly ask?: (running: Running, client: ConnectionOptions) => Promise<HttpAnswer>;
  readonly frameworks?: readonly Framework[];
}

type Framework = 'Fastify' | 'Express';

let root: Authority;
let server: Credential;

const day = 86_400_000;
/** Lets the client's own OpenSSL send what a modern one would not. */
const careless = { ciphers: 'DEFAULT@SECLEVEL=0' };
const ofRoot = async (options: Parameters<Authority['issueClient']>[0]) => (await root.issueClient({ subject: { CN: 'mallory' }, ...options })).tls;

const rows: readonly Row[] = [
  { code: 'PEERCERT_CERTIFICATE_MISSING', when: 'sends no certificate', found: /sent no certificate/ },
  {
    code: 'PEERCERT_CERTIFICATE_MALFORMED',
    when: 'sends a certificate with one extension twice',
    client: () => {
      const unknown = { oid: '1.2.3.4', critical: false, value: Uint8Array.of(5, 0) };
      return ofRoot({ extensions: [unknown, unknown] });
    },
    found: /twice|duplicate/i,
  },
  {
    code: 'PEERCERT_CERTIFICATE_EXPIRED',
    when: 'sends a certificate that has expired',
    client: () => ofRoot({ notBefore: new Date(Date.now() - 2 * day), notAfter: new Date(Date.now() - day) }),
    found: /notAfter was/,
  },
  {
    code: 'PEERCERT_CERTIFICATE_NOT_YET_VALID',
    when: 'sends a certificate from the future',
    client: () => ofRoot({ notBefore: new Date(Date.now() + day), notAfter: new Date(Date.now() + 2 * day) }),
    found: /notBefore is/,
  },
  {
    code: 'PEERCERT_ISSUER_UNKNOWN',
    when: 'sends a certificate of another authority',
    client: async () => (await (await createAuthority({ subject: { CN: 'Other CA' } })).issueClient({ subject: { CN: 'mallory' } })).tls,
    found: /its issuer, CN=Other CA, is neither trusted nor known/,
  },
  {
    code: 'PEERCERT_ISSUER_UNKNOWN',
    when: 'sends a certificate that it signed itself',
    client: async () => (await createSelfSigned({ subject: { CN: 'mallory' } })).tls,
    found: /self-signed/,
  },
  {
    code: 'PEERCERT_CHAIN_INCOMPLETE',
    when: 'resumes a session at a server that never saw its intermediate',
    setup: () => ({ tls: resumable() }),
    client: async () => {
      const intermediate = await root.issueAuthority({ subject: { CN: 'Intermediate' } });
      const { tls } = await intermediate.issueClient({ subject: { CN: 'alice' } });
      const first = await startExpress({
        mtls: { trust: root.certificate },
        tls: resumable(),
      });
      const { text, session } = await exchange(first.port, ['GET / HTTP/1.1', 'Host: a', 'Connection: close'], tls);
      await first.close();
      expect(text).toMatch(/^HTTP\/1\.1 200/);
      return { ...tls, ...(session === undefined ? {} : { session }) };
    },
    ask: async ({ port }, client) => {
      const { text, resumed } = await exchange(port, ['GET / HTTP/1.1', 'Host: a', 'Connection: close'], client);
      expect(resumed).toBe(true);
      return answerIn(text);
    },
    found: /its issuer, CN=Intermediate, is neither trusted nor known/,
  },
  {
    code: 'PEERCERT_ISSUER_NOT_CA',
    when: 'issues to itself from a certificate that is no authority',
    client: async () => {
      // Without keyUsage: Node.js drops an issuer that may not sign certificates from the chain that it shows.
      const bob = await root.issueClient({ subject: { CN: 'bob' }, keyUsage: null });
      return (await loadAuthority({ certificate: bob.chain, privateKey: bob.keyObject }).issueClient({ subject: { CN: 'mallory' } })).tls;
    },
    found: /CA:FALSE|absent/,
  },
  {
    code: 'PEERCERT_SIGNATURE_INVALID',
    when: 'sends a certificate of another authority with the same name',
    client: async () => {
      const impostor = await createAuthority({ subject: { CN: 'Root' } });
      return (await impostor.issueClient({ subject: { CN: 'mallory' } })).tls;
    },
    found: /./,
  },
  {
    code: 'PEERCERT_ALGORITHM_NOT_ALLOWED',
    when: 'sends a certificate signed with SHA-1',
    options: () => ({ trust: rsaRoot.certificate }),
    setup: () => ({ tls: { ...tlsOf(rsaRoot), ...careless } }),
    client: async () => ({ ...(await rsaRoot.issueClient({ subject: { CN: 'mallory' }, dangerouslySignatureHash: 'SHA-1' })).tls, ...careless }),
    found: /1\.2\.840\.113549\.1\.1\.5|SHA-?1/i,
  },
  {
    code: 'PEERCERT_KEY_NOT_ALLOWED',
    when: 'sends a certificate for an RSA key of 1024 bits',
    setup: () => ({ tls: { ...tlsOf(root), ...careless } }),
    client: async () => ({ ...(await ofRoot({ key: { dangerouslyRsaBits: 1024 } })), ...careless }),
    found: /1024/,
  },
  {
    code: 'PEERCERT_PURPOSE_MISMATCH',
    when: "sends a server's certificate",
    client: async () => (await root.issueServer({ dns: 'mallory.example' })).tls,
    found: /extendedKeyUsage lists 1\.3\.6\.1\.5\.5\.7\.3\.1 and not 1\.3\.6\.1\.5\.5\.7\.3\.2/,
  },
  {
    code: 'PEERCERT_KEY_USAGE_MISMATCH',
    when: 'sends a certificate whose key may not sign',
    client: () => ofRoot({ keyUsage: ['keyEncipherment'] }),
    found: /keyUsage/,
  },
  {
    code: 'PEERCERT_PATH_LENGTH_EXCEEDED',
    when: 'comes through an authority that was not allowed to make another',
    client: async () => {
      const last = await root.issueAuthority({ subject: { CN: 'Last' }, pathLength: 0 });
      return (await (await last.issueAuthority({ subject: { CN: 'One more' } })).issueClient({ subject: { CN: 'mallory' } })).tls;
    },
    found: /allows no further authority/,
  },
  {
    code: 'PEERCERT_DEPTH_EXCEEDED',
    when: 'comes through more intermediates than the depth allows',
    options: () => ({ depth: 0 }),
    client: async () => (await (await root.issueAuthority({ subject: { CN: 'Intermediate' } })).issueClient({ subject: { CN: 'alice' } })).tls,
    found: /more than 0 intermediates/,
  },
  {
    code: 'PEERCERT_CRITICAL_EXTENSION_UNRECOGNIZED',
    when: 'sends a certificate with a critical extension that nobody knows',
    client: () => ofRoot({ extensions: [{ oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }] }),
    found: /1\.2\.3\.4/,
  },
  {
    code: 'PEERCERT_BUDGET_EXHAUSTED',
    when: 'has more signatures tried than the budget allows',
    options: () => ({ trust: namesakes.map((authority) => authority.certificate) }),
    client: async () => (await (await createAuthority({ subject: { CN: 'Namesake' } })).issueClient({ subject: { CN: 'mallory' } })).tls,
    found: /invalidSignatures/,
  },
  {
    code: 'PEERCERT_POLICY_MISMATCH',
    when: 'is of another department',
    client: () => ofRoot({ subject: { CN: 'bob', OU: 'sales' } }),
    path: '/pay',
    found: /subject\.OU/,
  },
  {
    code: 'PEERCERT_NOT_TLS',
    when: 'comes without TLS',
    setup: () => ({ tls: undefined as never }),
    ask: ({ port }) => getPlain(port),
    found: /not come over a TLS connection/,
  },
  {
    code: 'PEERCERT_NOT_REQUESTED',
    when: 'is not asked for a certificate',
    setup: () => ({ then: (running) => Object.assign(running, { requestCert: false }) }),
    found: /requestCert is false/,
  },
  {
    code: 'PEERCERT_CONNECTION_CLOSED',
    when: 'is gone before its certificate is read',
    setup: () => ({
      before: (request) => {
        const socket = { encrypted: true, authorized: true, getPeerCertificate: () => null };
        Object.defineProperty(request, 'socket', { value: socket, configurable: true });
      },
    }),
    found: /closed/,
  },
  {
    code: 'PEERCERT_UPGRADE_UNGUARDED',
    when: 'upgrades where nobody guards upgrades',
    setup: () => ({ then: (running) => running.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')) }),
    client: () => ofRoot({}),
    ask: async ({ port }, client) => {
      // A middleware meets its server at the first request.
      expect((await get(port, '/', client)).status).toBe(200);
      const lines = ['GET / HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket'];
      return answerIn((await exchange(port, lines, client)).text);
    },
    found: /no guarded listener for 'upgrade' at "\/"/,
  },
  {
    code: 'PEERCERT_TRUST_NOT_CONFIGURED',
    when: 'meets a server whose trust would have to be guessed',
    options: () => ({ trust: undefined }),
    setup: () => ({ tls: { ...server.tls, requestCert: true, rejectUnauthorized: false } }),
    client: () => ofRoot({}),
    found: /no ca/,
  },
  {
    code: 'PEERCERT_POLICY_INVALID',
    when: 'asks for a route whose policy cannot be used',
    client: () => ofRoot({}),
    path: '/nonsense',
    found: /config\.mtls/,
    // In Express a policy is compiled where it is written, so nonsense throws there.
    frameworks: ['Fastify'],
  },
  {
    code: 'PEERCERT_NOT_READY',
    when: 'comes when the verifier is closed',
    options: () => {
      const verifier = createVerifier({ trust: root.certificate, logger });
      void verifier.close();
      return { verifier, trust: undefined, logger: undefined };
    },
    client: () => ofRoot({}),
    found: /closed/,
  },
  {
    code: 'PEERCERT_INTERNAL',
    when: 'meets a fault of our own',
    options: () => ({
      clock: () => {
        throw new Error('the clock is broken');
      },
    }),
    client: () => ofRoot({}),
    found: /the clock is broken/,
  },
];

let rsaRoot: Authority;
let namesakes: readonly Authority[];
const ticketKeys = Buffer.alloc(48, 7);
const refusals: Refusal[] = [];
const listen = (event: unknown): void => {
  const { refusal } = event as DecisionEvent;
  if (refusal !== undefined) refusals.push(refusal);
};
const silent = (): void => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };

beforeAll(async () => {
  subscribe('peercert:decision', listen);
  root = await createAuthority({ subject: { CN: 'Root' } });
  rsaRoot = await createAuthority({ subject: { CN: 'RSA Root' }, key: 'rsa-2048' });
  namesakes = await Promise.all(Array.from({ length: 20 }, () => createAuthority({ subject: { CN: 'Namesake' } })));
  server = await root.issueServer({ dns: 'localhost' });
});

afterAll(() => void unsubscribe('peercert:decision', listen));

function tlsOf(authority: Authority, options: { allowSessionResumption?: boolean } = {}): TlsOptions {
  return serverTls(createVerifier({ trust: authority.certificate }), { key: server.privateKey, cert: server.chain, ...options }).options;
}

/** As servers of a cluster are: what one has accepted, the other resumes. */
function resumable(): TlsOptions {
  return { ...tlsOf(root, { allowSessionResumption: true }), ticketKeys };
}

describe.each(['Fastify', 'Express'] as const)('%s refuses a client that', (framework) => {
  const running: Running[] = [];
  afterAll(async () => void (await Promise.all(running.map((one) => one.close()))));

  const start = async ({ options, setup }: Row): Promise<Running> => {
    const mtls = Object.fromEntries(
      Object.entries({ trust: root.certificate, logger, ...options?.() }).filter(([, value]) => value !== undefined),
    );
    const complete = { mtls, tls: tlsOf(root), ...setup?.() };
    const started = await (framework === 'Express'
      ? startExpress(complete)
      : startFastify(complete, (app) => app.get('/nonsense', { config: { mtls: { subjekt: {} } as never } }, async () => 'never')));
    running.push(started);
    return started;
  };

  const fitting = rows.filter(({ frameworks }) => frameworks?.includes(framework) ?? true);
  test.each(fitting.map((row) => [row.when, row.code, row] as const))('%s: %s', async (_when, code, row) => {
    const started = await start(row);
    const client = (await row.client?.()) ?? {};
    refusals.length = 0;
    const answer = await (row.ask?.(started, client) ?? get(started.port, row.path, client));

    const { status, text } = refusalCodes[code];
    expect({ status: answer.status, ...JSON.parse(answer.body) }).toMatchObject({ status, code, message: text });
    expect(Object.keys(JSON.parse(answer.body)).filter((key) => !['statusCode', 'code', 'error', 'message'].includes(key))).toEqual([]);
    const [entry] = refusals.find((refusal) => refusal.code === code)?.trace ?? [];
    expect(`${entry?.rule ?? ''} ${entry?.detail ?? ''}`).toMatch(row.found);
    if (code === 'PEERCERT_CERTIFICATE_MISSING' || code === 'PEERCERT_ISSUER_UNKNOWN') expect(answer.headers.connection).toBe('close');
    if (status === 503) expect(answer.headers['retry-after']).toBe('5');
  });
});

test('every code of the table is fired here', () => {
  expect([...new Set(rows.map(({ code }) => code))].sort()).toEqual(Object.keys(refusalCodes).sort());
});

/** The answer in what came over a bare socket. */
function answerIn(text: string): HttpAnswer {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]));
  const payload = headers['transfer-encoding'] === 'chunked' ? (body.split('\r\n')[1] ?? '') : body;
  return { status: Number(statusLine.split(' ')[1]), headers, body: payload };
}

