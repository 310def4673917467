import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm } from './pnpm.mjs';
import { publishedProjects } from './workspace.mjs';

/**
 * Packs every published package as pnpm would publish it, into an existing empty folder.
 *
 * @param {string} destination
 * @returns {Promise<{ name: string, directory: string, tarball: string }[]>}
 */
export async function packPackages(destination) {
  const result = await pnpm(['-r', '--filter', './packages/*', 'pack', '--pack-destination', destination]);
  if (!result.ok) throw new Error(`pnpm pack failed (${result.status}):\n${result.output}`);
  const tarballs = readdirSync(destination);
  return publishedProjects().map(({ directory, manifest: { name, version } }) => {
    const tarball = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
    if (!tarballs.includes(tarball)) throw new Error(`pnpm pack made no ${tarball}, but ${tarballs.join(', ') || 'nothing'}`);
    return { name, directory, tarball: join(destination, tarball) };
  });
}
