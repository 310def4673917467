import { X509Certificate } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import type * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { AuthorityFolder, IssueRequest } from '../../src/authority-folder/authority-folder.js';
import { describeCrl } from '../../src/describe/crl.js';
import { readPem } from '../../src/pem.js';
import { temporaryFolder } from '../temporary-folder.js';

/**
 * Each command is killed before its first change on the disk, before its second, and so on until it comes to its end: from then on no
 * call of the file system returns. What it leaves is then taken up by modules that are loaded anew, as by another process.
 */
const disk = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY, died: () => {} }));
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof fs>();
  const mortal =
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>, lastWords?: (...args: Args) => Promise<unknown>) =>
    async (...args: Args): Promise<Result> => {
      disk.left -= 1;
      if (disk.left >= 0) return await call(...args);
      if (disk.left === -1) await lastWords?.(...args);
      disk.died();
      return await new Promise(() => {});
    };
  return {
    ...real,
    ...{ rename: mortal(real.rename), rm: mortal(real.rm), mkdir: mortal(real.mkdir as never) },
    writeFile: mortal(real.writeFile, (path) => real.writeFile(path, '', { flag: 'wx' })),
    open: async (...args: Parameters<typeof fs.open>) => {
      const file = await mortal(real.open)(...args);
      const write = file.writeFile.bind(file);
      // Half of it may have reached the disk.
      const half = async (content: string | Uint8Array) => {
        await write(content.slice(0, content.length / 2));
        await file.close();
      };
      return Object.assign(file, { writeFile: mortal(write as (content: string | Uint8Array) => Promise<void>, half) });
    },
  };
});

const root = temporaryFolder();
let count = 0;

type Modules = Awaited<ReturnType<typeof modules>>;
async function modules() {
  vi.resetModules();
  const { AuthorityFolder } = await import('../../src/authority-folder/authority-folder.js');
  const { createAuthorityFolder } = await import('../../src/authority-folder/create.js');
  return { AuthorityFolder, createAuthorityFolder };
}

/** Prepares a folder, kills `work` at every step of its, and lets `check` look at what it left. */
async function killAtEachStep(
  prepare: (path: string, modules: Modules) => Promise<unknown>,
  work: (path: string, modules: Modules) => Promise<unknown>,
  check: (path: string, modules: Modules, step: number) => Promise<void>,
): Promise<number> {
  for (let step = 0; ; step++) {
    const path = join(root, String(count++));
    mkdirSync(path);
    await prepare(path, await modules());
    const victim = await modules();
    const death = new Promise<'died'>((resolve) => {
      disk.died = () => resolve('died');
    });
    disk.left = step;
    const end = await Promise.race([work(path, victim), death]);
    disk.left = Number.POSITIVE_INFINITY;
    await check(path, await modules(), step);
    if (end !== 'died') return step;
  }
}

const text = (...path: string[]): string => readFileSync(join(...path), 'utf8');
const client = (name: string, force = false): IssueRequest => ({ kind: 'client', name, options: { subject: { CN: name } }, force });
const create = (path: string, { createAuthorityFolder }: Modules, force = false): Promise<AuthorityFolder> =>
  createAuthorityFolder(path, { options: { subject: 'CN=CA' }, force });
const serialOf = (path: string): string => new X509Certificate(text(path)).serialNumber.toLowerCase();
const crlIn = (path: string) => describeCrl(readPem('X509 CRL', text(path, 'crl.pem'))[0] as Uint8Array);
const certificatesIn = (path: string): string[] => namesIn(path, 'clients').filter((name) => name.endsWith('.crt'));

function namesIn(...path: string[]): string[] {
  try {
    return readdirSync(join(...path));
  } catch {
    return [];
  }
}

/** What must hold after the next command, whatever happened before. */
async function inOrder(folder: AuthorityFolder): Promise<void> {
  const { path } = folder;
  const { certificates, crl } = await folder.readIndex();
  const serials = certificates.map(({ serialNumber }) => serialNumber);
  expect(new Set(serials).size).toBe(serials.length);
  for (const name of certificatesIn(path)) expect(serials).toContain(serialOf(join(path, 'clients', name)));
  const list = crlIn(path);
  expect(list.number).toBe(String(crl.number));
  expect(list.revoked.map(({ serialNumber }) => serialNumber)).toEqual(
    certificates.filter(({ revoked }) => revoked !== undefined).map(({ serialNumber }) => serialNumber),
  );
  expect([...namesIn(path), ...namesIn(path, 'clients')].filter((name) => name.startsWith('.'))).toEqual(['.gitignore']);
}

describe('killed at any step,', () => {
  test('issue leaves no certificate that is not recorded, and nothing that the next command trips over', async () => {
    const steps = await killAtEachStep(
      async (path, fresh) => await (await create(path, fresh)).issue(client('old')),
      async (path, { AuthorityFolder }) => await (await AuthorityFolder.open(path)).issue(client('alice')),
      async (path, { AuthorityFolder }) => {
        const folder = await AuthorityFolder.open(path);
        const before = (await folder.readIndex()).certificates;
        expect(before[0]).toMatchObject({ name: 'old' });
        for (const name of certificatesIn(path)) {
          expect(before.map(({ serialNumber }) => serialNumber)).toContain(serialOf(join(path, 'clients', name)));
          expect(namesIn(path, 'clients')).toContain(name.replace('.crt', '.key'));
        }
        await folder.issue(client('bob'));
        await folder.issue(client('alice', true));
        expect((await folder.readIndex()).certificates.slice(0, before.length)).toEqual(before);
        await inOrder(folder);
      },
    );
    expect(steps).toBeGreaterThan(10);
  });

  test('revoke is either recorded or not, and the next command announces what is recorded', async () => {
    let recorded = 0;
    const steps = await killAtEachStep(
      async (path, fresh) => await (await create(path, fresh)).issue(client('alice')),
      async (path, { AuthorityFolder }) => await (await AuthorityFolder.open(path)).revoke((issued) => issued, 'keyCompromise'),
      async (path, { AuthorityFolder }) => {
        const folder = await AuthorityFolder.open(path);
        const [{ revoked } = {}] = (await folder.readIndex()).certificates;
        if (revoked !== undefined) recorded += 1;
        // Whom a list has announced once, no later one may leave out.
        if (crlIn(path).revoked.length > 0) expect(revoked).toBeDefined();
        await folder.issue(client('bob'));
        const { certificates } = await folder.readIndex();
        expect(certificates).toMatchObject([{ name: 'alice' }, { name: 'bob' }]);
        expect(certificates[0]?.revoked).toEqual(revoked);
        await inOrder(folder);
      },
    );
    expect(steps).toBeGreaterThan(8);
    expect(recorded).toBeGreaterThan(2);
    expect(recorded).toBeLessThan(steps);
  });

  test('ca leaves an authority or none', async () => {
    let made = 0;
    const steps = await killAtEachStep(
      async () => {},
      async (path, fresh) => await create(path, fresh),
      async (path, fresh) => {
        if (namesIn(path).includes('ca.crt')) made += 1;
        else {
          await expect(fresh.AuthorityFolder.open(path)).rejects.toThrow('holds no authority');
          await create(path, fresh, true);
        }
        const folder = await fresh.AuthorityFolder.open(path);
        await folder.issue(client('alice'));
        await inOrder(folder);
      },
    );
    expect(steps).toBeGreaterThan(10);
    expect(made).toBeGreaterThan(0);
  });

  test('ca --force leaves the old authority whole, the new one whole, or none', async () => {
    let [old, none] = [0, 0];
    const steps = await killAtEachStep(
      async (path, fresh) => await (await create(path, fresh)).issue(client('alice')),
      async (path, fresh) => await create(path, fresh, true),
      async (path, fresh) => {
        if (!namesIn(path).includes('ca.crt')) {
          none += 1;
          await create(path, fresh, true);
        }
        const folder = await fresh.AuthorityFolder.open(path);
        const { certificates } = await folder.readIndex();
        if (certificates.length > 0) {
          old += 1;
          expect(new X509Certificate(text(path, 'clients', 'alice.crt')).verify(folder.authority.x509.publicKey)).toBe(true);
        }
        await folder.issue(client('alice', true));
        await inOrder(folder);
      },
    );
    expect(old).toBeGreaterThan(3);
    expect(none).toBeGreaterThan(1);
    expect(old + none).toBeLessThan(steps + 1);
  });
});
