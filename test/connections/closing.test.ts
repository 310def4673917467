import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RevocationOptions } from '@peercert/core';
import { type Credential, createAuthority, createSelfSigned } from '@peercert/pki';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/**
 * Programs that close what they have, and then have to end by themselves, with nothing left in their hands: no watcher, no timer, no socket. What they
 * watch and ask is all there is; some of it never answers.
 */
const folder = mkdtempSync(join(tmpdir(), 'peercert-closing-'));
const programs = join(import.meta.dirname, 'programs');
const root = await createAuthority({ subject: { CN: 'Root' } });
/** Of its certificates no list tells. */
const sub = await root.issueAuthority({ subject: { CN: 'Sub' } });
const list = await root.issueCrl();
let network: Server;
let base = '';

beforeAll(async () => {
  const save = (name: string, { certificate, privateKey }: { certificate: string; privateKey: string }): void => {
    writeFileSync(join(folder, `${name}.crt`), certificate);
    writeFileSync(join(folder, `${name}.key`), privateKey);
  };
  save('server', pem(await root.issueServer({ dns: 'localhost', ip: '127.0.0.1' })));
  for (const name of ['alice', 'mallory']) save(name, pem(await root.issueClient({ subject: { CN: name } })));
  save('unlisted', pem(await sub.issueClient({ subject: { CN: 'unlisted' } })));
  writeFileSync(join(folder, 'ca.crt'), root.certificate + sub.certificate);
  writeFileSync(join(folder, 'root.crl'), list.pem);
  mkdirSync(join(folder, 'lists'));
  writeFileSync(join(folder, 'lists/root.crl'), list.pem);
  writeFileSync(join(folder, 'denied.pem'), (await createSelfSigned({ subject: { CN: 'nobody' } })).certificate);
  // Whatever is asked for but a list waits for ever.
  network = createServer(({ url }, response) => void (url === '/root.crl' && response.end(list.der)));
  await new Promise<void>((resolve) => network.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(network.address() as AddressInfo).port}`;
});

afterAll(() => {
  network.closeAllConnections();
  network.close();
  rmSync(folder, { recursive: true, force: true });
});

function pem({ tls }: Credential): { certificate: string; privateKey: string } {
  return { certificate: String(tls.cert), privateKey: String(tls.key) };
}

/** Every kind of source. */
function sources({ crl = [], timeoutSeconds = 1 }: { crl?: readonly string[]; timeoutSeconds?: number } = {}): RevocationOptions {
  return {
    crl: [join(folder, 'root.crl'), join(folder, 'lists'), join(folder, 'lists/*.crl'), `${base}/root.crl`, ...crl],
    denyList: join(folder, 'denied.pem'),
    ocsp: { responder: `${base}/ocsp`, timeoutSeconds },
    distributionPoints: { allowHosts: ['127.0.0.1'], allowPrivateAddresses: true },
    stateFolder: join(folder, 'state'),
  };
}

interface Ended {
  /** What the clients got: alice, mallory, who is denied then, and who waited when everything was closed. */
  readonly statuses: readonly number[];
  readonly tookMilliseconds: number;
  readonly active: readonly string[];
  readonly held: readonly string[];
}

/** Rejects where the program does not end by itself; what it asks in vain is waited for 60 s. */
async function run(program: string, setup: object): Promise<Ended> {
  const args = ['--expose-gc', join(programs, program), JSON.stringify(setup)];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 100_000 });
  // What Node.js says of a file that nobody closed.
  expect(stderr).not.toMatch(/garbage collection/);
  return JSON.parse(stdout) as Ended;
}

describe.each(['Fastify', 'Fastify over HTTP/2'])('%s', (kind) => {
  test('app.close() ends the verifier that the plugin made, with all it watches, asks and waits for', async () => {
    const revocation = sources({ crl: [`${base}/never.crl`] });
    const ended = await run('closing.mjs', { kind, close: ['server'], folder, revocation });
    // Whoever waits is answered first, as the framework has it: here when the responder is given up on.
    expect(ended).toEqual({ statuses: [200, 200, 503], tookMilliseconds: expect.any(Number), active: [], held: [] });
    expect(ended.tookMilliseconds).toBeLessThan(40_000);
  });
});

test('a verifier that is closed before anything was heard begins nothing', async () => {
  const ended = await run('early.mjs', { folder, revocation: sources({ crl: [`${base}/never.crl`] }) });
  expect(ended).toEqual({ tookMilliseconds: expect.any(Number), active: [], held: [] });
  expect(ended.tookMilliseconds).toBeLessThan(40_000);
});

describe('Express', () => {
  test('server.close() and verifier.close() end everything, and who waits for a verdict is refused at once', async () => {
    const revocation = sources({ crl: [`${base}/never.crl`], timeoutSeconds: 60 });
    const ended = await run('closing.mjs', { kind: 'Express', close: ['server', 'verifier'], folder, revocation });
    expect(ended).toEqual({ statuses: [200, 200, 503], tookMilliseconds: expect.any(Number), active: [], held: [] });
    expect(ended.tookMilliseconds).toBeLessThan(40_000);
  });

  test('a verifier that nobody closes goes on watching, and does not keep the process', async () => {
    const ended = await run('closing.mjs', { kind: 'Express', close: ['server'], folder, revocation: sources() });
    expect(ended).toMatchObject({ statuses: [200, 200, 503], active: [] });
    expect(ended.held).toEqual(expect.arrayContaining(['FSEVENTWRAP', 'Timeout']));
    expect(ended.held).not.toContain('TLSWRAP');
    expect(ended.tookMilliseconds).toBeLessThan(40_000);
  });
});
