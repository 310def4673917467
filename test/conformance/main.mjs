// @ts-check
/**
 * `pnpm conformance`: compiles the runner, which is TypeScript like the tests, and runs it as plain JavaScript on every supported
 * Node.js.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, run, tool } from '../../scripts/lib/process.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const compiled = await run(tool('tsc'), ['-p', join(folder, 'tsconfig.json'), '--pretty', 'false']);
if (!compiled.ok) fail(`${compiled.output}conformance: the runner cannot be compiled (${compiled.status})`);
/** @type {typeof import('./command.js')} */
const { conformance } = await import(join(folder, '.build', 'test', 'conformance', 'command.js'));
process.exitCode = await conformance(join(folder, '..', '..'), process.argv.slice(2));
