import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { addTallies, emptyTally, type Finding, runCampaign, type Tally } from './campaign.js';
import { judge } from './judge.js';
import { compileOracle, OpenSslOracle } from './openssl.js';
import { coreReader } from './reader.js';
import { progressLine, summary } from './report.js';
import { prepareGround } from './seeds.js';
import type { FromThread, ThreadTask } from './thread.js';

const usage = `Usage: pnpm fuzz [--seed N] [--seconds N] [--count N] [--threads N] [--replay FILE]
  --seed N       the same seed makes the same inputs; default: another one each time
  --seconds N    stop after this time; default 60, unless --count is given
  --count N      stop after this many inputs
  --threads N    default: one for each processor, at most 8
  --replay FILE  judge the input of a finding again, and nothing else
`;

/**
 * Runs the fuzzer and gives its exit code: 0 when there was nothing to find, 1 when there was, 2 when it was called wrongly.
 *
 * @public main.mjs imports what this is compiled to.
 */
export async function fuzz(folder: string, args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(usage);
    return 0;
  }
  const options = readOptions(args);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n${usage}`);
    return 2;
  }
  const oracle = compileOracle(join(folder, 'oracle.c'));
  const absent = 'absent' in oracle ? oracle.absent : undefined;
  const program = 'absent' in oracle ? undefined : oracle.program;
  if (absent !== undefined) process.stdout.write(`fuzz: OpenSSL is not asked, for want of ${absent}\n`);
  try {
    if (options.replay !== undefined) return await replay(options.replay, program);
    const findings = await run(options, program, join(folder, 'findings'));
    // With CI=true everything is installed, and what is silently left out proves nothing.
    return findings > 0 || (absent !== undefined && process.env.CI === 'true') ? 1 : 0;
  } finally {
    if (!('absent' in oracle)) oracle.remove();
  }
}

interface Options {
  readonly seed: number;
  readonly seconds: number;
  readonly count: number;
  readonly threads: number;
  readonly replay: string | undefined;
}

function readOptions(args: readonly string[]): Options | string {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      // pnpm and npm differ in whether they hand this on.
      args: args.filter((arg) => arg !== '--'),
      options: { seed: text, seconds: text, count: text, threads: text, replay: text },
    });
    const number = (name: 'seed' | 'seconds' | 'count' | 'threads', fallback: number, least: number): number => {
      const value = values[name] === undefined ? fallback : Number(values[name]);
      if (!(value >= least) || (Number.isFinite(value) && !Number.isInteger(value)))
        throw new TypeError(`--${name}: expected a whole number`);
      return value;
    };
    return {
      seed: number('seed', Date.now() % 2 ** 31, 0),
      seconds: number('seconds', values.count === undefined ? 60 : Number.POSITIVE_INFINITY, 1),
      count: number('count', Number.POSITIVE_INFINITY, 1),
      threads: number('threads', Math.min(8, availableParallelism()), 1),
      replay: values.replay,
    };
  } catch (error) {
    return (error as Error).message;
  }
}

/** Gives the number of findings. */
async function run({ seed, seconds, count, threads }: Options, program: string | undefined, folder: string): Promise<number> {
  const ground = await prepareGround(seed);
  process.stdout.write(`fuzz: seed ${seed}, ${ground.seeds.length} seeds, ${threads} threads\n`);
  const begun = Date.now();
  const tallies: Tally[] = Array.from({ length: threads }, emptyTally);
  const keep = findingsKeeper(folder, { seed, at: ground.at, anchors: ground.authorities.map(({ der }) => hex(der)) });
  const progress = setInterval(() => process.stdout.write(`${progressLine(addTallies(tallies), Date.now() - begun)}\n`), 1_000);
  try {
    await Promise.all(
      tallies.map((_, thread) => {
        const task: ThreadTask = { ground, program, first: thread, step: threads, end: count, deadline: begun + seconds * 1_000 };
        return inThread(task, (message) => {
          if ('finding' in message) keep(message.finding);
          else tallies[thread] = message.tally;
        });
      }),
    );
  } finally {
    clearInterval(progress);
  }
  const tally = addTallies(tallies);
  process.stdout.write(summary(tally, { milliseconds: Date.now() - begun, isOpenSslAsked: program !== undefined, folder }));
  return [...tally.findings.values()].reduce((sum, times) => sum + times, 0);
}

function inThread(task: ThreadTask, onMessage: (message: FromThread) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: task });
    worker.on('message', onMessage);
    worker.on('error', reject);
    worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a thread ended with exit code ${code}`))));
  });
}

interface Surroundings {
  readonly seed: number;
  readonly at: number;
  readonly anchors: readonly string[];
}

/** A finding as it lies in a file: whatever it takes to see it again, bytes as hexadecimal digits. */
interface FindingFile extends Surroundings {
  readonly kind: string;
  readonly reason: string;
  readonly index: number;
  readonly history: string;
  readonly role: Finding['input']['role'];
  readonly mutated: string;
  readonly certificates: readonly string[];
}

/** Writes findings into the folder; of each kind no more than a person will look at. */
function findingsKeeper(folder: string, surroundings: Surroundings): (finding: Finding) => void {
  const kept = new Map<string, number>();
  return ({ kind, reason, input }) => {
    const times = (kept.get(kind) ?? 0) + 1;
    kept.set(kind, times);
    if (times > mostKept) return;
    const { index, history, role, mutated, certificates } = input;
    const file: FindingFile = {
      kind,
      reason,
      ...surroundings,
      index,
      history,
      role,
      mutated: hex(mutated),
      certificates: certificates.map(hex),
    };
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${kind.replaceAll(' ', '-')}-${surroundings.seed}-${index}.json`);
    writeFileSync(path, `${JSON.stringify(file, undefined, 2)}\n`);
    process.stdout.write(`fuzz: ${kind}: ${reason.split('\n', 1)[0]} (${path})\n`);
  };
}

const mostKept = 50;

/** Gives the exit code. */
async function replay(path: string, program: string | undefined): Promise<number> {
  const file = JSON.parse(readFileSync(path, 'utf8')) as FindingFile;
  const anchors = file.anchors.map(bytes);
  const certificates = file.certificates.map(bytes);
  const { index, role, history, seed, at } = file;
  const input = { index, role, mutated: bytes(file.mutated), certificates, isResigned: false, history };
  const nobodys = new Uint8Array(0);
  const ground = { seed, at, authorities: anchors.map((der) => ({ name: 'anchor', der, privateKey: nobodys })), seeds: [] };
  const reader = coreReader(ground);
  const oracle = program === undefined ? undefined : new OpenSslOracle(program, anchors, at);
  const [answer] = (await oracle?.ask([certificates])) ?? [];
  const { isAccepted, refusal } = judge(input, reader);
  process.stdout.write(`${file.kind}: ${file.reason}\nfrom ${history}\n`);
  process.stdout.write(`peercert: ${isAccepted ? 'accepted' : JSON.stringify(refusal, undefined, 2)}\n`);
  process.stdout.write(`OpenSSL: ${JSON.stringify(answer ?? 'not asked')}\n`);
  let code = 0;
  const onFinding = ({ kind, reason }: Finding): void => {
    code = 1;
    process.stdout.write(`finding, ${kind}: ${reason}\n`);
  };
  const inputs = { ground, make: () => input };
  await runCampaign({ inputs, reader, oracle, indexes: [index], isOver: () => false, onBatch: () => {}, onFinding });
  oracle?.close();
  return code;
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('hex');
}

function bytes(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}
