// @ts-check
/**
 * `pnpm fuzz`: compiles the fuzzer and runs it. It is TypeScript, like core's tests, whose certificate builder it uses, and runs as
 * plain JavaScript on every supported Node.js, in threads.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, run, tool } from '../../scripts/lib/process.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const compiled = await run(tool('tsc'), ['-p', join(folder, 'tsconfig.json'), '--pretty', 'false']);
if (!compiled.ok) fail(`${compiled.output}fuzz: the fuzzer cannot be compiled (${compiled.status})`);
/** @type {typeof import('./command.js')} */
const { fuzz } = await import(join(folder, '.build', 'test', 'fuzz', 'command.js'));
process.exitCode = await fuzz(folder, process.argv.slice(2));
