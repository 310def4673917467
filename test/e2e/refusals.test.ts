import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ConnectionOptions, TlsOptions, Server as TlsServer } from 'node:tls';
import { type DecisionEvent, type Refusal, type RefusalCode, refusalCodes } from '@peercert/core';
import { createVerifier, type MtlsOptions, serverTls } from '@peercert/fastify';
import type { Authority } from '@peercert/pki';
import { createTestKit, type TestClient } from '@peercert/pki/testing';
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

const kit = await createTestKit();
const { root } = kit;

const revoked = await root.issueClient({ subject: { CN: 'mallory' } });
const other = await root.issueAuthority({ subject: { CN: 'Unlisted CA' } });
const revoking = Buffer.from((await root.issueCrl({ revoked: [{ certificate: revoked.certificate, reason: 'keyCompromise' }] })).der);

/** Lets the client's own OpenSSL send what a modern one would not. */
const careless = { ciphers: 'DEFAULT@SECLEVEL=0' };
const ofRoot = async (options: Parameters<Authority['issueClient']>[0]) =>
  (await root.issueClient({ subject: { CN: 'mallory' }, ...options })).tls;

/** What the trace must say of each certificate that is refused for itself. */
const faults: Readonly<Record<string, RegExp>> = {
  expired: /notAfter was/,
  notYetValid: /notBefore is/,
  expiredIssuer: /notAfter was/,
  wrongAuthority: /its issuer, CN=Elsewhere Root CA,O=Elsewhere, is neither trusted nor known/,
  selfSigned: /its own issuer and no trust anchor/,
  missingIntermediate: /its issuer, CN=Example Silent CA,O=Example, is neither trusted nor known/,
  impostor: /./,
  issuerNotAuthority: /CA:FALSE|absent/,
  pathLengthExceeded: /allows no further authority/,
  nameNotPermitted: /alice\.payments\.example.*Example Partners CA/,
  unknownCriticalExtension: /1\.3\.6\.1\.4\.1\.32473\.1/,
  wrongKeyPurpose: /extendedKeyUsage lists 1\.3\.6\.1\.5\.5\.7\.3\.1 and not 1\.3\.6\.1\.5\.5\.7\.3\.2/,
  wrongKeyUsage: /keyUsage/,
  weakKey: /1024/,
  sha1Signature: /1\.2\.840\.10045\.4\.1|SHA-?1/i,
  duplicateExtension: /twice|duplicate/i,
  nulInName: /NUL/,
};

const sendsBroken = (client: TestClient<RefusalCode>): Row => ({
  code: client.code,
  when: `sends the certificate ${client.name}: ${client.why}`,
  client: () => ({ ...client.tls, ...careless }),
  found: faults[client.name] ?? /no trace is foreseen/,
});

const rows: readonly Row[] = [
  { code: 'PEERCERT_CERTIFICATE_MISSING', when: 'sends no certificate', found: /sent no certificate/ },
  ...kit.broken.map(sendsBroken),
  {
    code: 'PEERCERT_CHAIN_INCOMPLETE',
    when: 'resumes a session at a server that never saw its intermediate',
    setup: () => ({ tls: resumable() }),
    client: async () => {
      const intermediate = await root.issueAuthority({ subject: { CN: 'Intermediate' } });
      const { tls } = await intermediate.issueClient({ subject: { CN: 'alice' } });
      const first = await startExpress({
        mtls: { trust: kit.trust },
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
    code: 'PEERCERT_NO_EXPLICIT_POLICY',
    when: 'is issued under no certificate policy where one is required',
    options: () => ({ requireExplicitPolicy: true }),
    client: () => ofRoot({}),
    found: /certificatePolicies/,
  },
  {
    code: 'PEERCERT_CERTIFICATE_REVOKED',
    when: 'is listed in the CRL of its issuer',
    options: () => ({ revocation: { crl: revoking } }),
    client: () => revoked.tls,
    found: /lists it as revoked since .* \(keyCompromise\)/,
  },
  {
    code: 'PEERCERT_REVOCATION_UNKNOWN',
    when: 'is of an issuer whose CRL nobody provided',
    options: () => ({ revocation: { crl: revoking }, trust: { ca: kit.trust, intermediates: other.certificate } }),
    client: async () => (await other.issueClient({ subject: { CN: 'alice' } })).tls,
    found: /no CRL of CN=Unlisted CA is known/,
  },
  {
    code: 'PEERCERT_DEPTH_EXCEEDED',
    when: 'comes through more intermediates than the depth allows',
    options: () => ({ depth: 0 }),
    client: async () =>
      (await (await root.issueAuthority({ subject: { CN: 'Intermediate' } })).issueClient({ subject: { CN: 'alice' } })).tls,
    found: /more than 0 intermediates/,
  },
  {
    code: 'PEERCERT_BUDGET_EXHAUSTED',
    when: 'has a certificate of more extensions than are read',
    client: () =>
      ofRoot({
        extensions: Array.from({ length: 65 }, (_, number) => ({ oid: `1.3.6.1.4.1.32473.${number}`, value: Uint8Array.of(5, 0) })),
      }),
    found: /more than 64 extensions/,
  },
  {
    code: 'PEERCERT_POLICY_MISMATCH',
    when: 'is of another department',
    client: () => kit.clients.otherDepartment.tls,
    path: '/pay',
    found: /subject\.OU/,
  },
  {
    code: 'PEERCERT_POLICY_FAILED',
    when: 'meets a policy whose function throws',
    options: () => ({
      policy: () => {
        throw new Error('the directory is down');
      },
    }),
    client: () => ofRoot({}),
    found: /policy could not be evaluated: the function policy threw/,
  },
  {
    code: 'PEERCERT_POLICY_TIMED_OUT',
    when: 'meets a policy whose function does not come back',
    options: () => ({ policy: () => new Promise(() => undefined), policyTimeoutSeconds: 0.05 }),
    client: () => ofRoot({}),
    found: /policy could not be evaluated: the function policy took longer than 0\.05 s/,
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
    setup: () => ({ whenListening: (running) => Object.assign(running, { requestCert: false }) }),
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
    code: 'PEERCERT_MISDIRECTED',
    when: 'asks for another host than its connection is for',
    setup: () => ({ whenListening: (running) => (running as unknown as TlsServer).addContext('staff.example', kit.https) }),
    client: async () => ({ ...(await ofRoot({})), servername: 'staff.example' }),
    ask: ({ port }, client) => get(port, '/', client, { host: 'partners.example' }),
    found: /for "partners.example", and its connection has the server name "staff.example"/,
  },
  {
    code: 'PEERCERT_UPGRADE_UNGUARDED',
    when: 'upgrades where nobody guards upgrades',
    setup: () => ({
      whenListening: (running) => running.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')),
    }),
    client: () => ofRoot({}),
    ask: async ({ port }, client) => {
      // A middleware meets its server at the first request.
      expect((await get(port, '/', client)).status).toBe(200);
      const lines = ['GET / HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket'];
      return answerIn((await exchange(port, lines, client)).text);
    },
    found: /no guarded listener for 'upgrade' of GET "\/"/,
  },
  {
    code: 'PEERCERT_TRUST_NOT_CONFIGURED',
    when: 'meets a server whose trust would have to be guessed',
    options: () => ({ trust: undefined }),
    setup: () => ({ tls: { ...kit.https, ca: undefined } }),
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
      const verifier = createVerifier({ trust: kit.trust, logger });
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
});

afterAll(() => void unsubscribe('peercert:decision', listen));

function tlsOf(options: { allowSessionResumption?: boolean } = {}): TlsOptions {
  return serverTls(createVerifier({ trust: kit.trust }), { key: kit.https.key, cert: kit.https.cert, caHints: 'none', ...options }).options;
}

/** As servers of a cluster are: what one has accepted, the other resumes. */
function resumable(): TlsOptions {
  return { ...tlsOf({ allowSessionResumption: true }), ticketKeys };
}

describe.each(['Fastify', 'Express'] as const)('%s refuses a client that', (framework) => {
  const running: Running[] = [];
  afterAll(async () => void (await Promise.all(running.map((one) => one.close()))));

  const start = async ({ options, setup }: Row): Promise<Running> => {
    const mtls = Object.fromEntries(
      Object.entries({ trust: kit.trust, logger, ...options?.() }).filter(([, value]) => value !== undefined),
    );
    const complete = { mtls, tls: tlsOf(), ...setup?.() };
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
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  const payload = headers['transfer-encoding'] === 'chunked' ? (body.split('\r\n')[1] ?? '') : body;
  return { status: Number(statusLine.split(' ')[1]), headers, body: payload };
}
