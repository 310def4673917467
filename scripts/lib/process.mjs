import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './workspace.mjs';

/**
 * What a program that was run left behind: its exit status (or why it has none) and both its output streams, in the order
 * in which they came.
 *
 * @typedef {{ ok: boolean, status: string, output: string }} Finished
 *
 * @typedef {object} RunOptions
 * @property {string} [cwd] default: the repository's root
 * @property {Record<string, string | undefined>} [env] added to this process's environment; undefined removes a variable
 * @property {boolean} [echo] shows the output while it comes, too
 */

/**
 * Runs a program to its end, without a terminal and without standard input. It never throws: a program that cannot be
 * started is `ok: false`, like one that fails.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Finished>}
 */
export function run(command, args, { cwd = root, env = {}, echo = false } = {}) {
  return new Promise((resolve) => {
    const windows = process.platform === 'win32';
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...plain, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: windows,
    });
    /** @type {Buffer[]} */
    const chunks = [];
    /** @param {NodeJS.WriteStream} to */
    const collect = (to) => (/** @type {Buffer} */ chunk) => {
      chunks.push(chunk);
      if (echo) to.write(chunk);
    };
    child.stdout.on('data', collect(process.stdout));
    child.stderr.on('data', collect(process.stderr));
    const finish = (/** @type {boolean} */ ok, /** @type {string} */ status) =>
      resolve({ ok, status, output: Buffer.concat(chunks).toString('utf8') });
    child.on('error', (error) => finish(false, `cannot be started: ${error.message}`));
    child.on('close', (code, signal) => finish(code === 0, signal === null ? `exit status ${code}` : `killed by ${signal}`));
  });
}

/** Output is collected and shown elsewhere, so it carries no colours; some tools take CI for a terminal that has them. */
const plain = { NO_COLOR: '1', FORCE_COLOR: undefined };

/**
 * Runs a script of this repository with the Node.js that runs this one.
 *
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function runNode(args, options) {
  return run(process.execPath, args, options);
}

/**
 * The path of a development tool that is installed at the root, such as `biome`.
 *
 * @param {string} name
 */
export function tool(name) {
  return join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);
}

/**
 * Ends this process with a reason that a person can read; a stack would not help them.
 *
 * @param {string} reason
 * @returns {never}
 */
export function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
