/**
 * Type-checks every TypeScript and JavaScript block of the documentation against the built packages, so that no page
 * shows code that does not compile.
 *
 * A fence says what its block is:
 *
 *     ```ts                      a program of its own
 *     ```ts continued            goes on where the block before it in the same page ended
 *     ```ts ignore (a reason)    is not checked, and says why
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fail, run, tool } from './lib/process.mjs';
import { projects, root } from './lib/workspace.mjs';

/** @typedef {{ language: 'ts' | 'js', line: number, note: string, code: string }} Block */

/** Below test/, because that project depends on every package by name; it ignores itself, and is gone when all is well. */
const folder = join(root, 'test/.code-blocks');

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, '.gitignore'), '*\n');
const { origins, blocks, problems } = extract(pages());
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings([...origins.keys()])));
const checked = blocks === 0 ? undefined : await run(tool('tsc'), ['-p', folder, '--pretty', 'false']);
rmSync(folder, { recursive: true, force: true });
if (checked?.ok === false) problems.push(withOrigins(checked.output));
if (problems.length > 0) fail(`${problems.join('\n')}\nA code block of the documentation does not hold.`);
process.stdout.write(`code blocks: ${blocks} compile\n`);

/** README and its kind, docs/, and the README of every package and example. */
function pages() {
  const inFolder = (/** @type {string} */ path) =>
    existsSync(path)
      ? readdirSync(path)
          .filter((name) => name.endsWith('.md') && name !== 'CHANGELOG.md')
          .map((name) => join(path, name))
      : [];
  return [...projects().map(({ directory }) => directory), join(root, 'docs')].flatMap(inFolder);
}

/** @param {string[]} files */
function settings(files) {
  return { extends: '../../tsconfig.test.json', compilerOptions: { checkJs: true }, include: [], files };
}

/**
 * Writes each program to a file of its own, in which every line has the number that it has in its page.
 *
 * @param {string[]} files
 */
function extract(files) {
  /** @type {Map<string, string>} */
  const origins = new Map();
  /** @type {string[]} */
  const problems = [];
  let blocks = 0;
  for (const file of files) {
    const page = relative(root, file);
    /** @type {{ name: string, lines: string[] } | undefined} */
    let program;
    for (const block of codeBlocks(readFileSync(file, 'utf8'))) {
      const [word = '', reason = ''] = /^(\S*)\s*(.*)$/.exec(block.note)?.slice(1) ?? [];
      if (word === 'ignore') {
        if (reason === '') problems.push(`${page}:${block.line}: 'ignore' needs a reason behind it`);
        continue;
      }
      if (word === 'continued' && program === undefined) problems.push(`${page}:${block.line}: there is no block to continue`);
      if (word !== '' && word !== 'continued') problems.push(`${page}:${block.line}: '${word}' is unknown; known are continued, ignore`);
      if (word !== 'continued' || program === undefined) {
        const name = `${page.replaceAll(/[^\w.]/g, '_')}.${block.line}.${block.language}`;
        program = { name, lines: ['export {};'] };
        origins.set(name, page);
      }
      blocks += 1;
      while (program.lines.length < block.line) program.lines.push('');
      program.lines.push(...block.code.split('\n'));
      writeFileSync(join(folder, program.name), program.lines.join('\n'));
    }
  }
  return { origins, blocks, problems };
}

/**
 * The fenced blocks of a Markdown page in TypeScript or JavaScript, without the indentation of their fence.
 *
 * @param {string} markdown
 * @returns {Block[]}
 */
function codeBlocks(markdown) {
  const lines = markdown.split(/\r?\n/);
  /** @type {Block[]} */
  const blocks = [];
  for (let at = 0; at < lines.length; at++) {
    const [, indent = '', fence, info = ''] = /^( *)(`{3,}|~{3,})(.*)$/.exec(lines[at] ?? '') ?? [];
    if (fence === undefined) continue;
    const start = at + 1;
    const isEnd = (/** @type {string} */ line) => line.trim().startsWith(fence) && /^[`~]+$/.test(line.trim());
    do at++;
    while (at < lines.length && !isEnd(lines[at] ?? ''));
    const [, name = '', note = ''] = /^\s*(\S*)\s*(.*?)\s*$/.exec(info) ?? [];
    const language = { ts: 'ts', typescript: 'ts', js: 'js', javascript: 'js', mjs: 'js' }[name];
    if (language !== 'ts' && language !== 'js') continue;
    const code = lines.slice(start, at).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    blocks.push({ language, line: start, note, code: code.join('\n') });
  }
  return blocks;
}

/**
 * Puts the page's name in the place of the program's; the line numbers agree.
 *
 * @param {string} output
 */
function withOrigins(output) {
  return output.replaceAll(/^(\S+?)\((\d+),(\d+)\)/gm, (all, path, line, column) => {
    const page = [...origins].find(([name]) => basename(path) === name)?.[1];
    return page === undefined ? all : `${page}:${line}:${column}`;
  });
}
