import { describe, expect, it } from 'vitest';
import { readDenyFile } from '../../../src/verifier/revocation-sources/deny-feed.js';
import { sleep, until } from '../../sources/folder.js';
import { alice, certificatePem, crlPem, failure, folder, mallory, pem, sub, watched } from './scene.js';

const limits = { allowDenyingAuthorities: false, mostEntries: 1_000 };
const read = (content: string | Uint8Array) => readDenyFile(Buffer.from(content), limits);
const line = `serial f00d issuer CN=Root`;

describe('a deny list is refused as a whole', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['with a line of no form', `${line}\nmallory\n`, "has a line 2 that is neither 'serial … issuer …'"],
    ['with a line that says nobody', 'spki256 ab\n', 'has a line 1 that line: expected a SHA-256'],
    ['with a comment behind an entry', `${line}\nspki256 ${'ab'.repeat(32)} # her\n`, 'has a line 2'],
    ['with half a PEM block', certificatePem(mallory).slice(0, -20), 'cannot be read'],
    ['with half a certificate', pem('CERTIFICATE', mallory.der.subarray(0, 50)), 'holds a certificate that cannot be read'],
    ['with half a certificate as DER', mallory.der.subarray(0, 50), 'holds a certificate that cannot be read'],
    ['with a CRL', crlPem(), 'holds a block "X509 CRL", which is no certificate'],
    ['with an authority', certificatePem(sub.certificate), 'holds the authority CN=Sub'],
    ['with an authority as DER', sub.certificate.der, 'holds the authority CN=Sub'],
    ['with text around a certificate', `subject=CN = mallory\n${certificatePem(mallory)}`, 'has a line 1'],
    ['with text behind the end of a certificate', `${certificatePem(mallory).trimEnd()} mallory`, 'has a line'],
  ])('%s', (_, content, problem) => {
    const found = read(content);
    expect(found.ok ? 'it was read' : found.problem).toContain(problem);
  });

  it('when the verifier is made', () => {
    const file = folder().write('deny.txt', 'mallory\n');
    expect(failure({ denyList: file }).message).toContain('has a line 1 that is neither');
  });
});

describe('a deny list is read', () => {
  const size = (content: string | Uint8Array) => {
    const found = read(content);
    if (!found.ok) throw new Error(found.problem);
    return found.value.size;
  };

  it.each<[string, string | Uint8Array, number]>([
    ['an empty file', '', 0],
    ['comments and empty lines', '# nobody\n\n  \n', 0],
    ['a line, with and without an end', `${line}\n${line}`, 1],
    ['lines of Windows, with a byte order mark', `\ufeff${line}\r\nserial 1 issuer CN=Root\r\n`, 2],
    ['certificates', certificatePem(mallory) + certificatePem(alice), 4],
    ['a certificate as DER', mallory.der, 2],
    ['a certificate and a line that say the same', certificatePem(mallory) + line, 2],
    ['lines between certificates', `${certificatePem(mallory)}serial 1 issuer CN=Root\n${certificatePem(alice)}`, 5],
    ['lines behind a comment about certificates', `# -----BEGIN CERTIFICATE----- goes here\n${line}\n${certificatePem(alice)}`, 3],
  ])('%s', (_, content, entries) => {
    expect(size(content)).toBe(entries);
  });
});

describe('a deny list that is watched', () => {
  const said = (scene: ReturnType<typeof watched>, client: typeof alice, expected: string) =>
    until2(async () => (await scene.says(client)) === expected);

  it('acts at once for what is added, and takes its time for what is taken out', async () => {
    const files = folder();
    const file = files.write('deny.txt', line);
    const scene = watched({ denyList: file });
    await scene.verifier.ready;
    expect(await scene.says(mallory)).toBe('PEERCERT_CERTIFICATE_REVOKED');
    expect(await scene.why(mallory)).toBe('it is on a deny list, by issuer and serial number');
    expect(await scene.says(alice)).toBe('denyListOnly');

    // Alice is added and mallory is taken out, in one.
    const begun = performance.now();
    files.write('deny.txt', certificatePem(alice));
    await said(scene, alice, 'PEERCERT_CERTIFICATE_REVOKED');
    await said(scene, mallory, 'denyListOnly');
    expect(performance.now() - begun).toBeGreaterThan(990);
    // Once with both in it, and then with what the file holds.
    expect(scene.log.of('info').slice(-2)).toEqual(Array(2).fill(`revocation: ${file} is in force: deny list`));
  });

  it('keeps what it said when it cannot be read, and refuses everyone when that lasts', async () => {
    const files = folder();
    const file = files.write('deny.txt', line);
    const scene = watched({ denyList: file, keepLastGoodForSeconds: 6 });
    await scene.verifier.ready;
    files.write('deny.txt', 'gibberish');
    await until(
      () => scene.log.of('warn').length > 0,
      () => 'nothing was logged',
    );
    expect(scene.log.of('warn')).toEqual([
      expect.stringMatching(/deny\.txt has a line 1 that is neither .*; what it held last stays in force$/),
    ]);
    expect([await scene.says(mallory), await scene.says(alice)]).toEqual(['PEERCERT_CERTIFICATE_REVOKED', 'denyListOnly']);
    await said(scene, alice, 'PEERCERT_REVOCATION_UNKNOWN');
    expect(await scene.says(mallory)).toBe('PEERCERT_CERTIFICATE_REVOKED');
    expect(await scene.why(alice)).toContain('has a line 1 that is neither');
    files.write('deny.txt', '');
    await said(scene, alice, 'denyListOnly');
    await said(scene, mallory, 'denyListOnly');
  });
});

async function until2(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('it never came');
    await sleep(5);
  }
}
