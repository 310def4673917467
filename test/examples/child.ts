import { spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** A program that runs until it is told to stop. */
export interface Child {
  /** What it has written so far, on either stream. */
  readonly output: () => string;
  /** Resolves with the exit status, or the name of the signal that killed it. */
  stop(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

interface Options {
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What it writes when it is ready. */
  readonly until: RegExp;
}

/** Starts a program with this Node.js; rejects with its output if it ends before it is ready. */
export function startChild(program: string, { args = [], cwd, env, until }: Options): Promise<Child> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const exited = new Promise<number | NodeJS.Signals | null>((ended) => {
      child.on('exit', (status, signal) => {
        ended(signal ?? status);
        reject(new Error(`${program} ended before it was ready (${signal ?? status}):\n${output}`));
      });
    });
    const stop = (signal: NodeJS.Signals) => {
      child.kill(signal);
      return exited;
    };
    const collect = (text: string) => {
      output += text;
      if (until.test(output)) resolve({ output: () => output, stop });
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('error', reject);
  });
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
