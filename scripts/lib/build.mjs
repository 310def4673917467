import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run, tool } from './process.mjs';
import { publishedProjects } from './workspace.mjs';

/**
 * Builds every package by `tsc -b`, which builds only what has changed.
 *
 * tsc leaves the output of a deleted source file in place and does not miss an output that somebody deleted. Both would be
 * packed, or imported by a test, as they are; so this makes dist and src agree first.
 */
export async function build() {
  for (const { directory } of publishedProjects()) sweep(join(directory, 'src'), join(directory, 'dist'));
  return run(tool('tsc'), ['-b']);
}

/**
 * @param {string} source
 * @param {string} output
 */
function sweep(source, output) {
  if (!existsSync(output)) return;
  const missing = new Set(filesBelow(source).flatMap((file) => outputs(file.replace(/\.ts$/, ''))));
  for (const file of filesBelow(output)) {
    if (!missing.delete(file) && file !== buildInfo) rmSync(join(output, file));
  }
  if (missing.size > 0) rmSync(join(output, buildInfo), { force: true });
}

/** @param {string} stem */
function outputs(stem) {
  return [`${stem}.js`, `${stem}.js.map`, `${stem}.d.ts`, `${stem}.d.ts.map`];
}

/** tsc's own record of what it has built; without it, everything is built. */
const buildInfo = 'tsconfig.tsbuildinfo';

/**
 * @param {string} directory
 * @returns {string[]} paths below `directory`
 */
function filesBelow(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
}
