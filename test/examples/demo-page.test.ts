import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type EndEntityOptions } from '@peercert/pki';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { html, shown } from '../../examples/demo/page/html.mjs';
import { picture } from '../../examples/demo/page/picture.mjs';
import { timeLeft } from '../../examples/demo/page/time.mjs';
import { type ClientName, createPki, type Pki, writeFiles } from '../../examples/demo/pki.mjs';
import { policies } from '../../examples/demo/policies.mjs';
import { type Running, startExpress, startFastify } from '../../examples/demo/servers.mjs';
import { get, type HttpAnswer } from '../support/client.js';
import { textOf, verdictsIn } from '../support/page-text.js';

/** Whose certificate is shown. */
type Visitor = ClientName | 'nobody';

let folder = '';
let pki: Pki;
const servers: Running[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-page-'));
  pki = await createPki();
  await writeFiles(pki, folder);
  const handout = { folder: join(folder, "alice's"), names: ['alice', 'bob'], password: 'abcd-efgh-jkmn' };
  for (const start of [startFastify, startExpress]) servers.push(await start({ folder, port: 0, handout, log: () => {} }));
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  ['Fastify', 0],
  ['Express', 1],
] as const)('the page of %s', (server, index) => {
  const ask = (path: string, as: Visitor = 'nobody'): Promise<HttpAnswer> =>
    get((servers[index] as Running).port, path, as === 'nobody' ? {} : pki.clients[as]);

  test('tells a stranger the file, its password, the command line and the browsers, and lets the browser choose again', async () => {
    const { status, headers, body } = await ask('/me');
    expect(status).toBe(200);
    expect(headers.connection).toBe('close');
    const text = textOf(body);
    expect(text).toContain('You showed no certificate');
    expect(text).toContain(join(folder, "alice's", 'alice.p12'));
    expect(text).toContain(join(folder, "alice's", 'bob.p12'));
    expect(text).toContain('Its password is abcd-efgh-jkmn');
    const { port } = servers[index] as Running;
    expect(text).toContain(
      `cd '${folder}/alice'\\''s' curl --cacert ca.crt --cert-type P12 --cert alice.p12:abcd-efgh-jkmn https://127.0.0.1:${port}/pay`,
    );
    for (const browser of ['Firefox Settings', 'Chrome, Edge Settings', 'Safari Open']) expect(text).toContain(browser);
    expect(text).toContain('403 PEERCERT_CERTIFICATE_MISSING A client certificate is required');
    expect(text).toContain(`answered by ${server}`);
  });

  test('shows who the visitor is', async () => {
    const { status, body } = await ask('/me', 'client');
    expect(status).toBe(200);
    const text = textOf(body);
    const { x509 } = pki.byBrowser.alice;
    expect(text).toContain('You are alice ✓ Verified up to CN=Example CA,O=Example');
    expect(text).toMatch(/Subject CN alice OU payments Issuer O Example CN Example CA Validity 36[45] days left/);
    expect(text).toContain(`SHA-256 fingerprint ${x509.fingerprint256}`);
    expect(text).toContain(`Serial number ${x509.serialNumber.toLowerCase()}`);
    expect(text).toContain('Alternative names email alice@example.com Issued for clientAuth TLS session from a full handshake');
    for (const moment of [x509.validFrom, x509.validTo]) expect(body).toContain(`datetime="${new Date(moment).toISOString()}"`);
    expect(text).toContain('Without a certificate Only /health answers.');
  });

  test('shows the chain up to the anchor, intermediates included', async () => {
    const text = textOf((await ask('/me', 'with-intermediate')).body);
    expect(text).toMatch(
      /Your certificate OU=devices,CN=sensor-7 SHA-256 [0-9A-F:]{95} Intermediate authority CN=Example Devices CA,O=Example SHA-256 [0-9A-F:]{95} Trust anchor: this server was told to trust it CN=Example CA,O=Example SHA-256 [0-9A-F:]{95} /,
    );
  });

  test('says which rule refuses, what it expected and what was found, and what the client is told', async () => {
    const text = textOf((await ask('/me', 'other-department')).body);
    expect(text).toContain("/pay ✕ Refused Policy { subject: { OU: 'payments' } } Your certificate is good, but a rule does not hold:");
    expect(text).toContain('Rule subject.OU Expected "payments" Found "sales" All that the client is told 403 PEERCERT_POLICY_MISMATCH');
    expect(text).toContain('Rule subjectAltName.email Expected /.+@example\\.com/ Found none');
    expect(text).toContain('Only this page tells you why.');
    const elsewhere = (await ask('/pay', 'other-department')).body;
    for (const secret of ['sales', 'payments', 'subject.OU']) expect(elsewhere).not.toContain(secret);
  });

  test('says which rules hold', async () => {
    const text = textOf((await ask('/me', 'client')).body);
    expect(text).toContain('Rule subject.OU Expected "payments" Found "payments"');
    expect(text).toContain('Rule subjectAltName.email Expected /.+@example\\.com/ Found "alice@example.com"');
    expect(text).toContain('Rule issuer.CN Expected "Example Devices CA" Found "Example CA"');
  });

  test.each<[ClientName, string, string]>([
    ['expired', 'PEERCERT_CERTIFICATE_EXPIRED', 'in the certificate of OU=payments,CN=alice'],
    ['other-ca-client', 'PEERCERT_ISSUER_UNKNOWN', 'its issuer, CN=Elsewhere CA,O=Elsewhere, is neither trusted nor known'],
    ['self-signed', 'PEERCERT_ISSUER_UNKNOWN', 'OU=payments,CN=alice'],
  ])('explains to the holder of %s.crt why it is refused', async (name, code, found) => {
    const { status, body } = await ask('/me', name);
    expect(status).toBe(403);
    const text = textOf(body);
    expect(text).toContain(`Your certificate is refused`);
    expect(text).toContain(`Code ${code} Found `);
    expect(text).toContain(found);
    expect(text).toContain('How to get in');
    expect(text).not.toContain('You are');
  });

  test.each<Visitor>(['nobody', 'client', 'other-department', 'version-1', 'with-intermediate', 'expired', 'other-ca-client'])(
    'promises %s what the routes then do',
    async (name) => {
      const promised = verdictsIn((await ask('/me', name)).body);
      expect(Object.keys(promised)).toEqual(Object.keys(policies));
      for (const [path, word] of Object.entries(promised)) {
        const { status } = await ask(path, name);
        expect(`${path} ${status}`).toBe(`${path} ${word === 'Allowed' ? 200 : 403}`);
      }
    },
  );

  test.each<Visitor>(['nobody', 'client', 'expired'])('loads and runs nothing for %s', async (name) => {
    const { headers, body } = await ask('/me', name);
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(body) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    const policy = `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
    expect(headers['content-security-policy']).toBe(policy);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(style).not.toMatch(/url\(|@import/);
    expect(body).not.toMatch(/<script|<iframe|<form|\s(?:src|style|on\w+)=/i);
    const links = [...body.matchAll(/\shref="([^"]*)"/g)].map(([, link]) => link as string);
    expect(links.filter((link) => !Object.hasOwn(policies, link) && !link.startsWith('data:image/svg+xml,'))).toEqual([]);
  });

  test.each<[string, EndEntityOptions, string[]]>([
    [
      'markup',
      { subject: { CN: '<script>alert(1)</script>', O: '"><img src=x onerror=alert(1)>' } },
      ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>'],
    ],
    ['a character reference', { subject: { CN: '&lt;b&gt; &amp;' } }, ['&lt;b&gt; &amp;']],
    ['a text that runs backwards', { subject: { CN: 'alice\u202etxt.exe', OU: '\u2066a\u2069' } }, ['aliceU+202Etxt.exe', 'U+2066aU+2069']],
    [
      'control characters',
      { subject: { CN: 'al\u001b[2Jice', OU: 'pay\r\nments\u0085' } },
      ['alU+001B[2Jice', 'payU+000DU+000AmentsU+0085'],
    ],
    [
      'what does not show',
      { subject: { CN: 'ali\u200bce', OU: '\u3164\ufeffpayments\u00ad' } },
      ['aliU+200Bce', 'U+3164U+FEFFpaymentsU+00AD'],
    ],
    ['a script in a URI', { subject: { CN: 'x' }, subjectAltName: { uri: 'javascript:alert(1)' } }, ['uri javascript:alert(1)']],
    ['two common names', { subject: { CN: ['alice', 'root'] } }, ['You are CN=root,CN=alice']],
    ['an empty subject', { subject: {}, subjectAltName: { email: 'x@example.com' } }, ['Subject empty', 'Your certificate an empty name']],
  ])('shows %s in a certificate as text', async (_what, options, texts) => {
    const { port } = servers[index] as Running;
    const { status, body } = await get(port, '/me', (await pki.ca.issueClient(options)).tls);
    expect(status).toBe(200);
    const text = textOf(body);
    for (const expected of texts) expect(text).toContain(expected);
    expect(body).not.toMatch(/<script|<img|href="javascript/i);
    expect(body.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
  });

  test('shows markup in the name of an unknown issuer as text', async () => {
    const stranger = await createAuthority({ subject: { CN: '<script>\u202e' } });
    const { port } = servers[index] as Running;
    const { status, body } = await get(port, '/me', (await stranger.issueClient({ subject: { CN: '<b>mallory' } })).tls);
    expect(status).toBe(403);
    expect(textOf(body)).toContain('in the certificate of CN=\\<b\\>mallory');
    expect(body).not.toMatch(/<script|<b>|\u202e/i);
  });
});

test('two fingerprints have two pictures, of a square for each digit', () => {
  const one = picture('0'.repeat(63).concat('f')).source;
  expect(one.match(/<rect /g)).toHaveLength(64);
  expect(one).toContain('<rect x="70" y="70" width="9" height="9" rx="2" fill-opacity="1.00"/>');
  expect(one).not.toBe(picture('0'.repeat(64)).source);
});

test.each([
  [-1_000, 'none left'],
  [-999, 'less than a minute left'],
  [0, 'less than a minute left'],
  [59_000, '1 minute left'],
  [3_599_000 - 1, '59 minutes left'],
  [3_599_000, '1 hour left'],
  [86_399_000 - 1, '23 hours left'],
  [86_399_000, '1 day left'],
  [2 * 86_400_000 - 1_000, '2 days left'],
  [3_650 * 86_400_000, '3,650 days left'],
])('a certificate whose last second begins in %d ms has: %s', (milliseconds, text) => {
  const now = Date.parse('2026-02-28T12:00:00Z');
  expect(timeLeft(new Date(now + milliseconds).toISOString(), now)).toBe(text);
});

describe('html', () => {
  test('escapes what is put into it, in text and in attributes', () => {
    expect(html`<a title="${`"'`}">${'<&>'}</a>`.source).toBe('<a title="&#34;&#39;">&#60;&#38;&#62;</a>');
  });

  test('takes its own kind as it is, lists one by one, and nothing for nothing', () => {
    expect(html`${html`<b>${1}</b>`}${[html`<i></i>`, '<']}${undefined}${null}${false}`.source).toBe('<b>1</b><i></i>&#60;');
  });

  test('takes nobody else for its own kind', () => {
    expect(html`${{ source: '<script>', toString: () => '<b>' }}`.source).toBe('&#60;b&#62;');
  });

  test('sets a value apart, and names what does not show', () => {
    expect(shown('a\u202eb').source).toBe('<bdi class="value">a<span class="unseen">U+202E</span>b</bdi>');
    expect(html`${'a\u202eb'}`.source).toBe('aU+202Eb');
  });
});
