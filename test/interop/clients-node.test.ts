import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expected, openScene, p12Password, people, type Scene, verdict } from './clients/scene.js';

/**
 * Clients of every line of Node.js. Where `CI=true` is not set, only lines that npx has already are run: a test must not fetch a hundred megabytes
 * unasked; the others are skipped with that reason.
 */
const lines = ['20', '22', '24', '26'] as const;
const ways = ['https', 'undici', 'fetch'] as const;
const execute = promisify(execFile);
let scene: Scene;

beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

/** Where the program of that line is. */
async function nodeOf(line: string): Promise<string | undefined> {
  if (process.versions.node.startsWith(`${line}.`)) return process.execPath;
  const offline = process.env.CI === 'true' ? [] : ['--offline'];
  try {
    const { stdout } = await execute('npx', [...offline, '--yes', `node@${line}`, '--print', 'process.execPath'], { timeout: 120_000 });
    return stdout.trim().split('\n').at(-1);
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    return undefined;
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

describe.each(lines)('Node.js %s', (line) => {
  test(`${ways.join(', ')} send what they are given, in PEM or in a .p12 file`, { timeout: 180_000 }, async (context) => {
    const node = await nodeOf(line);
    if (node === undefined) return context.skip(`npx has no Node.js ${line} at hand, and fetches none without CI=true`);
    const file = (name: string): string => join(scene.folder, name);
    const asked = scene.doors.flatMap((door) => ways.flatMap((how) => people.map((person) => ({ door, how, person, p12: false }))));
    const all = [
      ...asked,
      ...ways.map((how) => ({ door: scene.doors[0] as (typeof scene.doors)[number], how, person: 'alice' as const, p12: true })),
    ];
    const tasks = all.map(({ door, how, person, p12 }) => ({
      how,
      url: `https://localhost:${door.port}/`,
      ca: file('ca.crt'),
      ...(person === 'nobody'
        ? {}
        : p12
          ? { pfx: file(`${person}.p12`), passphrase: p12Password }
          : { cert: file(`${person}.crt`), key: file(`${person}.key`) }),
    }));
    const program = join(import.meta.dirname, 'clients/node-client.mjs');
    const { stdout } = await execute(node, [program, JSON.stringify(tasks)], { timeout: 100_000 });
    const heard = (JSON.parse(stdout) as Answer[]).map(({ status, body }) => verdict(status, body));
    const told = (verdicts: readonly string[]) =>
      all.map(({ door, how, person, p12 }, index) => [door.framework, door.hints, how, person, p12, verdicts[index]]);
    expect(told(heard)).toEqual(told(all.map(({ door, person }) => expected(door, 'anything')[person])));
  });
});
