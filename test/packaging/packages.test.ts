import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packPackages } from '../../scripts/lib/pack.mjs';
import { publishedProjects, readManifest, root } from '../../scripts/lib/workspace.mjs';
import { needs } from '../support/programs.js';

const execute = promisify(execFile);
const names = publishedProjects().map(({ manifest }) => manifest.name);

/**
 * A project as a user has it: what would be published, unpacked into node_modules, beside the dependencies that are
 * installed here already. Nothing is fetched.
 */
needs('tar')('a project that installs the packed packages', () => {
  let project = '';
  const installed = (name: string) => join(project, 'node_modules', name);
  const runFile = async (file: string, text: string) => {
    writeFileSync(join(project, file), text);
    return (await execute(process.execPath, [file], { cwd: project })).stdout;
  };

  beforeAll(async () => {
    project = realpathSync(mkdtempSync(join(tmpdir(), 'peercert-project-')));
    const tarballs = join(project, 'tarballs');
    mkdirSync(tarballs);
    for (const { name, directory, tarball } of await packPackages(tarballs)) {
      mkdirSync(installed(name), { recursive: true });
      await execute('tar', ['-xzf', tarball, '-C', installed(name), '--strip-components=1']);
      linkDependencies(directory, installed);
    }
    linkDependencies(root, installed, ['@types/node']);
    writeFileSync(join(project, 'package.json'), '{ "name": "a-user", "private": true }\n');
  });

  afterAll(() => rmSync(project, { recursive: true, force: true }));

  describe.each(names)('%s', (name) => {
    test('holds the build, its manifest, its licence and nothing else', () => {
      const files = filesBelow(installed(name));
      expect(files).toEqual(expect.arrayContaining(['package.json', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']));
      const strangers = files.filter(
        (file) =>
          !/^(?:package\.json|LICENSE|README\.md|CHANGELOG\.md|certificate-policy\.schema\.json|dist\/.+\.(?:js|d\.ts)(?:\.map)?)$/.test(
            file,
          ),
      );
      expect(strangers).toEqual([]);
    });

    test('asks for no workspace: version', () => {
      const { dependencies, peerDependencies } = readManifest(installed(name));
      expect(
        Object.values({ ...dependencies, ...peerDependencies }).filter((range) => /^(?:workspace|link|file|catalog):/.test(range)),
      ).toEqual([]);
    });

    test('names the version of each sibling that is published with it', () => {
      const { dependencies = {} } = readManifest(installed(name));
      const siblings = Object.entries(dependencies).filter(([dependency]) => names.includes(dependency));
      expect(siblings).toEqual(siblings.map(([sibling]) => [sibling, readManifest(installed(sibling)).version]));
    });

    test('gives import and require() the same names', async () => {
      // Where there is a default export, require() adds __esModule as a mark for transpilers.
      const print = "console.log(JSON.stringify(Object.keys(all).filter((name) => name !== '__esModule').sort()));";
      const imported = await runFile('by-import.mjs', `import * as all from '${name}';\n${print}\n`);
      const required = await runFile('by-require.cjs', `const all = require('${name}');\n${print}\n`);
      expect(imported).not.toBe('[]\n');
      expect(required).toBe(imported);
    });

    test('hides what its exports do not name', async () => {
      await expect(runFile('deep.mjs', `await import('${name}/dist/index.js');\n`)).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
    });
  });

  test('compiles under strict settings, with the declarations of the packages checked too', async () => {
    writeFileSync(join(project, 'user.mts'), names.map((name, index) => `export * as package${index} from '${name}';\n`).join(''));
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: strictest, files: ['user.mts'] }));
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const compiled = execute(process.execPath, [compiler, '-p', '.', '--pretty', 'false'], { cwd: project });
    const complaints = await compiled.then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    );
    expect(complaints).toBe('');
  });
});

const strictest = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
  target: 'es2023',
  module: 'nodenext',
  types: ['node'],
};

/** Links what `directory` depends on from where pnpm has installed it; all of it, or the dependencies named. */
function linkDependencies(directory: string, installed: (name: string) => string, only?: readonly string[]): void {
  const { dependencies, peerDependencies } = readManifest(directory);
  for (const name of only ?? Object.keys({ ...dependencies, ...peerDependencies })) {
    if (names.includes(name)) continue;
    mkdirSync(dirname(installed(name)), { recursive: true });
    rmSync(installed(name), { force: true });
    symlinkSync(realpathSync(join(directory, 'node_modules', name)), installed(name), 'junction');
  }
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
}
