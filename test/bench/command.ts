import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bench, type Benchmark, fullScale, quickScale, strangersOf } from './bench.js';
import { writeDocs } from './docs-page.js';
import { lengthPrefixed, makePki } from './fixtures/pki.js';
import { observeMachine } from './harness/machine.js';
import type { Row } from './harness/row.js';
import { figure, lineOf } from './harness/table.js';
import { compileGo, compileOpenSsl } from './peers/native.js';
import { connections } from './rows/connections.js';
import { crls } from './rows/crl.js';
import { handshakes } from './rows/handshakes.js';
import { policies } from './rows/policies.js';
import { refresh } from './rows/refresh.js';
import { requests } from './rows/requests.js';
import { verification } from './rows/verification.js';
import { measureCurves } from './scaling/curves.js';

const benchmarks: readonly Benchmark[] = [requests, handshakes, verification, crls, refresh, connections, policies];

/** Not a comparison, and long: measured when it is asked for. */
const curvesName = 'curves';

const usage = `pnpm bench [NAME…] [--quick] [--json OUT] [--write-docs]
names: ${[...benchmarks.map(({ name }) => name), curvesName].join(', ')}; all but ${curvesName} unless told
--write-docs writes docs/benchmarks.md: of a complete run, or of ${curvesName} alone
`;

/** Gives the exit code: a target that is missed is told, and no failure, since a busy machine misses some. */
export async function bench(sources: string, given: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...given],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      'write-docs': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => name !== curvesName && !benchmarks.some((each) => each.name === name));
  if (values.help || unknown.length > 0) {
    process.stderr.write(unknown.length > 0 ? `bench: there is no ${unknown.join(', ')}\n${usage}` : usage);
    return values.help ? 0 : 2;
  }
  // Rows of several runs side by side would have been chosen among, one after the other.
  if (values['write-docs'] && positionals.length > 0 && positionals.join() !== curvesName) {
    process.stderr.write(`bench: --write-docs takes a complete run, or ${curvesName} alone\n`);
    return 2;
  }
  const chosen = benchmarks.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const machine = observeMachine(values.quick);
  const folder = mkdtempSync(join(tmpdir(), 'peercert-bench-'));
  try {
    const prepared = await prepare(sources, folder, values.quick);
    const rows: Row[] = [];
    for (const { measure } of chosen) {
      for (const row of await measure(prepared)) {
        rows.push(row);
        process.stdout.write(`${lineOf(row)}\n`);
      }
    }
    const curves = positionals.includes(curvesName)
      ? await measureCurves(prepared, ({ title, points, y }) =>
          process.stdout.write(`${title}: ${points.map(([at, value]) => `${figure(at)} ${figure(value)}`).join(', ')} (${y})\n`),
        )
      : undefined;
    if (values['write-docs']) {
      const comparisons = { machine: machine(), rows };
      writeDocs(join(sources, '..', '..'), curves === undefined ? { comparisons } : { growth: { machine: machine(), curves } });
    }
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ rows, machine: machine() }, undefined, 2)}\n`);
    const { length: missed } = rows.filter(({ ok }) => ok === false);
    process.stdout.write(`bench: ${rows.length} rows, ${missed === 0 ? 'no target missed' : `${missed} targets missed`}\n`);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function prepare(sources: string, folder: string, isQuick: boolean): Promise<Bench> {
  const scale = isQuick ? quickScale : fullScale;
  const pki = await makePki(join(folder, 'pki'));
  writeFileSync(join(pki.folder, 'clients.bin'), lengthPrefixed(pki.clients(strangersOf(scale))));
  const peers = join(sources, 'peers');
  return { pki, folder, scale, openssl: compileOpenSsl(peers, folder), go: compileGo(peers, folder) };
}
