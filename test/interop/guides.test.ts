import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createVerifier, serverTls } from '@peercert/fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/programs.js';
import { type Running, startExpress, startFastify } from '../support/servers.js';

/**
 * What people did before, with the commands of the guides that they followed: authorities and certificates from plain openssl, several
 * authorities for one server, a depth, public and protected routes on one port, and curl as the client.
 */
needs('openssl', 'curl')('the way of the guides', () => {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-guides-'));
  const running: Running[] = [];
  const openssl = (line: string, input = ''): void => {
    execFileSync('openssl', line.split(' '), { cwd: folder, input, stdio: ['pipe', 'pipe', 'pipe'] });
  };
  const file = (name: string): string => join(folder, name);

  beforeAll(() => {
    // An authority with a passphrase on its key, in two steps.
    openssl('genrsa -aes256 -passout pass:secret -out ca.key 4096');
    openssl('req -new -x509 -sha256 -days 365 -key ca.key -passin pass:secret -subj /C=DE/O=Example/CN=Example_CA -out ca.crt');
    // Another, in one go.
    openssl('req -newkey rsa:4096 -x509 -nodes -days 30 -subj /CN=my_ca -keyout my_ca.key -out my_ca.crt');
    openssl('req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=Other_CA -keyout other_ca.key -out other_ca.crt');

    openssl('req -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout server.key -out server.csr');
    openssl('x509 -req -in server.csr -CA my_ca.crt -CAkey my_ca.key -CAcreateserial -days 30 -copy_extensions copy -out server.crt');

    // Attributes left blank with a dot, as the prompts of `openssl req` invite to: only CN is given.
    openssl('genrsa -out alice.key 4096');
    openssl('req -new -key alice.key -out alice.csr', ['.', '.', '.', '.', '.', 'alice', '.', '.', '.', ''].join('\n'));
    const serial = execFileSync('openssl', ['rand', '-hex', '16'], { encoding: 'utf8' }).trim();
    openssl(
      `x509 -req -days 365 -sha256 -in alice.csr -CA ca.crt -CAkey ca.key -passin pass:secret -set_serial 0x${serial} -out alice.crt`,
    );
    issue('bob', '/O=Example/OU=payments/CN=bob', 'my_ca');
    issue('mallory', '/O=Example/OU=payments/CN=mallory', 'other_ca');
    issue('nobody', '/O=Example', 'my_ca');

    writeFileSync(file('ca.cnf'), 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n');
    issue('intermediate', '/CN=Intermediate', 'my_ca', '-extfile ca.cnf');
    issue('carol', '/CN=carol', 'intermediate');
    writeFileSync(file('carol-chain.crt'), readFileSync(file('carol.crt'), 'utf8') + readFileSync(file('intermediate.crt'), 'utf8'));
    writeFileSync(file('both.crt'), readFileSync(file('ca.crt'), 'utf8') + readFileSync(file('my_ca.crt'), 'utf8'));
    openssl('pkcs12 -export -inkey bob.key -in bob.crt -passout pass:test -out bob.p12');
  });

  function issue(name: string, subject: string, by: string, more = ''): void {
    openssl(`req -newkey rsa:2048 -nodes -subj ${subject} -keyout ${name}.key -out ${name}.csr`);
    openssl(`x509 -req -in ${name}.csr -CA ${by}.crt -CAkey ${by}.key -CAcreateserial -days 30 -sha256 -out ${name}.crt ${more}`.trim());
  }

  afterAll(async () => {
    await Promise.all(running.map((one) => one.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  /** What curl got: the status, and the body where it is JSON. */
  async function curl(port: number, path: string, ...client: string[]): Promise<{ status: number; body: unknown }> {
    const { stdout } = await promisify(execFile)(
      'curl',
      [
        '--silent',
        '--max-time',
        '10',
        '--cacert',
        'my_ca.crt',
        '--write-out',
        '\n%{http_code}',
        ...client,
        `https://localhost:${port}${path}`,
      ],
      { cwd: folder },
    );
    const end = stdout.lastIndexOf('\n');
    return { status: Number(stdout.slice(end + 1)), body: JSON.parse(stdout.slice(0, end)) };
  }

  const withPem = (name: string): string[] => ['--cert', `${name}.crt`, '--key', `${name}.key`];

  test('the files are what the guides make: a v3 CA without keyUsage, clients without any extension', () => {
    const text = (name: string): string =>
      execFileSync('openssl', ['x509', '-in', name, '-noout', '-text'], { cwd: folder, encoding: 'utf8' });
    expect(text('ca.crt')).toMatch(/CA:TRUE/);
    expect(text('ca.crt')).not.toMatch(/Key Usage/);
    expect(text('bob.crt')).not.toMatch(/X509v3 (Basic|Key|Extended|Subject Alt)/);
    expect(readFileSync(file('ca.key'), 'utf8')).toMatch(/ENCRYPTED/);
  });

  describe.each([
    ['Fastify', startFastify],
    ['Express', startExpress],
  ] as const)('%s', (_name, start) => {
    const serve = async (trust: string | string[], depth?: number): Promise<number> => {
      const ca = [trust].flat().map(file);
      const verifier = createVerifier({ trust: ca, ...(depth === undefined ? {} : { depth }) });
      // Without hints, for the releases of Node.js that hide what clients send (README, Limitations).
      const tls = serverTls(verifier, { key: file('server.key'), cert: file('server.crt'), caHints: 'none' });
      const started = await start({ mtls: { verifier, tls }, tls: tls.options });
      running.push(started);
      return started.port;
    };

    test('answers 403 without a certificate and 200 with one', async () => {
      const port = await serve('my_ca.crt');
      expect(await curl(port, '/')).toMatchObject({ status: 403, body: { code: 'PEERCERT_CERTIFICATE_MISSING' } });
      expect(await curl(port, '/', ...withPem('mallory'))).toMatchObject({ status: 403, body: { code: 'PEERCERT_ISSUER_UNKNOWN' } });
      expect(await curl(port, '/', ...withPem('bob'))).toEqual({ status: 200, body: { CN: ['bob'] } });
      expect(await curl(port, '/', '--cert-type', 'P12', '--cert', 'bob.p12:test')).toEqual({ status: 200, body: { CN: ['bob'] } });
    });

    test('takes a certificate whose attributes were left blank, from an authority whose key has a passphrase', async () => {
      const port = await serve('ca.crt');
      expect(await curl(port, '/', ...withPem('alice'))).toEqual({ status: 200, body: { CN: ['alice'] } });
      expect(await curl(port, '/pay', ...withPem('alice'))).toMatchObject({ status: 403, body: { code: 'PEERCERT_POLICY_MISMATCH' } });
    });

    test('takes a certificate without a common name', async () => {
      expect(await curl(await serve('my_ca.crt'), '/', ...withPem('nobody'))).toEqual({ status: 200, body: { CN: null } });
    });

    test('serves public and protected routes on one port', async () => {
      const port = await serve('my_ca.crt');
      expect(await curl(port, '/health')).toMatchObject({ status: 200, body: { ok: true } });
      expect(await curl(port, '/pay')).toMatchObject({ status: 403 });
      expect(await curl(port, '/pay', ...withPem('nobody'))).toMatchObject({ status: 403, body: { code: 'PEERCERT_POLICY_MISMATCH' } });
      expect(await curl(port, '/pay', ...withPem('bob'))).toMatchObject({ status: 200, body: { paid: true } });
    });

    test.each([
      ['a list', ['ca.crt', 'my_ca.crt']],
      ['one file', 'both.crt'],
    ])('takes two authorities as one set, from %s', async (_how, trust) => {
      const port = await serve(trust);
      for (const name of ['alice', 'bob']) expect(await curl(port, '/', ...withPem(name))).toEqual({ status: 200, body: { CN: [name] } });
      expect(await curl(port, '/', ...withPem('mallory'))).toMatchObject({ status: 403, body: { code: 'PEERCERT_ISSUER_UNKNOWN' } });
    });

    test('counts the depth as ssl_verify_depth and SSLVerifyDepth do', async () => {
      const carol = ['--cert', 'carol-chain.crt', '--key', 'carol.key'];
      expect(await curl(await serve('my_ca.crt', 0), '/', ...carol)).toMatchObject({
        status: 403,
        body: { code: 'PEERCERT_DEPTH_EXCEEDED' },
      });
      expect(await curl(await serve('my_ca.crt', 1), '/', ...carol)).toEqual({ status: 200, body: { CN: ['carol'] } });
    });
  });

  test("openssl's own client is answered like any other", async () => {
    const tls = serverTls(createVerifier({ trust: file('my_ca.crt') }), { key: file('server.key'), cert: file('server.crt') });
    const { port, ...started } = await startFastify({ mtls: { tls }, tls: tls.options });
    running.push({ port, ...started });
    const ask = async (...client: string[]): Promise<string> => {
      const child = spawn('openssl', ['s_client', '-quiet', '-connect', `127.0.0.1:${port}`, ...client], { cwd: folder });
      child.stdin.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      let text = '';
      for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk;
      return text;
    };
    expect(await ask('-cert', 'bob.crt', '-key', 'bob.key')).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*"bob"/);
    expect(await ask()).toMatch(/^HTTP\/1\.1 403 Forbidden[\s\S]*PEERCERT_CERTIFICATE_MISSING/);
  });
});
