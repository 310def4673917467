import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needs } from '../support/programs.js';
import { type Door, everybody, expected, openScene, type Person, p12Password, type Scene, verdictOf } from './clients/scene.js';

/** The programs that people try a server with, each with a good certificate, with bad ones, and with none. */
let scene: Scene;

beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

const request = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

function curl({ port }: Door, ...client: readonly string[]): Promise<string> {
  const args = ['--silent', '--include', '--http1.1', '--max-time', '100', '--cacert', 'ca.crt', ...client, `https://localhost:${port}/`];
  return promisify(execFile)('curl', args, { cwd: scene.folder }).then(({ stdout }) => verdictOf(stdout));
}

/** What a program that joins its standard streams to a TLS connection is answered. */
async function spoken(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { cwd: scene.folder, stdio: ['pipe', 'pipe', 'pipe'], timeout: 100_000 });
  child.stdin.on('error', () => undefined).write(request);
  let [text, errors] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk;
  });
  for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk;
  return /^HTTP/m.test(text) ? verdictOf(text) : `no answer: ${text}${errors}`;
}

function sClient({ port }: Door, person: Person, ...more: readonly string[]): Promise<string> {
  const own = person === 'nobody' ? [] : ['-cert', `${person}.crt`, '-key', `${person}.key`, '-cert_chain', `${person}.crt`];
  return spoken('openssl', [
    's_client',
    '-quiet',
    '-verify_return_error',
    '-CAfile',
    'ca.crt',
    '-connect',
    `127.0.0.1:${port}`,
    ...own,
    ...more,
  ]);
}

needs('curl')('curl', () => {
  test('with PEM files, sends what it is given', async () => {
    for (const door of scene.doors) {
      const heard = await everybody((person) =>
        curl(door, ...(person === 'nobody' ? [] : ['--cert', `${person}.crt`, '--key', `${person}.key`])),
      );
      expect(heard).toEqual(expected(door, 'anything'));
    }
  });

  test('with a .p12 file, sends what it is given', async () => {
    const [door] = scene.doors as readonly [Door, ...Door[]];
    const p12 = (person: Person) => ['--cert-type', 'P12', '--cert', `${person}.p12:${p12Password}`];
    expect(await everybody((person) => curl(door, ...(person === 'nobody' ? [] : p12(person))))).toEqual(expected(door, 'anything'));
  });
});

needs('openssl')('openssl s_client', () => {
  test.each(['-tls1_2', '-tls1_3'])('%s sends what it is given', async (version) => {
    for (const door of scene.doors) expect(await everybody((person) => sClient(door, person, version))).toEqual(expected(door, 'anything'));
  });

  test('is told the names of the authorities whose certificates are taken, or none', async () => {
    const named = async ({ port }: Door): Promise<string> => {
      const child = promisify(execFile)('openssl', ['s_client', '-connect', `127.0.0.1:${port}`], { cwd: scene.folder });
      child.child.stdin?.end();
      return (await child).stdout;
    };
    for (const door of scene.doors) {
      const text = await named(door);
      if (door.hints === 'right')
        expect(text).toMatch(/^Acceptable client certificate CA names\n.*CN ?= ?Root\b.*\n.*CN ?= ?Issuing CA\b/m);
      if (door.hints === 'none') expect(text).toMatch(/^No client certificate CA names sent$/m);
    }
  });
});

needs('gnutls-cli')('gnutls-cli', () => {
  test.each(['NORMAL:-VERS-ALL:+VERS-TLS1.2', 'NORMAL:-VERS-ALL:+VERS-TLS1.3'])('%s sends what it is given', async (priority) => {
    for (const door of scene.doors) {
      const heard = await everybody((person) => {
        const own = person === 'nobody' ? [] : ['--x509certfile', `${person}.crt`, '--x509keyfile', `${person}.key`];
        return spoken('gnutls-cli', [
          '--logfile=/dev/null',
          '--priority',
          priority,
          '--x509cafile',
          'ca.crt',
          '-p',
          String(door.port),
          ...own,
          'localhost',
        ]);
      });
      expect(heard).toEqual(expected(door, 'anything'));
    }
  });
});
