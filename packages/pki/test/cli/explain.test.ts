import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Explanation } from '@peercert/core';
import { describe, expect, test } from 'vitest';
import { toPkcs12 } from '../../src/pkcs12/to-pkcs12.js';
import { createTestKit } from '../../src/testing/index.js';
import { temporaryFolder } from '../temporary-folder.js';
import { peercert } from './peercert.js';

const folder = temporaryFolder();
const kit = await createTestKit();
const { alice, otherDepartment, viaIntermediate, revoked } = kit.clients;

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const ca = file('ca.crt', kit.root.certificate);
const crl = file('crl.pem', kit.crl.pem);
const aliceCertificate = file('alice.crt', alice.tls.cert);
const policy = file(
  'policy.yaml',
  'default: { publicKey: { type: ec } }\npolicies: { pay: { subject: { OU: payments } }, audit: { subject: { OU: audit } } }\n',
);
const pkcs12 = await toPkcs12(alice.credential, { password: 'a' });
const explain = (...argv: string[]) => peercert(['explain', '--ca', ca, ...argv]);

describe('what cannot be explained is refused with status 2, in one line, and nothing on standard output:', () => {
  const oneSet = file('sets.yaml', 'policies: { a: { trustSet: partners } }');
  const byCa = ['explain', '--ca', ca];
  const ofAlice = [...byCa, '--cert', aliceCertificate];
  const noDefault = file('named.yaml', 'policies: { pay: { subject: { OU: payments } } }');

  test.each<[string, string[], string]>([
    ['no authority', ['explain', '--cert', aliceCertificate], "required option '--ca <[set=]file>' not specified"],
    ['no certificate', ['explain', '--ca', ca], "required option '--cert <file>' not specified"],
    ['a certificate that is not there', [...byCa, '--cert', 'nobody.crt'], '--cert nobody.crt: there is no such file'],
    ['a folder', [...byCa, '--cert', folder], 'it is a folder; name a file'],
    ['a key instead', [...byCa, '--cert', file('alice.key', alice.tls.key)], 'alice.key: holds a private key and no certificate'],
    ['a PKCS#12 file', [...byCa, '--cert', file('a.p12', pkcs12)], 'a PKCS#12 file: give the certificate'],
    ['a CRL instead', [...byCa, '--cert', crl], 'holds no certificate, only X509 CRL'],
    ['a text', [...byCa, '--cert', policy], 'holds no certificate: neither PEM nor DER'],
    ['an authority that is not there', ['explain', '--ca', 'nowhere.crt', '--cert', aliceCertificate], '--ca: cannot read nowhere.crt'],
    ['a key for an authority', ['explain', '--ca', join(folder, 'alice.key'), '--cert', aliceCertificate], '--ca: '],
    ['a CRL that is not there', [...ofAlice, '--crl', 'nowhere.pem'], '--crl: nowhere.pem'],
    ['a policy file that is not there', [...ofAlice, '--policy', 'nowhere.yaml'], '--policy nowhere.yaml'],
    ['a policy file with a slip', [...ofAlice, '--policy', file('slip.yaml', 'subjekt: { OU: x }')], "did you mean 'subject'?"],
    ['a name without a file', [...ofAlice, '--name', 'pay'], '--name is that of a policy in a file: give --policy'],
    ['an unknown name', [...ofAlice, '--policy', policy, '--name', 'pai'], "--name: there is no policy 'pai'"],
    ['no name where there is no default', [...ofAlice, '--policy', noDefault], 'has no default policy: choose one with --name: pay'],
    ['an unknown trust set', [...ofAlice, '--policy', oneSet, '--name', 'a'], 'name a trust set with --ca NAME=FILE'],
    ['a time without a zone', [...ofAlice, '--at', '2030-01-01T00:00:00'], 'It must be a time such as'],
    ['a day that is none', [...ofAlice, '--at', '2030-02-40'], 'It must be a time such as'],
  ])('%s', async (_, argv, problem) => {
    const answer = await peercert(argv);
    expect(answer).toMatchObject({ status: 2, out: '' });
    expect(answer.err).toContain(problem);
    expect(answer.err).toMatch(/^peercert: [^\n]+\n$/);
  });
});

describe('a certificate that is refused is explained with status 1:', () => {
  test.each(kit.broken.map((client) => [client.name, client] as const))('%s', async (name, { credential, chain, code }) => {
    const others = chain.slice(1).map((der, index) => ['--cert', file(`${name}-${index}.der`, der)]);
    const { status, out } = await explain('--cert', file(`${name}.der`, credential.der), ...others.flat(), '--json');
    expect(status).toBe(1);
    expect((JSON.parse(out) as Explanation).verdict).toMatchObject({ ok: false, code });
  });

  test('revoked', async () => {
    const { status, out } = await explain('--cert', file('revoked.crt', revoked.tls.cert), '--crl', crl);
    expect(status).toBe(1);
    expect(out).toMatch(/^FAIL {2}refused: PEERCERT_CERTIFICATE_REVOKED/);
    expect(out).toMatch(/lists it as revoked since .* \(keyCompromise\)/);
  });

  test('of an issuer without a list', async () => {
    const certificate = file('via.crt', viaIntermediate.tls.cert);
    const { status, out } = await explain('--cert', certificate, '--crl', crl);
    expect(status).toBe(1);
    expect(out).toMatch(/PEERCERT_REVOCATION_UNKNOWN[\s\S]*no CRL of CN=Example Issuing CA,O=Example is known/);
  });

  test('when the list has run out', async () => {
    const expired = await kit.root.issueCrl({ thisUpdate: new Date(Date.now() - 7_200_000), nextUpdate: new Date(Date.now() - 3_600_000) });
    const { status, out, err } = await explain('--cert', aliceCertificate, '--crl', file('expired.pem', expired.pem));
    expect(status).toBe(1);
    expect(out).toMatch(/PEERCERT_REVOCATION_UNKNOWN[\s\S]*\(EXPIRED\)/);
    expect(err).toMatch(/has expired: its nextUpdate is/);
  });

  test('at another time', async () => {
    const { status, out } = await explain('--cert', aliceCertificate, '--at', '2001-01-01');
    expect(status).toBe(1);
    expect(out).toMatch(/^FAIL {2}refused: PEERCERT_CERTIFICATE_NOT_YET_VALID.*\(at 2001-01-01T00:00:00\.000Z\)/);
  });

  test('by the policy that was named, with the rule', async () => {
    const { status, out } = await explain('--cert', aliceCertificate, '--policy', policy, '--name', 'audit');
    expect(status).toBe(1);
    expect(out).toContain(`policy: --name audit\n  FAIL  policy 'audit'.subject.OU: expected "audit", found "payments"`);
    expect(out).toContain('policy: default policy of the policy file\n  ok    publicKey.type: expected ec, found P-256');
  });
});

describe('a certificate that is accepted is explained with status 0:', () => {
  test.each<[string, () => string[]]>([
    ['PEM', () => ['--cert', aliceCertificate]],
    ['DER', () => ['--cert', file('alice.der', alice.credential.der)]],
    ['with its intermediate in the same file', () => ['--cert', file('chain.crt', viaIntermediate.tls.cert)]],
    [
      'with its intermediate in another',
      () => ['--cert', file('leaf.crt', viaIntermediate.credential.certificate), '--cert', file('int.crt', kit.intermediate.certificate)],
    ],
    [
      'whose intermediate the server knows',
      () => [
        '--cert',
        file('leaf.crt', viaIntermediate.credential.certificate),
        '--intermediates',
        file('int.crt', kit.intermediate.certificate),
      ],
    ],
    [
      'with revocation lists of all',
      () => ['--cert', file('chain.crt', viaIntermediate.tls.cert), '--crl', file('all.pem', kit.revocation.crl)],
    ],
    ['by the policy that was named', () => ['--cert', aliceCertificate, '--policy', policy, '--name', 'pay']],
    ['by the default policy', () => ['--cert', file('other.crt', otherDepartment.tls.cert), '--policy', policy]],
  ])('%s', async (_, argv) => {
    const { status, out, err } = await explain(...argv());
    expect({ status, err, head: out.split('\n')[0] }).toEqual({ status: 0, err: '', head: expect.stringMatching(/^ok {4}accepted \(at /) });
  });

  test('in the trust set that the policy names', async () => {
    const sets = file('partners.yaml', 'default: { trustSet: partners }');
    const argv = ['explain', '--cert', aliceCertificate, '--policy', sets];
    const stranger = file('stranger.crt', kit.intermediate.certificate + kit.root.certificate);
    expect(await peercert([...argv, '--ca', `partners=${ca}`])).toMatchObject({ status: 0, err: '' });
    const both = await peercert([...argv, '--ca', `staff=${stranger}`, '--ca', `partners=${ca}`, '--json']);
    expect(both.status).toBe(0);
    expect((JSON.parse(both.out) as Explanation).paths.at(-1)).toMatchObject({ trustSet: 'partners', chosen: true });
  });
});
