import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type ClientName, createPki, type Pki, writeFiles } from '../../examples/demo/pki.mjs';
import { runNode } from '../../scripts/lib/process.mjs';
import { root } from '../../scripts/lib/workspace.mjs';
import { get } from '../support/client.js';
import { type Child, freePort, startChild } from './child.js';

/** What each example answers: to whom, where, what. The body is matched as text. */
interface Exchange {
  readonly as?: ClientName;
  readonly path: string;
  readonly answer: readonly [status: number, body: string | RegExp];
  /** The request asks to become a WebSocket; the body is the first message, or that of the refusal. */
  readonly upgrade?: true;
}

const missing = /PEERCERT_CERTIFICATE_MISSING/;
const mismatch = /PEERCERT_POLICY_MISMATCH/;
const alice = '{"hello":["alice"]}';

const examples: Readonly<Record<string, readonly Exchange[]>> = {
  'fastify-basic': [
    { as: 'client', path: '/', answer: [200, alice] },
    { as: 'client', path: '/whoami', answer: [200, /"subject":\{"dn":"OU=payments,CN=alice"/] },
    { path: '/', answer: [403, missing] },
    { as: 'expired', path: '/', answer: [403, /PEERCERT_CERTIFICATE_EXPIRED/] },
  ],
  'fastify-policies': [
    { as: 'client', path: '/pay', answer: [200, alice] },
    { as: 'other-department', path: '/pay', answer: [403, mismatch] },
    { as: 'client', path: '/team', answer: [200, alice] },
    { as: 'other-department', path: '/team', answer: [403, mismatch] },
    { as: 'client', path: '/mail', answer: [200, alice] },
    { as: 'version-1', path: '/mail', answer: [403, mismatch] },
    { as: 'client', path: '/break-glass', answer: [200, alice] },
    { as: 'version-1', path: '/break-glass', answer: [403, mismatch] },
    { path: '/welcome', answer: [200, '{"hello":"stranger"}'] },
    { as: 'expired', path: '/welcome', answer: [403, /PEERCERT_CERTIFICATE_EXPIRED/] },
    { as: 'expired', path: '/health', answer: [200, '{"ok":true}'] },
  ],
  'fastify-schema': [
    { as: 'workload', path: '/', answer: [200, '{"trustDomain":"example.com","namespace":"payments","service":"api"}'] },
    { as: 'client', path: '/', answer: [403, mismatch] },
    { as: 'workload', path: '/pay', answer: [200, '{"paidBy":{"trustDomain":"example.com","namespace":"payments","service":"api"}}'] },
    { as: 'workload', path: '/billing', answer: [403, mismatch] },
  ],
  'express-users': [
    { as: 'client', path: '/', answer: [200, '{"hello":"Alice"}'] },
    { as: 'other-department', path: '/', answer: [403, mismatch] },
    { as: 'client', path: '/accounts/alice', answer: [200, '{"account":7}'] },
    { as: 'client', path: '/accounts/carol', answer: [403, mismatch] },
    { as: 'version-1', path: '/accounts/carol', answer: [200, '{"account":9}'] },
  ],
  'policy-file': [
    { as: 'client', path: '/', answer: [200, /"hello":"OU=payments,CN=alice"/] },
    { as: 'client', path: '/pay', answer: [200, /alice/] },
    { as: 'other-department', path: '/pay', answer: [403, mismatch] },
    { as: 'workload', path: '/sync', answer: [200, /spiffe:\/\/example.com\/ns\/payments\/sa\/api/] },
    { as: 'client', path: '/sync', answer: [403, mismatch] },
  ],
  'fastify-websocket': [
    { as: 'client', path: '/', upgrade: true, answer: [101, 'hello alice'] },
    { as: 'other-department', path: '/', upgrade: true, answer: [403, mismatch] },
    { path: '/', upgrade: true, answer: [403, missing] },
  ],
  'trust-sets': [
    { as: 'client', path: '/', answer: [200, '{"hello":["alice"],"of":"staff"}'] },
    { as: 'other-ca-client', path: '/', answer: [200, '{"hello":["alice"],"of":"partners"}'] },
    { as: 'client', path: '/staff', answer: [200, '{"staff":true}'] },
    { as: 'other-ca-client', path: '/staff', answer: [403, mismatch] },
    { as: 'other-ca-client', path: '/partners', answer: [200, '{"partner":true}'] },
    { as: 'client', path: '/partners', answer: [403, mismatch] },
    { as: 'client', path: '/pay', answer: [200, '{"paid":true}'] },
    { as: 'other-ca-client', path: '/pay', answer: [403, mismatch] },
  ],
  revocation: [
    { as: 'client', path: '/', answer: [200, '{"hello":["alice"],"revocation":"good"}'] },
    { as: 'revoked', path: '/', answer: [403, /PEERCERT_CERTIFICATE_REVOKED/] },
    { path: '/', answer: [403, missing] },
  ],
  'express-basic': [
    { as: 'client', path: '/', answer: [200, alice] },
    { path: '/', answer: [403, '{"code":"PEERCERT_CERTIFICATE_MISSING","message":"A client certificate is required"}'] },
  ],
  'express-mixed-port': [
    { path: '/', answer: [200, '{"hello":"stranger"}'] },
    { as: 'client', path: '/', answer: [200, alice] },
    { as: 'self-signed', path: '/', answer: [403, /PEERCERT_ISSUER_UNKNOWN/] },
    { as: 'client', path: '/account', answer: [200, '{"account":["alice"]}'] },
    { path: '/account', answer: [403, missing] },
    { as: 'client', path: '/pay', answer: [200, '{"paid":true}'] },
    { as: 'other-department', path: '/pay', answer: [403, mismatch] },
  ],
  'express-websocket': [
    { as: 'client', path: '/', upgrade: true, answer: [101, 'hello alice'] },
    { as: 'other-department', path: '/', upgrade: true, answer: [403, mismatch] },
    { path: '/', upgrade: true, answer: [403, missing] },
    { path: '/', answer: [403, missing] },
  ],
  'inherited-trust': [
    { as: 'client', path: '/', answer: [200, alice] },
    { as: 'other-ca-client', path: '/', answer: [403, /PEERCERT_ISSUER_UNKNOWN/] },
    { path: '/', answer: [403, missing] },
  ],
  'testing-your-routes': [
    { as: 'client', path: '/', answer: [200, alice] },
    { as: 'client', path: '/mail/alice@example.com', answer: [200, '{"mails":[]}'] },
    { as: 'version-1', path: '/mail/alice@example.com', answer: [404, '{"error":"no such mailbox"}'] },
    { path: '/', answer: [403, missing] },
    { path: '/health', answer: [200, '{"ok":true}'] },
  ],
  'node-http': [
    { as: 'client', path: '/pay', answer: [200, alice] },
    { as: 'other-department', path: '/', answer: [200, '{"hello":["bob"]}'] },
    { as: 'other-department', path: '/pay', answer: [403, mismatch] },
    { path: '/', answer: [403, '{"code":"PEERCERT_CERTIFICATE_MISSING","message":"A client certificate is required"}'] },
  ],
};

const listening = /listening (?:on|at) https:/;

let folder = '';
let pki: Pki;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-examples-'));
  pki = await createPki();
  await writeFiles(pki, folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(Object.entries(examples))('%s', (name, exchanges) => {
  let child: Child | undefined;
  let port = 0;

  beforeAll(async () => {
    port = await freePort();
    child = await startChild(join(root, 'examples', name, 'server.mjs'), {
      cwd: folder,
      env: { PORT: String(port) },
      until: listening,
    });
  });
  afterAll(async () => {
    await child?.stop('SIGTERM');
  });

  test.each(exchanges.map((exchange) => [titleOf(exchange), exchange] as const))('%s', async (_title, { as, path, upgrade, answer }) => {
    const [status, body] = answer;
    const tls = { ca: pki.ca.certificate, servername: 'localhost', rejectUnauthorized: true, ...(as === undefined ? {} : pki.clients[as]) };
    const answered = upgrade === true ? await open(port, path, tls) : await get(port, path, tls);
    expect(answered.status).toBe(status);
    if (typeof body === 'string') expect(answered.body).toBe(body);
    else expect(answered.body).toMatch(body);
  });
});

test.each(['fastify-websocket', 'express-websocket'])('the WebSocket client is greeted and answered by %s', async (name) => {
  const port = await freePort();
  const env = { PORT: String(port) };
  const server = await startChild(join(root, 'examples', name, 'server.mjs'), { cwd: folder, env, until: listening });
  try {
    const { output, status } = await runNode([join(root, 'examples/express-websocket/client.mjs')], { cwd: folder, env });
    expect(output).toBe('hello alice\nyou said good morning\n');
    expect(status).toBe('exit status 0');
  } finally {
    await server.stop('SIGTERM');
  }
});

test('the tests of testing-your-routes pass as a user runs them', async () => {
  const { output, status } = await runNode(['--test', '--test-reporter=tap'], { cwd: join(root, 'examples/testing-your-routes') });
  expect(output).toMatch(/^# fail 0$/m);
  expect(Number(/^# pass (\d+)$/m.exec(output)?.[1])).toBeGreaterThan(20);
  expect(status).toBe('exit status 0');
});

test('each example is tested here, and listed in the README of the examples', () => {
  const folders = readdirSync(join(root, 'examples'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map((entry) => entry.name).sort();
  expect(['demo', ...Object.keys(examples)].sort()).toEqual(names);
  const listed = [...readFileSync(join(root, 'examples/README.md'), 'utf8').matchAll(/^\| \[([\w-]+)\]/gm)].map(
    ([, name]) => name as string,
  );
  expect(listed.sort()).toEqual(names);
});

function titleOf({ as, path, upgrade, answer: [status, body] }: Exchange): string {
  const asked = `${as === undefined ? 'without a certificate' : `with ${as}.crt`}, ${upgrade === true ? 'an upgrade' : 'a request'} at ${path}`;
  return `${asked} is answered ${status} ${body}`;
}

/** The first message of a WebSocket, or the answer that there is none. */
function open(port: number, path: string, tls: object): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`wss://127.0.0.1:${port}${path}`, tls);
    socket.on('message', (message: Buffer) => {
      resolve({ status: 101, body: message.toString() });
      socket.close();
    });
    socket.on('unexpected-response', (_request, response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    socket.on('error', reject);
  });
}
