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

/** How much is measured. Where a batch is larger, pairs differ less. */
export interface Scale {
  /** Pairs of one comparison, at least five. */
  readonly rounds: number;
  /** Processes that each contender is started in, one after the other: where a process happens to lie in memory makes a percent or two. */
  readonly generations: number;
  /** Requests of one batch, and handshakes. */
  readonly requests: number;
  /** Requests before those that are counted: until V8 has compiled what they need. */
  readonly firstRequests: number;
  readonly handshakes: number;
  /** Handshakes before those that are counted: until V8 has compiled what they need. */
  readonly firstHandshakes: number;
  /** Connections opened in one batch, for what they hold. */
  readonly connections: number;
  /** Certificates that no server has seen. */
  readonly strangers: number;
}

export const fullScale: Scale = {
  rounds: 11,
  generations: 3,
  requests: 4_000,
  firstRequests: 30_000,
  handshakes: 150,
  firstHandshakes: 2_000,
  connections: 1_000,
  strangers: 36_000,
};
export const quickScale: Scale = {
  rounds: 5,
  generations: 1,
  requests: 1_500,
  firstRequests: 8_000,
  handshakes: 60,
  firstHandshakes: 600,
  connections: 300,
  strangers: 6_500,
};

/** What can be asked for by its name; it gives one row or several. */
export interface Benchmark {
  readonly name: string;
  readonly measure: (bench: Bench) => Promise<readonly Row[]>;
}
