/**
 * Proves the layer rules of biome.json. A rule that no longer matches anything stays silent, so each one is shown a file
 * that breaks it: in a temporary tree with the repository's configuration, every forbidden import must be refused with
 * its reason, and every allowed one must pass.
 *
 * The order of the layers is written down here a second time, on purpose: the linter's lists and this order check each other.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fail, run, tool } from './lib/process.mjs';
import { root } from './lib/workspace.mjs';

/** Each rank may import the ranks before it; the layers of one rank do not know each other. */
const ranks = [
  ['errors'],
  ['asn1'],
  ['x509'],
  ['path'],
  ['identity'],
  ['revocation', 'policy', 'peer'],
  ['sources'],
  ['verifier'],
  ['guard'],
  ['server'],
];
const direction = 'errors <- asn1 <- x509 <- path <- identity <- { revocation, policy, peer } <- sources <- verifier <- guard <- server';
const pure = ['errors', 'asn1', 'x509', 'path', 'identity', 'revocation', 'policy'];
const tlsReaders = ['peer', 'server'];

/**
 * One file and what the linter must say about it: nothing, or a refusal whose message holds `reason`.
 *
 * @typedef {{ file: string, text: string, reason: string | undefined }} Case
 */

const cases = [...layerCases(), ...shapeCases(), ...builtInCases(), ...clockCases(), ...packageCases()];
const problems = [...unknownLayers(), ...(await mismatches(cases))];
if (problems.length > 0) fail(`The layer rules of biome.json do not hold:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
const refusals = cases.filter(({ reason }) => reason !== undefined).length;
process.stdout.write(
  `layer rules: ${refusals} forbidden imports refused with their reason, ${cases.length - refusals} allowed ones accepted\n`,
);

/**
 * Every layer imports every other one: to the left it passes, through the index alone; to the right or beside it is refused.
 * No layer imports a framework or another package of this workspace.
 */
function layerCases() {
  return layers().flatMap((importer) => {
    const folder = `packages/core/src/${importer}`;
    const left = layers().filter((layer) => rankOf(layer) < rankOf(importer));
    const others = layers().filter((layer) => layer !== importer && !left.includes(layer));
    return [
      ...left.map((layer) => importing(`${folder}/imports-${layer}.ts`, `../${layer}/index.js`, undefined)),
      ...left.map((layer) => importing(`${folder}/imports-${layer}-deep.ts`, `../${layer}/file.js`, 'through its index.js alone')),
      ...others.map((layer) => importing(`${folder}/imports-${layer}.ts`, `../${layer}/index.js`, direction)),
      ...['@peercert/pki', 'fastify', '@fastify/error', 'express'].map((name) =>
        importing(`${folder}/imports-${name.replace('/', '-')}.ts`, name, 'framework-free'),
      ),
    ];
  });
}

/** The same rule, whatever the import looks like and however deep the file lies. */
function shapeCases() {
  const inX509 = 'packages/core/src/x509';
  return [
    importing(`${inX509}/extensions/nested.ts`, '../../path/index.js', direction),
    importing(`${inX509}/extensions/nested-allowed.ts`, '../../asn1/index.js', undefined),
    importing(`${inX509}/detour.ts`, './../path/index.js', direction),
    importing(`${inX509}/own-file.ts`, './name.js', undefined),
    { file: `${inX509}/type-only.ts`, text: "import type { T } from '../path/index.js';\nexport type U = T;\n", reason: direction },
    { file: `${inX509}/re-export.ts`, text: "export * from '../path/index.js';\n", reason: direction },
    { file: `${inX509}/dynamic.ts`, text: "export const later = import('../path/index.js');\n", reason: direction },
    { file: `${inX509}/import-type.ts`, text: "export type T = import('../path/index.js').T;\n", reason: 'import declaration at the head' },
    { file: `${inX509}/cycle-a.ts`, text: "import type { B } from './cycle-b.js';\nexport interface A {\n  b: B;\n}\n", reason: 'cycle' },
    { file: `${inX509}/cycle-b.ts`, text: "import type { A } from './cycle-a.js';\nexport interface B {\n  a: A;\n}\n", reason: 'cycle' },
    importing('packages/core/src/entry.ts', './x509/index.js', undefined),
    importing('packages/core/src/entry-deep.ts', './x509/name.js', 'through its index.js alone'),
  ];
}

/** What the pure layers may take from Node.js, and who may import node:tls. */
function builtInCases() {
  const cases = layers().map((layer) =>
    importing(
      `packages/core/src/${layer}/imports-node-tls.ts`,
      'node:tls',
      tlsReaders.includes(layer) ? undefined : pure.includes(layer) ? `${layer} is pure` : 'node:tls belongs to peer',
    ),
  );
  const impure = ['fs', 'fs/promises', 'net', 'http', 'https', 'http2', 'dns', 'child_process', 'timers/promises', 'perf_hooks', 'module'];
  for (const layer of pure) {
    for (const name of impure) {
      cases.push(importing(`packages/core/src/${layer}/imports-node-${name.replace('/', '-')}.ts`, `node:${name}`, `${layer} is pure`));
    }
    cases.push(importing(`packages/core/src/${layer}/imports-node-crypto.ts`, 'node:crypto', undefined));
    const text = "import { isIPv4 } from 'node:net';\n\nexport const imported = isIPv4;\n";
    cases.push({ file: `packages/core/src/${layer}/imports-is-ip.ts`, text, reason: undefined });
  }
  cases.push(importing('packages/core/src/asn1/no-protocol.ts', 'fs', 'node: protocol'));
  cases.push(importing('packages/core/src/sources/imports-node-fs.ts', 'node:fs', undefined));
  return cases;
}

function clockCases() {
  const readings = [
    'Date.now()',
    'new Date()',
    'Date()',
    '[0].map(Date.now)',
    'globalThis.Date.now()',
    'performance.now()',
    'process.hrtime.bigint()',
  ];
  const calendars = ['new Date(0)', 'Date.UTC(2000, 1)'];
  return [...pure, 'verifier'].flatMap((layer) => [
    ...readings.map((reading, index) => ({
      file: `packages/core/src/${layer}/clock-${index}.ts`,
      text: `export const now = ${reading};\n`,
      reason: pure.includes(layer) ? 'reads no clock' : undefined,
    })),
    ...calendars.map((calendar, index) => ({
      file: `packages/core/src/${layer}/calendar-${index}.ts`,
      text: `export const day = ${calendar};\n`,
      reason: undefined,
    })),
  ]);
}

/** Who may import which package of this workspace, and how. */
function packageCases() {
  const cases = [
    importing('packages/core/src/testing.ts', '@peercert/pki', 'framework-free'),
    importing('packages/pki/src/imports-core.ts', '@peercert/core', 'second opinion'),
    importing('packages/pki/src/imports-core-source.ts', '../../core/src/index.js', 'second opinion'),
    importing('packages/pki/src/imports-core-testing.ts', '@peercert/core/testing', 'second opinion'),
    importing('packages/pki/src/imports-testing.ts', './testing/index.js', 'does not import testing'),
    importing('packages/pki/src/cli/imports-testing.ts', '../testing/index.js', 'does not import testing'),
    importing('packages/pki/src/cli/imports-core.ts', '@peercert/core', 'second opinion'),
    importing('packages/pki/src/cli/verifying/imports-core.ts', '@peercert/core', undefined),
    importing('packages/pki/src/cli/verifying/imports-core-testing.ts', '@peercert/core/testing', 'public entry of @peercert/core alone'),
    importing(
      'packages/pki/src/cli/verifying/imports-core-dist.ts',
      '@peercert/core/dist/index.js',
      'public entry of @peercert/core alone',
    ),
    importing('packages/pki/src/cli/verifying/imports-testing.ts', '../../testing/index.js', 'public entry of @peercert/core alone'),
    importing('packages/pki/src/testing/imports-core.ts', '@peercert/core', undefined),
    importing('packages/pki/src/testing/imports-core-testing.ts', '@peercert/core/testing', undefined),
    importing('packages/pki/src/testing/imports-pki.ts', '../authority.js', undefined),
    ...['@peercert/core/dist/index.js', '../../../core/src/index.js', '@peercert/fastify', 'fastify', '@fastify/error', 'express'].map(
      (name, index) => importing(`packages/pki/src/testing/forbidden-${index}.ts`, name, 'testing simulates clients'),
    ),
  ];
  for (const [adapter, other] of [
    ['fastify', 'express'],
    ['express', 'fastify'],
  ]) {
    const source = `packages/${adapter}/src`;
    cases.push(
      importing(`${source}/imports-core.ts`, '@peercert/core', undefined),
      importing(`${source}/imports-core-deep.ts`, '@peercert/core/dist/guard/index.js', 'public entry alone'),
      importing(`${source}/imports-core-testing.ts`, '@peercert/core/testing', 'public entry alone'),
      importing(`${source}/imports-core-source.ts`, '../../core/src/index.js', 'public entry alone'),
      importing(`${source}/nested/imports-core-dist.ts`, '../../../core/dist/index.js', 'public entry alone'),
      importing(`${source}/imports-${other}.ts`, `@peercert/${other}`, 'do not know each other'),
      importing(`${source}/imports-${other}-source.ts`, `../../${other}/src/index.js`, 'do not know each other'),
      importing(`${source}/imports-pki.ts`, '@peercert/pki', 'do not know each other'),
    );
  }
  for (const folder of ['test/e2e', 'examples/fastify']) {
    cases.push(
      importing(`${folder}/by-name.ts`, '@peercert/core', undefined),
      importing(`${folder}/testing.ts`, '@peercert/pki/testing', undefined),
      importing(`${folder}/core-testing.ts`, '@peercert/core/testing', undefined),
      importing(`${folder}/deep.ts`, '@peercert/core/dist/index.js', 'as a user does'),
      importing(`${folder}/source.ts`, '../../packages/core/src/index.js', 'as a user does'),
    );
  }
  return cases;
}

/**
 * @param {string} file
 * @param {string} specifier
 * @param {string | undefined} reason
 * @returns {Case}
 */
function importing(file, specifier, reason) {
  return { file, text: `import * as imported from '${specifier}';\n\nexport { imported };\n`, reason };
}

/** Lays the cases out, lints them all at once, and tells where the linter's answer is not the one that was foreseen. */
async function mismatches(/** @type {Case[]} */ cases) {
  const tree = realpathSync(mkdtempSync(join(tmpdir(), 'peercert-layers-')));
  try {
    for (const file of ['biome.json', '.gitignore', 'scripts/lint']) cpSync(join(root, file), join(tree, file), { recursive: true });
    for (const { file, text } of cases) {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      writeFileSync(join(tree, file), text);
    }
    const { found, answer } = await lint(tree);
    if (found.size === 0) return [`biome did not lint the temporary tree: ${answer}`];
    return cases.flatMap(({ file, reason }) => {
      const messages = found.get(file) ?? [];
      if (reason === undefined) return messages.map((message) => `${file} is allowed, but the linter says: ${message}`);
      if (messages.some((message) => message.includes(reason))) return [];
      return [`${file} is forbidden ('${reason}'), but the linter says: ${messages.join('; ') || 'nothing'}`];
    });
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

/** The linter's errors by file, and its whole answer for when there are none. */
async function lint(/** @type {string} */ tree) {
  const options = ['--reporter=github', '--max-diagnostics=none', '--diagnostic-level=error'];
  const { output, status } = await run(tool('biome'), ['lint', ...options, '.'], { cwd: tree });
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const [, file = '', message = ''] of output.matchAll(/^::error .*?file=([^,]+),.*?::(.*)$/gm)) {
    const path = file.startsWith(tree) ? file.slice(tree.length + 1) : file;
    found.set(path, [...(found.get(path) ?? []), message]);
  }
  return { found, answer: `${status}\n${output}` };
}

/** A folder that is no layer has no rule: it must be given its place in the order first. */
function unknownLayers() {
  const source = join(root, 'packages/core/src');
  if (!existsSync(source)) return [];
  return readdirSync(source, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !layers().includes(entry.name))
    .map(({ name }) => `packages/core/src/${name} is no layer: give it rules in biome.json and a place in scripts/check-layers.mjs`);
}

function layers() {
  return ranks.flat();
}

function rankOf(/** @type {string} */ layer) {
  return ranks.findIndex((rank) => rank.includes(layer));
}
