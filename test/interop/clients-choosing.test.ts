import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openChromium, policyObstacle, showCertificatesToLocalhost } from '../support/chromium.js';
import { textOf } from '../support/page-text.js';
import { needs } from '../support/programs.js';
import { type Door, expected, openScene, type Person, p12Password, people, type Scene, verdict } from './clients/scene.js';

/**
 * Clients that look at the names of the authorities that a server tells (RFC 8446, section 4.2.4; RFC 5246, section 7.4.4), and send a certificate of theirs
 * or none. A server that tells the wrong names locks them out without a word; `serverTls` tells those of its verifier.
 */
const execute = promisify(execFile);
const versions = ['1.2', '1.3'] as const;
let scene: Scene;

beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

const file = (name: string): string => join(scene.folder, name);
const url = ({ port }: Door): string => `https://localhost:${port}/`;
/** Everyone at every door, in each version of TLS. */
const visits = () => scene.doors.flatMap((door) => versions.flatMap((version) => people.map((person) => ({ door, version, person }))));
type Visit = ReturnType<typeof visits>[number];
const labelled = (asked: readonly Visit[], said: readonly (string | undefined)[]) =>
  asked.map(({ door, version, person }, index) => [door.framework, door.hints, version, person, said[index]]);

needs('go')('a Go client', () => {
  let program: string;

  beforeAll(async () => {
    program = file('client');
    const env = { GOCACHE: join(homedir(), '.cache', 'go-build'), ...process.env, GO111MODULE: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '' };
    await execute('go', ['build', '-o', program, join(import.meta.dirname, 'clients/client.go')], { env, timeout: 240_000 });
  }, 250_000);

  test.each([
    ['tls.Config.Certificates sends what is hinted, or, where nothing is, anything', 'what is hinted', false],
    ['GetClientCertificate sends what it is given', 'anything', true],
  ] as const)('with %s', async (_how, sends, regardless) => {
    const asked = visits();
    const tasks = asked.map(({ door, version, person }) => ({
      url: url(door),
      ca: file('ca.crt'),
      version,
      regardless,
      ...(person === 'nobody' ? {} : { cert: file(`${person}.crt`), key: file(`${person}.key`) }),
    }));
    const { stdout } = await execute(program, [JSON.stringify(tasks)], { timeout: 100_000 });
    const heard = (JSON.parse(stdout) as { status: number; body: string }[]).map(({ status, body }) => verdict(status, body));
    expect(labelled(asked, heard)).toEqual(
      labelled(
        asked,
        asked.map(({ door, person }) => expected(door, sends)[person]),
      ),
    );
  });
});

needs('java', 'javac')('a Java client with a keystore', () => {
  test('sends what is hinted, or, where nothing is, anything', async () => {
    const asked = visits();
    const tasks = asked.flatMap(({ door, version, person }) => [
      url(door),
      `TLSv${version}`,
      person === 'nobody' ? '-' : file(`${person}.p12`),
    ]);
    const program = join(import.meta.dirname, 'clients/Client.java');
    const { stdout } = await execute('java', [program, file('ca.crt'), p12Password, ...tasks], { timeout: 100_000 });
    const heard = stdout
      .trim()
      .split('\n')
      .map((line) => verdict(line.slice(0, 3), line.slice(4)));
    expect(labelled(asked, heard)).toEqual(
      labelled(
        asked,
        asked.map(({ door, person }) => expected(door, 'what is hinted')[person]),
      ),
    );
  });
});

needs(
  'chromium',
  'certutil',
  'pk12util',
)('Chromium', () => {
  // With CI=true everything can be had, and what cannot fails by itself.
  beforeEach((context) => {
    const obstacle = policyObstacle();
    if (obstacle !== undefined && process.env.CI !== 'true') context.skip(obstacle);
    return showCertificatesToLocalhost();
  });

  test.each<[string, Door['hints'], Person, string]>([
    ['shows a certificate whose authority is hinted', 'right', 'alice', '200 alice'],
    ['shows one that was revoked', 'right', 'revoked', '403 PEERCERT_CERTIFICATE_REVOKED'],
    ['keeps one back whose authority is not hinted', 'right', 'stranger', '403 PEERCERT_CERTIFICATE_MISSING'],
    ['shows that one where nothing is hinted', 'none', 'stranger', '403 PEERCERT_ISSUER_UNKNOWN'],
    ['keeps one back that has expired', 'none', 'expired', '403 PEERCERT_CERTIFICATE_MISSING'],
  ])('%s', async (_what, hints, person, said) => {
    const door = scene.doors.find((each) => each.hints === hints) as Door;
    const browser = await openChromium({ ca: file('ca.crt'), own: { file: file(`${person}.p12`), password: p12Password } });
    try {
      const text = textOf(await browser.dump(url(door)));
      expect(verdict(/"statusCode":(\d+)/.exec(text)?.[1] ?? 200, text)).toBe(said);
    } finally {
      browser.remove();
    }
  });
});
