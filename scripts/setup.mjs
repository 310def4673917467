/**
 * Makes a fresh clone ready: dependencies installed as pnpm-lock.yaml says, packages built. It needs Node.js and npm alone,
 * and does nothing twice.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { pnpm } from './lib/pnpm.mjs';
import { fail } from './lib/process.mjs';
import { projects, readManifest, root } from './lib/workspace.mjs';

const stamp = join(root, 'node_modules', '.setup-stamp');

checkNode();
await install();
const built = await build();
if (!built.ok) fail(`${built.output}setup: the build failed (tsc -b, ${built.status})`);

/** Packages are ESM alone, and CommonJS can require() them since Node.js 20.19 and 22.12; the tools have the same floor. */
function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const able = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (!able) {
    fail(
      `setup: this is Node.js ${process.versions.node}; peercert needs 20.19 or newer (22.12 or newer in the 22 line).\n` +
        'Install a current release of Node.js, for example by your version manager, and run the same command again.',
    );
  }
}

async function install() {
  const wanted = fingerprint();
  if (wanted === installed() && dependenciesArePresent()) return;
  const { packageManager } = readManifest(root);
  process.stdout.write(`setup: installing dependencies with ${packageManager}\n`);
  const result = await pnpm(['install', '--frozen-lockfile'], { echo: true });
  if (!result.ok) {
    const hint = result.output === '' ? 'npx comes with npm; is it on the PATH?' : 'what it said is above.';
    fail(`setup: ${packageManager} could not install the dependencies (${result.status}): ${hint}`);
  }
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stamp, fingerprint());
}

/** A hash of everything that decides what is in node_modules. */
function fingerprint() {
  const files = [join(root, 'pnpm-lock.yaml'), join(root, 'pnpm-workspace.yaml')];
  for (const { directory } of projects()) files.push(join(directory, 'package.json'));
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of files) {
    if (existsSync(file))
      hash
        .update(`${file.slice(root.length)}\n`)
        .update(readFileSync(file))
        .update('\n');
  }
  return hash.digest('hex');
}

/** The fingerprint of the last installation; it lies in node_modules, and so goes when that goes. */
function installed() {
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
}

/** Somebody may have removed the node_modules of one package alone. */
function dependenciesArePresent() {
  return projects().every(({ directory, manifest }) =>
    Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).every((name) =>
      existsSync(join(directory, 'node_modules', name, 'package.json')),
    ),
  );
}
