import { run } from './process.mjs';
import { readManifest, root } from './workspace.mjs';

/**
 * Runs the pnpm that package.json pins. npx fetches it once and keeps it, so that a machine needs Node.js and npm alone.
 *
 * npm's cache is asked first, which makes this work without a network once pnpm has been fetched; a cache that is older than
 * the pinned release makes npm answer ETARGET (or ENOTCACHED), and only then is the registry asked.
 *
 * @param {readonly string[]} args
 * @param {import('./process.mjs').RunOptions} [options]
 */
export async function pnpm(args, options = {}) {
  const { packageManager } = readManifest(root);
  if (packageManager === undefined) throw new Error('package.json pins no packageManager');
  const settings = { ...options, env: { ...quiet, ...options.env } };
  const cached = await run('npx', ['--yes', '--prefer-offline', packageManager, ...args], settings);
  if (cached.ok || !/npm (?:error|ERR!) code E(?:TARGET|NOTCACHED)/.test(cached.output)) return cached;
  return run('npx', ['--yes', packageManager, ...args], settings);
}

const quiet = {
  /** Without a terminal pnpm must not ask; with CI set it never does. */
  CI: 'true',
  /** Only NODE_ENV=production would change what is installed, and the tools that build are development dependencies. */
  NODE_ENV: undefined,
  /** npx has picked the pinned release already: pnpm need not look it up again, nor note it in the lockfile. */
  pnpm_config_pm_on_fail: 'ignore',
  npm_config_update_notifier: 'false',
};
