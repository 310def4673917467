import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const usage = `Usage: npm run demo -- [options]

  --once          end after the story: with exit status 0 if all went as expected, 1 if not
  --port N        where Fastify listens, and Express on the port after it; default 8443, 0 for any that are free
  --folder PATH   where the certificates go, a new folder or an empty one; default .demo in the repository, made anew
`;

/** What the command line says. For what it cannot say: the reason, the usage, and exit status 2. */
export function argumentsOrUsage() {
  try {
    const { help, ...settings } = readArguments(process.argv.slice(2));
    return help ? leave(0, usage) : settings;
  } catch (error) {
    return leave(2, `${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

/**
 * Throws a `TypeError` for what is no option, and for a value that an option cannot have.
 *
 * @param {string[]} args
 */
export function readArguments(args) {
  const { values } = parseArgs({
    args,
    options: {
      once: { type: 'boolean', default: false },
      port: { type: 'string', default: '8443' },
      folder: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { once, port, folder, help } = values;
  return { once, help, port: portFrom(port), folder: folderFrom(folder), makeAnew: folder === undefined };
}

/** @param {string} text */
function portFrom(text) {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_534) throw new TypeError(`--port ${text}: expected a number from 0 to 65534`);
  return port;
}

/**
 * A folder that somebody names may hold keys of theirs, under the very names that the demo uses.
 *
 * @param {string | undefined} path
 */
function folderFrom(path) {
  if (path === undefined) return join(import.meta.dirname, '../../.demo');
  const folder = resolve(path);
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new TypeError(`--folder ${path}: expected a new folder, or an empty one`);
  return folder;
}

/**
 * @param {number} status
 * @param {string} text
 * @returns {never}
 */
function leave(status, text) {
  (status === 0 ? process.stdout : process.stderr).write(text);
  process.exit(status);
}
