import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} [version]
 * @property {boolean} [private]
 * @property {string} [packageManager]
 * @property {Record<string, unknown>} [exports]
 * @property {Record<string, string>} [scripts]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [peerDependencies]
 *
 * @typedef {{ directory: string, manifest: Manifest }} Project
 */

/**
 * Each project of the workspace, the root first. The folders are those of pnpm-workspace.yaml, written out here because
 * Node.js alone reads no YAML.
 *
 * @returns {Project[]}
 */
export function projects() {
  const directories = [root, ...['packages', 'examples'].flatMap(subdirectories), join(root, 'test')];
  return directories
    .filter((directory) => existsSync(join(directory, 'package.json')))
    .map((directory) => ({ directory, manifest: readManifest(directory) }));
}

/** The projects that are published. */
export function publishedProjects() {
  return projects().filter(({ manifest }) => manifest.private !== true);
}

/**
 * @param {string} directory
 * @returns {Manifest}
 */
export function readManifest(directory) {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
}

/**
 * @param {string} parent
 * @returns {string[]}
 */
function subdirectories(parent) {
  const path = join(root, parent);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(path, entry.name))
    .sort();
}
