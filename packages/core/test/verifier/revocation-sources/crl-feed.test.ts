import { existsSync, readdirSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { client } from '../../path/pki.js';
import { sleep, until } from '../../sources/folder.js';
import { serving } from '../../sources/test-server.js';
import { extension } from '../../support/extensions.js';
import { alice, ca, carol, certificatePem, crl, crlPem, failure, folder, mallory, stranger, sub, type Watched, watched } from './scene.js';

const unknown = 'PEERCERT_REVOCATION_UNKNOWN';
const revoked = 'PEERCERT_CERTIFICATE_REVOKED';

async function says(scene: Watched, who: typeof alice, expected: string): Promise<void> {
  const end = performance.now() + 30_000;
  for (;;) {
    const said = await scene.says(who);
    if (said === expected) return;
    if (performance.now() > end) throw new Error(`it is ${said}, and never ${expected}; ${JSON.stringify(scene.log.lines)}`);
    await sleep(5);
  }
}

describe('files of CRLs are refused', () => {
  it.each<[string, string, string]>([
    ['that hold something else', 'gibberish', 'holds neither a CRL nor a certificate; mend the file'],
    ['that are cut off', crlPem().slice(0, -20), 'cannot be read'],
    ['that hold an authority', certificatePem(sub.certificate), 'set allowDenyingAuthorities'],
  ])('%s', (_, content, message) => {
    const file = folder().write('crl.pem', content);
    const error = failure({ crl: ['unused.pem', file].slice(1) });
    expect(error.option).toBe('revocation.crl');
    expect(error.message).toContain(message);
  });

  it('that are not there, that are too large, and folders without any', () => {
    expect(failure({ crl: 'no-such.crl' }).message).toContain('no-such.crl');
    expect(failure({ crl: folder().write('crl.pem', crlPem()), largestCrlBytes: 100 }).message).toContain('100');
    expect(failure({ crl: folder().path }).option).toBe('revocation.crl');
  });

  it('as bytes', () => {
    expect(failure({ crl: Buffer.from('gibberish') })).toMatchObject({
      option: 'revocation.crl',
      message: 'revocation.crl: holds neither a CRL nor a certificate',
    });
    expect(failure({ crl: '-----BEGIN X509 CRL-----' }).message).toContain('cannot be read');
  });
});

describe('certificates among CRLs', () => {
  it('are denied, and tell nothing of others', async () => {
    const scene = watched({ crl: certificatePem(mallory) });
    expect([await scene.says(mallory), await scene.says(alice)]).toEqual([revoked, 'denyListOnly']);
  });

  it('beside a list are denied, whatever the list says', async () => {
    const scene = watched({ crl: crlPem() + certificatePem(mallory) });
    expect([await scene.says(mallory), await scene.says(alice)]).toEqual([revoked, 'good']);
  });

  it('deny all below an authority, where that was asked for', async () => {
    const scene = watched({ crl: certificatePem(sub.certificate), allowDenyingAuthorities: true });
    expect([await scene.says(carol, sub.certificate), await scene.says(alice)]).toEqual([revoked, 'denyListOnly']);
  });

  it('do not undo that a list is wanted once one has been there', async () => {
    const files = folder();
    const file = files.write('crl.pem', crlPem() + certificatePem(mallory));
    const scene = watched({ crl: file });
    await scene.verifier.ready;
    // Nobody asks while the list is there.
    files.write('crl.pem', certificatePem(mallory));
    await says(scene, alice, unknown);
    expect(await scene.why(alice)).toBe('no CRL of CN=Root is known');
    files.write('crl.pem', certificatePem(mallory) + crlPem());
    await says(scene, alice, 'good');
  });

  it('want a list as soon as one has come', async () => {
    const files = folder();
    const file = files.write('crl.pem', certificatePem(mallory));
    const scene = watched({ crl: file });
    await scene.verifier.ready;
    files.write('crl.pem', certificatePem(mallory) + crlPem({ issuer: 'Stranger', issuerKey: stranger.key }));
    await says(scene, alice, unknown);
  });
});

describe('files of CRLs', () => {
  it('act at once with what they add, and take their time with an older list, which replaces nothing', async () => {
    const files = folder();
    files.write('crls/root.crl', crl());
    const scene = watched({ crl: files.at('crls') });
    await scene.verifier.ready;
    expect(await scene.says(mallory)).toBe('good');
    files.write('crls/root.crl', crl({ number: 8, revoked: [0xf00d] }));
    await says(scene, mallory, revoked);
    files.write('crls/root.crl', crl({ number: 6, thisUpdate: '2029-11-01' }));
    await expect
      .poll(() => scene.log.of('info').at(-1))
      .toMatch(/is in force: the CRL of CN=Root, number 6, 0 entries; the CRL of CN=Root, number 8, 1 entries$/);
    expect(await scene.says(mallory)).toBe(revoked);
    files.write('crls/root.crl', crl({ number: 9 }));
    await says(scene, mallory, 'good');
  });

  it('whose signature nobody made do not take the place of a verified list, and are told of', async () => {
    const files = folder();
    const file = files.write('crl.pem', crlPem({ revoked: [0xf00d] }));
    const scene = watched({ crl: file });
    await scene.verifier.ready;
    files.write('crl.pem', crlPem({ number: 99, issuerKey: stranger.key }));
    await expect
      .poll(() => scene.log.of('warn'))
      .toEqual(['revocation: the CRL of CN=Root, number 99, has a signature that no configured authority of that name made']);
    await sleep(50);
    expect([await scene.says(mallory), await scene.says(alice)]).toEqual([revoked, 'good']);
  });

  it('that are forged at the start tell nothing', async () => {
    const scene = watched({ crl: crlPem({ issuerKey: stranger.key, revoked: [0xf00d] }) });
    await scene.verifier.ready;
    expect([await scene.says(mallory), await scene.says(alice)]).toEqual([unknown, unknown]);
    expect(await scene.why(alice)).toContain('signature');
  });

  it('that are gone keep what they held, then count for nothing, then count again', async () => {
    const files = folder();
    const file = files.write('crl.pem', crlPem());
    const scene = watched({ crl: file, keepLastGoodForSeconds: 6 });
    await scene.verifier.ready;
    files.link('crl.pem', 'nowhere');
    await expect.poll(() => scene.log.of('warn')).toHaveLength(1);
    expect(await scene.says(alice)).toBe('good');
    await says(scene, alice, unknown);
    expect(scene.log.of('error')).toEqual([expect.stringMatching(/it has failed for too long and counts for nothing from now on$/)]);
    files.rename('crl.pem', crlPem());
    await says(scene, alice, 'good');
    expect(scene.log.of('info')).toContainEqual(expect.stringMatching(/in order again$/));
  });

  it('that have gone stale are unavailable, for which there is an exception', async () => {
    const files = folder();
    const file = files.write('crl.pem', crlPem());
    const scene = watched({ crl: file, keepLastGoodForSeconds: 1, allowUnavailable: 'all' });
    const strict = watched({ crl: file, keepLastGoodForSeconds: 1, allowNoInformation: 'all' });
    await Promise.all([scene.verifier.ready, strict.verifier.ready]);
    files.write('crl.pem', 'gibberish');
    await says(scene, alice, 'accepted');
    expect(await strict.says(alice)).toBe(unknown);
  });
});

describe('URLs of CRLs', () => {
  const serve = async () => {
    const server = { requests: 0, answer: (response: ServerResponse): unknown => response.end(crl()) };
    const url = await serving((_, response) => {
      server.requests += 1;
      server.answer(response);
    });
    return { server, url: `${url}/root.crl?token=secret` };
  };

  it('are unavailable until they have been read, and say nothing of their queries', async () => {
    const { url, server } = await serve();
    server.answer = (response) => response.writeHead(503).end();
    const scene = watched({ crl: url });
    expect(await scene.why(alice)).toMatch(/^127\.0\.0\.1:\d+\/root\.crl has not been read yet$/);
    await scene.verifier.ready;
    expect(await scene.why(alice)).toMatch(/root\.crl: was answered with status 503$/);
    expect(JSON.stringify(scene.log.lines)).not.toContain('secret');
    expect(await watched({ crl: url, allowNoInformation: 'all' }).says(alice)).toBe(unknown);
  });

  it('that hold certificates alone say nothing: nobody signed that there is no list', async () => {
    const { url, server } = await serve();
    server.answer = (response) => response.end(certificatePem(alice));
    const { verifier, says } = watched({ crl: url });
    await verifier.ready;
    expect([await says(alice), await says(mallory)]).toEqual([unknown, unknown]);
  });

  it('tell once they have been read', async () => {
    const { url, server } = await serve();
    server.answer = (response) => response.end(crl({ revoked: [0xf00d] }));
    const scene = watched({ crl: url });
    await scene.verifier.ready;
    expect([await scene.says(mallory), await scene.says(alice)]).toEqual([revoked, 'good']);
    expect(server.requests).toBe(1);
  });

  it('are known after a restart without network, where state is kept', async () => {
    const { url, server } = await serve();
    const stateFolder = folder().at('state');
    const first = watched({ crl: url, stateFolder });
    await first.verifier.ready;
    // What is kept is written after it is in force, beside, and then gets its name.
    await until(
      () => existsSync(stateFolder) && readdirSync(stateFolder).some((name) => name.endsWith('.response')),
      () => 'nothing was kept',
    );
    await first.verifier.close();
    server.answer = (response) => response.destroy();
    const second = watched({ crl: url, stateFolder });
    await second.verifier.ready;
    expect(await second.says(alice)).toBe('good');
  });

  it('with more bytes than are allowed are not read', async () => {
    const { url } = await serve();
    const scene = watched({ crl: url, largestCrlBytes: 100 });
    await scene.verifier.ready;
    expect(await scene.why(alice)).toContain('more than the 100 bytes that are allowed');
  });
});

it('of several sources, one that tells of somebody is enough', async () => {
  const eve = client(sub, { serialNumber: 5 }, 'eve');
  const scene = watched({ crl: [crl(), crl({ issuer: 'Sub', issuerKey: sub.key, revoked: [5] })] });
  expect(await scene.says(carol, sub.certificate)).toBe('good');
  expect(await scene.says(eve, sub.certificate)).toBe(revoked);
  expect(await watched({ crl: crl() }).says(carol, sub.certificate)).toBe(unknown);
  expect(await watched({ crl: crl({ revoked: [Number(`0x${sub.certificate.serialNumberHex}`)] }) }).says(carol, sub.certificate)).toBe(
    revoked,
  );
  expect(ca.certificate.isSelfIssued).toBe(true);
});

it('a certificate whose distribution points cannot be read is refused, and nothing is thrown', async () => {
  const broken = client(ca, { extensions: [extension('2.5.29.31', Uint8Array.of(0x30, 9))] }, 'broken');
  expect(await watched({ crl: crl() }).says(broken)).toMatch(/^PEERCERT_/);
});
