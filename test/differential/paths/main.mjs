// @ts-check
/** `pnpm differential`: compiles the comparison, which is TypeScript as core's tests are, and runs it. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, run, tool } from '../../../scripts/lib/process.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const compiled = await run(tool('tsc'), ['-p', folder, '--pretty', 'false']);
if (!compiled.ok) fail(`${compiled.output}differential: it cannot be compiled (${compiled.status})`);
/** @type {typeof import('./command.js')} */
const { differential } = await import(join(folder, '.build', 'test', 'differential', 'paths', 'command.js'));
process.exitCode = await differential(folder, process.argv.slice(2));
