/** What main.mjs runs: the harness, in a process whose garbage can be collected on demand. */
import { bench } from './command.js';

const [folder, ...given] = process.argv.slice(2);
process.exitCode = await bench(folder as string, given);
