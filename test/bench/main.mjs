// @ts-check
/**
 * `pnpm bench`: compiles the benchmarks, which are TypeScript like the tests, and runs them as plain JavaScript on every supported Node.js. What runs them
 * is a process of its own, since garbage must be collected when the harness says so.
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, run, tool } from '../../scripts/lib/process.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const compiled = await run(tool('tsc'), ['-p', join(folder, 'tsconfig.json'), '--pretty', 'false']);
if (!compiled.ok) fail(`${compiled.output}bench: the benchmarks cannot be compiled (${compiled.status})`);
const program = join(folder, '.build', 'test', 'bench', 'program.js');
const child = spawn(process.execPath, ['--expose-gc', program, folder, ...process.argv.slice(2)], { stdio: 'inherit' });
child.on('error', (error) => fail(`bench: ${error.message}`));
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
