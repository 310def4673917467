import { parentPort, workerData } from 'node:worker_threads';
import { type Finding, runCampaign, type Tally } from './campaign.js';
import { Inputs } from './inputs.js';
import { OpenSslOracle } from './openssl.js';
import { coreReader } from './reader.js';
import type { Ground } from './seeds.js';

/** What a thread is told; it answers with messages of the form of `FromThread`. */
export interface ThreadTask {
  readonly ground: Ground;
  /** The oracle's program; undefined where there is none. */
  readonly program: string | undefined;
  /** The thread's first input; its others follow by `step`. */
  readonly first: number;
  readonly step: number;
  readonly end: number;
  /** When to stop, in milliseconds since the epoch. */
  readonly deadline: number;
}

export type FromThread = { readonly tally: Tally } | { readonly finding: Finding };

const tell = (message: FromThread): void => parentPort?.postMessage(message);
const { ground, program, first, step, end, deadline } = workerData as ThreadTask;

function* indexes(): Generator<number> {
  for (let index = first; index < end; index += step) yield index;
}

const anchors = ground.authorities.map(({ der }) => der);
const oracle = program === undefined ? undefined : new OpenSslOracle(program, anchors, ground.at);
const tally = await runCampaign({
  inputs: new Inputs(ground),
  reader: coreReader(ground),
  oracle,
  indexes: indexes(),
  isOver: () => Date.now() >= deadline,
  onBatch: (tally) => tell({ tally }),
  onFinding: (finding) => tell({ finding }),
});
oracle?.close();
tell({ tally });
