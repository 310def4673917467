import type { BenchPki } from './fixtures/pki.js';
import type { Row } from './harness/row.js';
import type { Native } from './peers/native.js';

/** What every measurement is given. */
export interface Bench {
  readonly pki: BenchPki;
  /** For what is made while measuring. */
  readonly folder: string;
  readonly scale: Scale;
  readonly openssl: Native;
  readonly go: Native;
}

/** How much is measured. */
export interface Scale {
  /** Pairs of one comparison, at least five. */
  readonly rounds: number;
  /** Batches of each contender that make a pair. */
  readonly turns: number;
  /** Processes that each contender is started in, one after the other: where a process happens to lie in memory makes a percent or two. */
  readonly generations: number;
  /** Requests of one batch, and handshakes. */
  readonly requests: number;
  readonly handshakes: number;
  /** Requests and handshakes before those that are counted: until V8 has compiled what they need. */
  readonly firstRequests: number;
  readonly firstHandshakes: number;
  /** Likewise, with certificates never seen, of the guarded server alone: what verifies them is compiled as well. */
  readonly firstStrangers: number;
  /** Certificates verified in one batch, by whoever is quick, and before those that are counted. */
  readonly verifications: number;
  readonly firstVerifications: number;
  /** Entries of the long CRL. */
  readonly entries: number;
  /** Connections that are open while a CRL is refreshed. */
  readonly openConnections: number;
  /** Connections opened in one batch, for what they hold. */
  readonly connections: number;
  /** Times that the long CRL is put in force while the event loop is watched. */
  readonly delays: number;
}

export const fullScale: Scale = {
  rounds: 11,
  turns: 20,
  generations: 2,
  requests: 200,
  handshakes: 8,
  firstRequests: 20_000,
  firstHandshakes: 800,
  firstStrangers: 3_000,
  verifications: 20,
  firstVerifications: 6_000,
  entries: 1_000_000,
  openConnections: 20_000,
  connections: 400,
  delays: 7,
};
export const quickScale: Scale = {
  rounds: 5,
  turns: 4,
  generations: 1,
  requests: 100,
  handshakes: 4,
  firstRequests: 2_000,
  firstHandshakes: 100,
  firstStrangers: 200,
  verifications: 10,
  firstVerifications: 1_200,
  entries: 200_000,
  openConnections: 1_000,
  connections: 60,
  delays: 3,
};

/** Connections opened before it is measured what they hold: more than the verifier keeps all of what it read of. */
export const openedFirst = 300;

/** Certificates that the clients of a run show, which no server has seen before: those of handshakes, and those of connections that are kept. */
export function strangersOf({ rounds, turns, generations, handshakes, firstStrangers, connections }: Scale): number {
  return ((rounds + 1) * turns * handshakes * 3 + firstStrangers) * generations + (6 * connections + openedFirst) * 2;
}

/** What can be asked for by its name; it gives one row or several. */
export interface Benchmark {
  readonly name: string;
  readonly measure: (bench: Bench) => Promise<readonly Row[]>;
}
