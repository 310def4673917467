import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toPkcs12 } from '@peercert/pki';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { createPki, writeFiles } from '../../examples/demo/pki.mjs';
import { startFastify } from '../../examples/demo/servers.mjs';
import { root } from '../../scripts/lib/workspace.mjs';
import { type Child, startChild } from '../examples/child.js';
import { type Browser, type Imported, openChromium, policyObstacle, showCertificatesToLocalhost } from '../support/chromium.js';
import { textOf, verdictsIn } from '../support/page-text.js';
import { needs } from '../support/programs.js';

/** As much as a browser takes on a machine that is busy with other tests. */
const timeout = 90_000;

needs(
  'chromium',
  'certutil',
  'pk12util',
)('the demo in Chromium', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'peercert-browser-'));
  const folder = join(temporary, 'demo');
  let demo: Child;
  let password = '';
  let pages: string[] = [];
  const cleanUp: (() => unknown)[] = [() => rmSync(temporary, { recursive: true, force: true })];

  beforeAll(async () => {
    demo = await startChild(join(root, 'examples/demo/main.mjs'), {
      args: ['--port', '0', '--folder', folder],
      until: /Ctrl-C ends the demo/,
    });
    cleanUp.push(() => demo.stop('SIGTERM'));
    [, password = ''] = /^ {2}password +(\S+)$/m.exec(demo.output()) ?? [];
    pages = [...demo.output().matchAll(/https:\/\/localhost:\d+\/me/g)].map(([url]) => url);
    expect(pages).toHaveLength(2);
  }, timeout);
  afterAll(async () => {
    for (const step of cleanUp.reverse()) await step();
  });

  async function browser(imported: Imported): Promise<Browser> {
    const opened = await openChromium(imported);
    cleanUp.push(opened.remove);
    return opened;
  }

  /** With CI=true everything can be had, and what cannot fails by itself. */
  function chooseCertificates(context: TestContext): void {
    const obstacle = policyObstacle();
    if (obstacle !== undefined && process.env.CI !== 'true') context.skip(obstacle);
    context.onTestFinished(showCertificatesToLocalhost());
  }

  const ca = join(folder, 'ca.crt');
  const holder = (name: string): Imported => ({ ca, own: { file: join(folder, `${name}.p12`), password } });

  test('a visitor without a certificate is told the way in', { timeout }, async () => {
    const visitor = await browser({ ca });
    const page = await visitor.dump(pages[0] as string);
    const text = textOf(page);
    expect(text).toContain('You showed no certificate');
    expect(text).toContain(`${join(folder, 'alice.p12')} or, to be somebody else, ${join(folder, 'bob.p12')} Its password is ${password}`);
    expect(verdictsIn(page)).toEqual({
      '/health': 'Allowed',
      '/': 'Refused',
      '/pay': 'Refused',
      '/mail': 'Refused',
      '/devices': 'Refused',
    });
  });

  describe.each([
    ['alice', { '/health': 'Allowed', '/': 'Allowed', '/pay': 'Allowed', '/mail': 'Allowed', '/devices': 'Refused' }],
    ['bob', { '/health': 'Allowed', '/': 'Allowed', '/pay': 'Refused', '/mail': 'Refused', '/devices': 'Refused' }],
    ['alice-legacy', { '/health': 'Allowed', '/': 'Allowed', '/pay': 'Allowed', '/mail': 'Allowed', '/devices': 'Refused' }],
  ])('with %s.p12', (file, verdicts) => {
    const [name] = file.split('-');

    test(`a visitor is ${name} to both servers, and learns what each policy says`, { timeout }, async (context) => {
      chooseCertificates(context);
      const visitor = await browser(holder(file));
      for (const [index, server] of ['Fastify', 'Express'].entries()) {
        const page = await visitor.dump(pages[index] as string);
        const text = textOf(page);
        expect(text).toContain(`answered by ${server} You are ${name} ✓ Verified up to CN=Example CA,O=Example`);
        expect(text).toContain('Rule issuer.CN Expected "Example Devices CA" Found "Example CA"');
        expect(verdictsIn(page)).toEqual(verdicts);
      }
    });
  });

  test('markup and hidden characters in a certificate stay text', { timeout }, async (context) => {
    const own = join(temporary, 'hostile');
    const pki = await createPki();
    await writeFiles(pki, own);
    const hostile = await pki.ca.issueClient({ subject: { CN: '<script>document.title="owned"</script>', OU: 'stnemyap\u202e' } });
    writeFileSync(join(own, 'hostile.p12'), await toPkcs12(hostile, { password: 'x', friendlyName: 'hostile' }));
    const handout = { folder: own, names: ['alice'], password: 'x' };
    const server = await startFastify({ folder: own, port: 0, handout, log: () => {} });
    cleanUp.push(() => server.close());
    const url = `https://localhost:${server.port}/me`;
    chooseCertificates(context);
    const visitor = await browser({ ca: join(own, 'ca.crt'), own: { file: join(own, 'hostile.p12'), password: 'x' } });

    const page = await visitor.dump(url);

    expect(textOf(page)).toContain('You are <script>document.title="owned"</script> ✓ Verified');
    expect(textOf(page)).toContain('OU stnemyapU+202E');
    expect(page).not.toMatch(/<script|\u202e|<title>owned/);
  });
});
