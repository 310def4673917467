import { X509Certificate } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createAuthority } from '../../src/authority.js';
import { AuthorityFolder, type IssueRequest } from '../../src/authority-folder/authority-folder.js';
import { createAuthorityFolder } from '../../src/authority-folder/create.js';
import { describeCrl } from '../../src/describe/crl.js';
import { Failure } from '../../src/failure.js';
import { readPem } from '../../src/pem.js';
import { temporaryFolder } from '../temporary-folder.js';

const root = temporaryFolder();
let count = 0;
const newPath = (): string => join(root, String(count++));
const create = (path = newPath()): Promise<AuthorityFolder> => createAuthorityFolder(path, { options: { subject: 'CN=CA' }, force: false });
const client = (name: string, more: Partial<IssueRequest> = {}): IssueRequest => ({
  kind: 'client',
  name,
  options: { subject: { CN: name } },
  force: false,
  ...more,
});
const text = (...path: string[]): string => readFileSync(join(...path), 'utf8');
const crlOf = ({ path }: AuthorityFolder) => describeCrl(readPem('X509 CRL', text(path, 'crl.pem'))[0] as Uint8Array);
const revokeAll = (folder: AuthorityFolder) => folder.revoke((issued) => issued, 'superseded');

describe('making an authority is refused', () => {
  test('where one is already', async () => {
    const { path } = await create();
    const before = text(path, 'ca.key');
    await expect(create(path)).rejects.toThrow(
      new Failure(`${path} holds an authority already: choose another folder with --dir, or replace this one with --force`),
    );
    expect(text(path, 'ca.key')).toBe(before);
  });

  test.each(['ca.key', 'index.json'])('where a %s is left', async (name) => {
    const path = newPath();
    mkdirSync(path);
    writeFileSync(join(path, name), 'precious');
    await expect(create(path)).rejects.toThrow(`${join(path, name)} is there without ca.crt, as an interrupted command leaves it`);
    expect(text(path, name)).toBe('precious');
  });

  test('by the library, for what it cannot write, and no folder is made', async () => {
    const path = newPath();
    await expect(createAuthorityFolder(path, { options: { subject: 'alice' }, force: false })).rejects.toBeInstanceOf(TypeError);
    expect(existsSync(path)).toBe(false);
  });

  test('to the slower of two at once', async () => {
    const path = newPath();
    const results = await Promise.allSettled([create(path), create(path), create(path)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    await expect(AuthorityFolder.open(path)).resolves.toBeInstanceOf(AuthorityFolder);
  });
});

describe('opening is refused', () => {
  test('where there is no authority', async () => {
    const path = newPath();
    await expect(AuthorityFolder.open(path)).rejects.toThrow(
      new Failure(`${path} holds no authority: make one with 'peercert ca', or name its folder with --dir`),
    );
  });

  test('where the key is not that of the certificate', async () => {
    const { path } = await create();
    writeFileSync(join(path, 'ca.key'), (await createAuthority({ subject: 'CN=CA' })).privateKey);
    await expect(AuthorityFolder.open(path)).rejects.toThrow(
      /ca\.crt and ca\.key cannot be used together \(loadAuthority: privateKey does not belong to certificate\); the key must be that certificate's/,
    );
  });
});

describe('an authority in a folder', () => {
  test('consists of these files', async () => {
    const { path, authority } = await create();
    expect(readdirSync(path).sort()).toEqual(['.gitignore', 'ca.crt', 'ca.key', 'crl.pem', 'index.json']);
    expect(text(path, '.gitignore')).toBe('*\n');
    expect(text(path, 'ca.crt')).toBe(authority.certificate);
    expect(new X509Certificate(text(path, 'ca.crt')).checkPrivateKey(authority.keyObject)).toBe(true);
    if (process.platform !== 'win32') expect(statSync(join(path, 'ca.key')).mode & 0o777).toBe(0o600);
  });

  test('has an empty CRL at first, whose number the index knows', async () => {
    const folder = await create();
    const { number, revoked } = crlOf(folder);
    expect(revoked).toEqual([]);
    expect(await folder.readIndex()).toEqual({ version: 1, crl: { number: Number(number), days: 30 }, certificates: [] });
  });

  test('leaves a .gitignore of yours as it is', async () => {
    const path = newPath();
    mkdirSync(path);
    writeFileSync(join(path, '.gitignore'), 'ca.key\n');
    await create(path);
    expect(text(path, '.gitignore')).toBe('ca.key\n');
  });

  test('is replaced by force, with everything it knew', async () => {
    const folder = await create();
    await folder.issue(client('alice'));
    const other = await createAuthorityFolder(folder.path, { options: { subject: 'CN=Other' }, force: true });
    expect(await other.readIndex()).toMatchObject({ certificates: [] });
    expect(new X509Certificate(text(folder.path, 'ca.crt')).subject).toBe('CN=Other');
    await expect(folder.issue(client('bob'))).rejects.toThrow(
      'got another authority meanwhile; nothing has been changed, run the command again',
    );
    expect(await other.readIndex()).toMatchObject({ certificates: [] });
  });

  test('may be one of your own, without an index', async () => {
    const path = newPath();
    mkdirSync(path);
    const own = await createAuthority({ subject: 'CN=Own', key: 'rsa-2048' });
    writeFileSync(join(path, 'ca.crt'), own.certificate);
    writeFileSync(join(path, 'ca.key'), own.privateKey);
    const folder = await AuthorityFolder.open(path);
    const { credential } = await folder.issue(client('alice'));
    expect(credential.x509.verify(own.x509.publicKey)).toBe(true);
    expect(existsSync(join(path, 'crl.pem'))).toBe(false);
    await revokeAll(folder);
    expect(crlOf(folder).revoked).toHaveLength(1);
  });
});

describe('issuing', () => {
  test('writes the certificate, and the key for the owner alone', async () => {
    const folder = await create();
    const { credential, files, earlier } = await folder.issue(client('alice'));
    expect(text(files.certificate)).toBe(credential.chain);
    expect(text(files.privateKey)).toBe(credential.privateKey);
    expect(earlier).toEqual([]);
    expect(readdirSync(join(folder.path, 'clients')).sort()).toEqual(['alice.crt', 'alice.key']);
    if (process.platform !== 'win32') expect(statSync(files.privateKey).mode & 0o777).toBe(0o600);
  });

  test('is recorded', async () => {
    const folder = await create();
    const { credential } = await folder.issue({ kind: 'server', name: 'a.example', options: { dns: 'a.example' }, force: false });
    const { certificates } = await folder.readIndex();
    expect(certificates).toEqual([
      {
        serialNumber: credential.x509.serialNumber.toLowerCase(),
        kind: 'server',
        name: 'a.example',
        subject: 'CN=a.example',
        notBefore: new Date(credential.x509.validFrom).toISOString().replace('.000Z', 'Z'),
        notAfter: new Date(credential.x509.validTo).toISOString().replace('.000Z', 'Z'),
        fingerprint256: credential.x509.fingerprint256.replaceAll(':', '').toLowerCase(),
      },
    ]);
  });

  test.each(['alice.key', 'alice.crt', 'alice.p12'])('refuses to overwrite %s', async (name) => {
    const folder = await create();
    const file = join(folder.path, 'clients', name);
    mkdirSync(join(folder.path, 'clients'));
    writeFileSync(file, 'precious');
    await expect(folder.issue(client('alice', { pkcs12: { password: 'a' } }))).rejects.toThrow(
      new Failure(`${file} exists already: choose another name, or replace it with --force`),
    );
    expect(text(file)).toBe('precious');
    expect(await folder.readIndex()).toMatchObject({ certificates: [] });
  });

  test('replaces by force, and tells what stays in force', async () => {
    const folder = await create();
    const pkcs12 = { password: 'a' };
    const first = await folder.issue(client('alice', { pkcs12 }));
    await folder.issue(client('alice', { options: { subject: 'CN=a', days: -1 }, force: true }));
    expect(existsSync(first.files.pkcs12)).toBe(false);
    const third = await folder.issue(client('alice', { force: true, pkcs12 }));
    expect(third.earlier.map(({ serialNumber }) => serialNumber)).toEqual([first.credential.x509.serialNumber.toLowerCase()]);
    expect(text(third.files.certificate)).toBe(third.credential.certificate);
    expect(await folder.readIndex()).toMatchObject({ certificates: [{ name: 'alice' }, { name: 'alice' }, { name: 'alice' }] });
  });

  test('of one name at once serves one, and the index knows it', async () => {
    const folder = await create();
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => folder.issue(client('alice'))));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { certificates } = await folder.readIndex();
    expect(certificates).toHaveLength(1);
    const issued = new X509Certificate(text(folder.path, 'clients', 'alice.crt'));
    expect(issued.serialNumber.toLowerCase()).toBe(certificates[0]?.serialNumber);
  });

  test('with what the library refuses changes nothing', async () => {
    const folder = await create();
    await expect(folder.issue(client('alice', { pkcs12: { password: 'grün' } }))).rejects.toBeInstanceOf(TypeError);
    expect(existsSync(join(folder.path, 'clients'))).toBe(false);
    expect(await folder.readIndex()).toMatchObject({ certificates: [] });
  });

  test('is refused when the index cannot be trusted', async () => {
    const folder = await create();
    appendFileSync(join(folder.path, 'index.json'), '}');
    await expect(folder.issue(client('alice'))).rejects.toThrow('is damaged');
    rmSync(join(folder.path, 'index.json'));
    await expect(folder.issue(client('alice'))).rejects.toThrow(
      `${join(folder.path, 'index.json')} is gone: put it back from a backup, since without it the next CRL would revoke nothing`,
    );
    expect(existsSync(join(folder.path, 'clients'))).toBe(false);
  });
});

describe('an intermediate authority', () => {
  test('is recorded by its issuer, and sends its certificate along', async () => {
    const above = await create();
    const below = await createAuthorityFolder(newPath(), { options: { subject: 'CN=Below' }, issuer: above, force: false });
    expect(await above.readIndex()).toMatchObject({ certificates: [{ kind: 'authority', name: 'CN=Below' }] });
    expect(text(below.path, 'ca.crt')).toBe(below.authority.certificate + above.authority.certificate);
    const { files } = await below.issue(client('alice'));
    expect(readPem('CERTIFICATE', text(files.certificate)).map((der) => new X509Certificate(der).subject)).toEqual([
      'CN=alice',
      'CN=Below',
    ]);
    const reopened = await AuthorityFolder.open(below.path);
    expect((await reopened.issue(client('bob'))).credential.intermediates).toHaveLength(1);
  });
});

describe('revoking', () => {
  test('is announced in a CRL of a higher number', async () => {
    const folder = await create();
    const before = BigInt(crlOf(folder).number as string);
    const { credential } = await folder.issue(client('alice'));
    await folder.issue(client('bob'));
    const { revoked, already } = await folder.revoke((issued) => issued.filter(({ name }) => name === 'alice'), 'keyCompromise');
    expect(revoked).toMatchObject([{ name: 'alice', revoked: { reason: 'keyCompromise' } }]);
    expect(already).toEqual([]);
    expect(crlOf(folder).revoked).toEqual([
      { serialNumber: credential.x509.serialNumber.toLowerCase(), at: revoked[0]?.revoked?.at, reason: 'keyCompromise' },
    ]);
    expect(BigInt(crlOf(folder).number as string)).toBeGreaterThan(before);
  });

  test('twice keeps the first date and reason', async () => {
    const folder = await create();
    await folder.issue(client('alice'));
    await folder.revoke((issued) => issued, 'keyCompromise');
    const before = text(folder.path, 'crl.pem');
    const { revoked, already } = await revokeAll(folder);
    expect(revoked).toEqual([]);
    expect(already).toMatchObject([{ name: 'alice', revoked: { reason: 'keyCompromise' } }]);
    expect(text(folder.path, 'crl.pem')).toBe(before);
  });

  test('does nothing if the choice fails', async () => {
    const folder = await create();
    const before = text(folder.path, 'index.json');
    const choose = () => {
      throw new Failure('nobody');
    };
    await expect(folder.revoke(choose, 'superseded')).rejects.toThrow('nobody');
    expect(text(folder.path, 'index.json')).toBe(before);
    expect(existsSync(join(folder.path, '.lock'))).toBe(false);
  });

  test('of several at once loses none', async () => {
    const folder = await create();
    for (const name of ['a', 'b', 'c', 'd']) await folder.issue(client(name));
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => folder.revoke((issued) => issued.filter((one) => one.name === name), 'superseded')),
    );
    expect(crlOf(folder).revoked).toHaveLength(4);
  });
});

describe('a CRL', () => {
  const lifetime = (folder: AuthorityFolder): number => {
    const { thisUpdate, nextUpdate } = crlOf(folder);
    return Math.round((Date.parse(nextUpdate as string) - Date.parse(thisUpdate)) / 86_400_000);
  };

  test('lasts as long as was said last', async () => {
    const folder = await create();
    expect(lifetime(folder)).toBe(30);
    await folder.writeCrl(7);
    expect(lifetime(folder)).toBe(7);
    await folder.writeCrl();
    expect(lifetime(folder)).toBe(7);
    await folder.issue(client('alice'));
    await revokeAll(folder);
    expect(lifetime(folder)).toBe(7);
  });

  test('gets a higher number even when the clock was ahead', async () => {
    const folder = await create();
    const index = await folder.readIndex();
    const ahead = Date.now() + 1e10;
    writeFileSync(join(folder.path, 'index.json'), JSON.stringify({ ...index, crl: { ...index.crl, number: ahead } }));
    await folder.writeCrl();
    expect(crlOf(folder).number).toBe(String(ahead + 1));
  });

  test.each([
    ['removed', (path: string) => rmSync(path)],
    ['damaged', (path: string) => writeFileSync(path, 'x')],
  ])('that was %s is written again by the next command', async (_title, harm) => {
    const folder = await create();
    await folder.issue(client('alice'));
    await revokeAll(folder);
    const { number } = crlOf(folder);
    harm(join(folder.path, 'crl.pem'));
    await folder.issue(client('bob'));
    expect(crlOf(folder)).toMatchObject({ number, revoked: [{ reason: 'superseded' }] });
  });
});
