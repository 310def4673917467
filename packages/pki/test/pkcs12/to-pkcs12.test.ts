import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createSecureContext, createServer, type TLSSocket } from 'node:tls';
import { type AuthenticatedSafe, type CertBag, CryptoEngine, PFX, PKCS8ShroudedKeyBag, type SafeBag } from 'pkijs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Authority, createAuthority } from '../../src/authority.js';
import type { Credential } from '../../src/credential.js';
import { keyNames } from '../../src/keys.js';
import { toPkcs12 } from '../../src/pkcs12/to-pkcs12.js';

const password = 'correct horse ~';
let root: Authority;
let alice: Credential;
beforeAll(async () => {
  root = await createAuthority({ subject: 'CN=Root' });
  const below = await root.issueAuthority({ subject: 'CN=Below' });
  alice = await below.issueClient({ subject: { OU: 'payments', CN: 'alice' } });
});

describe('refusals', () => {
  test.each<[string, unknown, string]>([
    ['a slip', { password, friendly: 'alice' }, "toPkcs12: unknown option 'friendly'; known are password, friendlyName, legacy"],
    ['no password', {}, 'toPkcs12: password: expected printable ASCII characters, one at least'],
    ['an empty password', { password: '' }, 'toPkcs12: password: expected printable ASCII'],
    ['a password with an umlaut', { password: 'grün' }, 'toPkcs12: password: expected printable ASCII'],
    ['a password with a line feed', { password: 'a\n' }, 'toPkcs12: password: expected printable ASCII'],
    ['a name that is none', { password, friendlyName: 1 }, 'toPkcs12: friendlyName: expected a string'],
    ['a strength that is none', { password, legacy: 'yes' }, 'toPkcs12: legacy: expected true or false'],
  ])('%s', async (_title, options, problem) => {
    await expect(toPkcs12(alice, options as never)).rejects.toThrow(new RegExp(`^${problem}`));
    await expect(toPkcs12(alice, options as never)).rejects.toBeInstanceOf(TypeError);
  });
});

describe('what is in the file', () => {
  test('the key and its certificate have one name and one id, and the intermediates follow without the root', async () => {
    const { key, certificates } = await contentOf(await toPkcs12(alice, { password, friendlyName: 'Alïce 🙂' }));
    expect(createPrivateKey({ key: key.pkcs8, format: 'der', type: 'pkcs8' }).equals(alice.keyObject)).toBe(true);
    expect(certificates.map(({ x509 }) => x509.subject)).toEqual(['OU=payments\nCN=alice', 'CN=Below']);
    expect(Buffer.from(certificates[0]?.der as Uint8Array)).toEqual(Buffer.from(alice.der));
    expect(key.friendlyName).toBe('Alïce 🙂');
    expect(key.localKeyId).toMatch(/^[0-9a-f]{40}$/);
    expect(certificates[0]).toMatchObject({ friendlyName: key.friendlyName, localKeyId: key.localKeyId });
    expect(certificates[1]).toMatchObject({ friendlyName: undefined, localKeyId: undefined });
  });

  test.each([
    ['the common name', { OU: 'payments', CN: 'alice' }, 'alice'],
    ['the whole subject where there is no common name', { O: 'Example', OU: 'payments' }, 'OU=payments,O=Example'],
  ])('the name is %s by default', async (_title, subject, name) => {
    const { key } = await contentOf(await toPkcs12(await root.issueClient({ subject }), { password }));
    expect(key.friendlyName).toBe(name);
  });

  test('it is encrypted by AES-256 under PBKDF2 with 100,000 rounds, and sealed by HMAC-SHA-256', async () => {
    const file = Buffer.from(await toPkcs12(alice, { password })).toString('hex');
    const count = (hex: string): number => file.split(hex).length - 1;
    expect(count('060960864801650304012a')).toBe(2); // aes256-CBC
    expect(count('06082a864886f70d0209')).toBe(2); // hmacWithSHA256
    expect(count('0609608648016503040201')).toBe(1); // sha256, of the MAC
    expect(count('02030186a0')).toBe(3); // 100,000
    expect(count('060a2a864886f70d010c0103')).toBe(0); // pbeWithSHAAnd3-KeyTripleDES-CBC
  });

  test('as a legacy file it is encrypted by triple DES and sealed by HMAC-SHA-1, and by nothing newer', async () => {
    const file = Buffer.from(await toPkcs12(alice, { password, legacy: true })).toString('hex');
    const count = (hex: string): number => file.split(hex).length - 1;
    expect(count('060a2a864886f70d010c0103')).toBe(2);
    expect(count('06052b0e03021a')).toBe(1); // sha1, of the MAC
    expect(count('060960864801650304')).toBe(0);
  });

  test('no two files are alike', async () => {
    const [one, other] = [await toPkcs12(alice, { password }), await toPkcs12(alice, { password })];
    expect(Buffer.compare(one, other)).not.toBe(0);
  });
});

describe.each([
  ['modern', false],
  ['legacy', true],
])('a %s file', (_title, legacy) => {
  test('is not opened by another password', async () => {
    const pfx = Buffer.from(await toPkcs12(alice, { password, legacy }));
    expect(() => createSecureContext({ pfx, passphrase: 'correct horse' })).toThrow('mac verify failure');
  });

  test.each(keyNames.filter((name) => name !== 'rsa-3072' && name !== 'rsa-4096'))(
    'with a key of the kind %s is opened by Node',
    async (key) => {
      const client = await root.issueClient({ subject: 'CN=a', key });
      createSecureContext({ pfx: Buffer.from(await toPkcs12(client, { password, legacy })), passphrase: password });
    },
  );

  test('authenticates a client, who sends the chain', async () => {
    const server = createServer({ ...(await root.issueServer({ dns: 'localhost' })).tls, ca: root.certificate, requestCert: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const pfx = Buffer.from(await toPkcs12(alice, { password, legacy }));
    const client = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: root.certificate, pfx, passphrase: password });
    const [socket] = (await once(server, 'secureConnection')) as [TLSSocket];
    expect(socket.authorizationError ?? null).toBeNull();
    expect(socket.getPeerCertificate().subject.CN).toBe('alice');
    client.destroy();
    server.close();
  });
});

// The derivation works in blocks of 64 octets: these passwords, in two octets a character and with an end, need one to seven of them.
test.each([1, 30, 31, 32, 63, 64, 200])('a legacy file is opened with a password of %i characters', async (length) => {
  const passphrase = 'p'.repeat(length);
  createSecureContext({ pfx: Buffer.from(await toPkcs12(alice, { password: passphrase, legacy: true })), passphrase });
});

interface Bag {
  readonly friendlyName: string | undefined;
  readonly localKeyId: string | undefined;
}

/** Opens a modern file by pkijs. */
async function contentOf(
  file: Uint8Array,
): Promise<{ key: Bag & { pkcs8: Buffer }; certificates: (Bag & { der: Uint8Array; x509: X509Certificate })[] }> {
  const engine = new CryptoEngine({ name: 'node', crypto: globalThis.crypto });
  const secret = Uint8Array.from(Buffer.from(password)).buffer;
  const pfx = PFX.fromBER(Uint8Array.from(file).buffer);
  await pfx.parseInternalValues({ password: secret }, engine);
  const safe = pfx.parsedValue?.authenticatedSafe as AuthenticatedSafe;
  await safe.parseInternalValues({ safeContents: [{}, { password: secret }] }, engine);
  const [keys, certificates] = safe.parsedValue.safeContents.map(
    (content: { value: { safeBags: SafeBag[] } }) => content.value.safeBags,
  ) as SafeBag[][];
  const [keyBag] = keys as [SafeBag];
  const shrouded = keyBag.bagValue as PKCS8ShroudedKeyBag;
  expect(shrouded).toBeInstanceOf(PKCS8ShroudedKeyBag);
  await (shrouded as unknown as { parseInternalValues(how: object, engine: CryptoEngine): Promise<void> }).parseInternalValues(
    { password: secret },
    engine,
  );
  return {
    key: { ...bagOf(keyBag), pkcs8: Buffer.from(shrouded.parsedValue?.toSchema().toBER() as ArrayBuffer) },
    certificates: (certificates as SafeBag[]).map((bag) => {
      const der = new Uint8Array((bag.bagValue as CertBag).parsedValue?.toSchema().toBER() as ArrayBuffer);
      return { ...bagOf(bag), der, x509: new X509Certificate(der) };
    }),
  };
}

function bagOf({ bagAttributes = [] }: SafeBag): Bag {
  const value = (type: string) => bagAttributes.find((attribute) => attribute.type === type)?.values[0];
  const localKeyId = value('1.2.840.113549.1.9.21')?.valueBlock.valueHexView as Uint8Array | undefined;
  return {
    friendlyName: value('1.2.840.113549.1.9.20')?.valueBlock.value as string | undefined,
    localKeyId: localKeyId && Buffer.from(localKeyId).toString('hex'),
  };
}
