import { build } from './lib/build.mjs';
import { fail } from './lib/process.mjs';

const { ok, status, output } = await build();
if (!ok) fail(`${output}build: tsc -b failed (${status})`);
