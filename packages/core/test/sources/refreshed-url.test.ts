import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type FetchOptions,
  type FetchResult,
  RefreshedUrl,
  type RefreshedUrlOptions,
  type SourceProblem,
} from '../../src/sources/index.js';
import { FakeRuntime } from './fake-runtime.js';
import { TestFolder } from './folder.js';
import { closeServers, loopback, saying, serving } from './test-server.js';

const minute = 60_000;
const hour = 60 * minute;

let folder: TestFolder;
let opened: RefreshedUrl[];
beforeEach(() => {
  folder = new TestFolder();
  opened = [];
});
afterEach(() => {
  for (const source of opened) source.close();
  closeServers();
  folder.remove();
});

const headers = { etag: undefined, 'last-modified': undefined } as unknown as Extract<FetchResult, { ok: true }>['headers'];

function said(text: string, more: Partial<typeof headers> = {}): FetchResult {
  return { ok: true, status: 200, bytes: Buffer.from(text), headers: { ...headers, ...more } };
}

const unchanged: FetchResult = { ok: true, status: 304, bytes: new Uint8Array(0), headers };
const down: FetchResult = { ok: false, why: 'network', detail: 'cannot connect to crl.test: ECONNREFUSED' };

/** A source over a server that is made up, and what became of it. */
class Fetched {
  readonly runtime = new FakeRuntime();
  readonly accepted: string[] = [];
  readonly problems: SourceProblem[] = [];
  readonly recovered: SourceProblem[] = [];
  readonly stale: SourceProblem[] = [];
  readonly asked: { at: number; options: FetchOptions }[] = [];
  readonly source: RefreshedUrl;
  answer: FetchResult | (() => Promise<FetchResult>) = said('one');
  /** How long content is valid, from when it is accepted. */
  valid: number | undefined;
  reject: string | undefined;

  constructor(options: Partial<RefreshedUrlOptions> = {}) {
    this.source = new RefreshedUrl({
      url: 'http://crl.test/ca.crl?token=secret',
      fetch: { allowHosts: 'any' },
      accept: (bytes, from) => {
        if (this.reject !== undefined) return { ok: false, problem: this.reject };
        this.accepted.push(`${Buffer.from(bytes).toString()} from ${from}`);
        return { ok: true, validUntil: this.valid === undefined ? undefined : this.runtime.now() + this.valid };
      },
      fetchBytes: (_url, given) => {
        this.asked.push({ at: this.runtime.monotonic(), options: given });
        return typeof this.answer === 'function' ? this.answer() : Promise.resolve(this.answer);
      },
      runtime: this.runtime,
      onProblem: (problem) => this.problems.push(problem),
      onRecovered: (problem) => this.recovered.push(problem),
      onStale: (problem) => this.stale.push(problem),
      ...options,
    });
    opened.push(this.source);
  }

  /** The milliseconds from one request to the next. */
  async untilAsked(most = 30 * hour): Promise<number> {
    const before = this.asked.length;
    const begun = this.asked.at(-1)?.at ?? 0;
    for (let passed = 0; this.asked.length === before; passed += 1000) {
      if (passed > most) return Number.POSITIVE_INFINITY;
      this.runtime.pass(1000);
    }
    await this.answered();
    return (this.asked.at(-1)?.at ?? 0) - begun;
  }

  /** Waits for the request that is under way. */
  answered(): Promise<void> {
    return this.source.refreshNow();
  }

  /** Lets what was begun go on. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 50; turn++) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }
}

describe('what fails leaves in force what was', () => {
  it('and is told once, without the secrets of the URL', async () => {
    const fetched = new Fetched();
    await fetched.source.start();
    fetched.answer = down;
    for (let count = 0; count < 5; count++) await fetched.untilAsked();
    expect(fetched.problems).toMatchObject([
      { subject: 'crl.test/ca.crl', message: 'crl.test/ca.crl: cannot connect to crl.test: ECONNREFUSED' },
    ]);
    expect(fetched.accepted).toEqual(['one from network']);
    fetched.answer = unchanged;
    await fetched.untilAsked();
    expect(fetched.recovered).toMatchObject([{ message: 'crl.test/ca.crl is in order again' }]);
  });

  it('and is asked for again, after ever longer, up to the usual', async () => {
    const fetched = new Fetched();
    await fetched.source.start();
    fetched.answer = down;
    await fetched.untilAsked();
    const delays: number[] = [];
    for (let count = 0; count < 9; count++) delays.push(await fetched.untilAsked());
    expect(delays.map((delay) => Math.round(delay / minute))).toEqual([1, 2, 4, 9, 18, 35, 60, 60, 60]);
  });

  it('and is asked for sooner while there is nothing to keep, and everybody waits', async () => {
    const fetched = new Fetched();
    fetched.answer = down;
    await fetched.source.start();
    const delays: number[] = [];
    for (let count = 0; count < 6; count++) delays.push(await fetched.untilAsked());
    expect(delays.map((delay) => Math.round(delay / 1_000))).toEqual([1, 3, 5, 9, 18, 36]);
  });

  it('but in time before the content in force ends', async () => {
    const fetched = new Fetched();
    fetched.valid = 40 * minute;
    await fetched.source.start();
    fetched.answer = down;
    const begun = fetched.runtime.monotonic();
    while (fetched.runtime.monotonic() - begun < 40 * minute) await fetched.untilAsked();
    expect(fetched.asked.filter(({ at }) => at - begun < 40 * minute).length).toBeGreaterThanOrEqual(5);
  });

  it('where the consumer rejects it, or throws', async () => {
    const fetched = new Fetched();
    await fetched.source.start();
    fetched.reject = 'is older than the one in force';
    fetched.answer = said('two', { etag: '"2"' });
    await fetched.untilAsked();
    expect(fetched.problems).toMatchObject([{ message: 'crl.test/ca.crl: is older than the one in force' }]);
    // What was rejected is not what is held.
    await fetched.untilAsked();
    expect(fetched.asked.at(-1)?.options.etag).toBeUndefined();
    fetched.reject = undefined;
    await fetched.untilAsked();
    expect(fetched.accepted).toEqual(['one from network', 'two from network']);
    const broken = new Fetched({
      accept: () => {
        throw new Error('no');
      },
    });
    await broken.source.start();
    expect(broken.problems).toMatchObject([{ message: 'crl.test/ca.crl: cannot be made sense of: no' }]);
  });

  it('where the fetching itself throws', async () => {
    const fetched = new Fetched();
    fetched.answer = () => Promise.reject(new Error('no'));
    await fetched.source.start();
    expect(fetched.problems[0]?.message).toMatch(/: no$/);
    expect(await fetched.untilAsked()).toBeLessThan(2 * minute);
  });

  it('where the server says that nothing has changed, and nothing is held', async () => {
    const fetched = new Fetched();
    fetched.answer = unchanged;
    await fetched.source.start();
    expect(fetched.problems).toMatchObject([{ message: 'crl.test/ca.crl: was answered with status 304, although nothing is held' }]);
  });

  it('until it was kept for as long as is allowed: then it is stale', async () => {
    const fetched = new Fetched({ keepLastGoodForSeconds: 7200 });
    await fetched.source.start();
    fetched.answer = down;
    fetched.runtime.pass(1.9 * hour);
    await fetched.settled();
    expect(fetched.source.stale).toBe(false);
    await fetched.answered();
    for (let count = 0; count < 10 && !fetched.source.stale; count++) await fetched.untilAsked();
    expect(fetched.source.stale).toBe(true);
    expect(fetched.stale).toHaveLength(1);
    fetched.answer = unchanged;
    await fetched.untilAsked();
    expect(fetched.source.stale).toBe(false);
  });
});

describe('it is asked again', () => {
  it.each([
    [0, 0.5],
    [0.5, 0.7],
    [1, 0.9],
  ])('ahead of its end: by chance %d, at %d of what it has left', async (random, part) => {
    const fetched = new Fetched();
    fetched.runtime.randomValue = random;
    fetched.valid = 20 * minute;
    await fetched.source.start();
    expect(await fetched.untilAsked()).toBeCloseTo(part * 20 * minute, -3);
  });

  it('every hour at the latest, and not all at the same time', async () => {
    for (const valid of [undefined, 30 * 24 * hour, Number.NaN]) {
      const fetched = new Fetched();
      fetched.valid = valid;
      fetched.runtime.randomValue = 0;
      await fetched.source.start();
      expect(await fetched.untilAsked()).toBeCloseTo(0.8 * hour, -3);
      fetched.runtime.randomValue = 1;
      await fetched.untilAsked();
      expect(await fetched.untilAsked()).toBeCloseTo(hour, -3);
    }
  });

  it.each([-hour, 0, 1])('every minute at the most, where it has %d ms left', async (valid) => {
    const fetched = new Fetched();
    fetched.valid = valid;
    await fetched.source.start();
    expect(await fetched.untilAsked()).toBeGreaterThanOrEqual(minute);
  });

  it('soon after the clock was set back, yet no more often than allowed', async () => {
    const fetched = new Fetched();
    await fetched.source.start();
    fetched.runtime.setNow(fetched.runtime.now() - 48 * hour);
    const delay = await fetched.untilAsked();
    expect(delay).toBeGreaterThanOrEqual(minute);
    expect(delay).toBeLessThan(2 * minute);
    expect(await fetched.untilAsked()).toBeGreaterThan(0.5 * hour);
  });

  it('with what tells whether it changed, until it ends', async () => {
    const fetched = new Fetched();
    fetched.answer = said('one', { etag: '"1"', 'last-modified': 'Mon' });
    fetched.valid = 10 * minute;
    await fetched.source.start();
    expect(fetched.asked[0]?.options).toMatchObject({ etag: undefined, lastModified: undefined });
    fetched.answer = unchanged;
    await fetched.untilAsked();
    expect(fetched.asked[1]?.options).toMatchObject({ etag: '"1"', lastModified: 'Mon' });
    expect(fetched.source.confirmedAt).toBe(fetched.runtime.now());
    fetched.runtime.pass(8 * minute);
    await fetched.settled();
    await fetched.untilAsked();
    expect(fetched.asked.at(-1)?.options).toMatchObject({ etag: undefined, lastModified: undefined });
  });

  it('without troubling the consumer for what is the same', async () => {
    const fetched = new Fetched();
    await fetched.source.start();
    await fetched.untilAsked();
    expect(fetched.accepted).toEqual(['one from network']);
    fetched.answer = said('two');
    await fetched.untilAsked();
    expect(fetched.accepted).toEqual(['one from network', 'two from network']);
  });

  it('once at a time', async () => {
    const fetched = new Fetched();
    let answer: (result: FetchResult) => void = () => undefined;
    fetched.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const all = [fetched.source.start(), fetched.source.refreshNow(), fetched.source.refreshNow()];
    fetched.runtime.pass(3 * hour);
    await fetched.settled();
    expect(fetched.asked).toHaveLength(1);
    answer(said('one'));
    await Promise.all(all);
    expect(fetched.accepted).toEqual(['one from network']);
  });

  it('never after it is closed, and a request under way is broken off', async () => {
    const fetched = new Fetched();
    let answer: (result: FetchResult) => void = () => undefined;
    fetched.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const started = fetched.source.start();
    await fetched.settled();
    fetched.source.close();
    expect(fetched.asked[0]?.options.signal?.aborted).toBe(true);
    answer(said('one'));
    await started;
    expect(fetched.accepted).toEqual([]);
    await fetched.source.refreshNow();
    expect(fetched.asked).toHaveLength(1);
    expect(fetched.runtime.timers).toBe(0);
  });
});

describe('what is kept for another run', () => {
  const state = (): string => folder.at('state');
  const file = (): string => join(state(), readdirSync(state())[0] ?? 'none');

  async function kept(): Promise<void> {
    const fetched = new Fetched({ stateFolder: state() });
    fetched.answer = said('one', { etag: '"1"' });
    await fetched.source.start();
    fetched.source.close();
  }

  it('is known without network, and asked for only if it changed', async () => {
    await kept();
    const fetched = new Fetched({ stateFolder: state() });
    fetched.answer = down;
    await fetched.source.start();
    expect(fetched.accepted).toEqual(['one from state']);
    await fetched.answered();
    expect(fetched.asked[0]?.options.etag).toBe('"1"');
    expect(fetched.problems).toHaveLength(1);
    fetched.answer = unchanged;
    await fetched.untilAsked();
    expect(fetched.accepted).toEqual(['one from state']);
    expect(fetched.recovered).toHaveLength(1);
  });

  it('is for its owner alone, and stands alone in its folder', async () => {
    await kept();
    expect(readdirSync(state())).toHaveLength(1);
    if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readFileSync(file(), 'utf8')).toMatch(/^\{"peercert":1,.*\}\none$/);
  });

  it.each<[string, (path: string) => void]>([
    ['no JSON', (path) => writeFileSync(path, 'garbage')],
    ['nothing', (path) => writeFileSync(path, '')],
    ['null', (path) => writeFileSync(path, 'null\n')],
    ['half of it', (path) => writeFileSync(path, readFileSync(path).subarray(0, -1))],
    ['another byte', (path) => writeFileSync(path, `${readFileSync(path, 'utf8').slice(0, -1)}X`)],
    ['another URL', (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('crl.test', 'evil.test'))],
    ['another form', (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('"peercert":1', '"peercert":2'))],
    ['a line without end', (path) => writeFileSync(path, Buffer.alloc(40_000, '{'))],
  ])('is not used where it is %s', async (_, damage) => {
    await kept();
    damage(file());
    const fetched = new Fetched({ stateFolder: state() });
    fetched.answer = said('two');
    await fetched.source.start();
    expect(fetched.accepted).toEqual(['two from network']);
    expect(fetched.problems).toMatchObject([{ subject: file(), message: expect.stringMatching(/, and is not used$/) }]);
    expect(fetched.recovered).toHaveLength(1);
    expect(fetched.source.stale).toBe(false);
  });

  it('is not used where there is a folder instead, or the consumer rejects it', async () => {
    await kept();
    const rejecting = new Fetched({ stateFolder: state() });
    rejecting.reject = 'is signed by nobody';
    rejecting.answer = down;
    await rejecting.source.start();
    expect(rejecting.problems.map(({ message }) => message)).toEqual([
      `${file()} is signed by nobody, and is not used`,
      'crl.test/ca.crl: cannot connect to crl.test: ECONNREFUSED',
    ]);
  });

  it('does not bring a header field of its own making', async () => {
    await kept();
    writeFileSync(file(), readFileSync(file(), 'utf8').replace(String.raw`"etag":"\"1\""`, String.raw`"etag":"1\r\nX: y"`));
    const fetched = new Fetched({ stateFolder: state() });
    await fetched.source.start();
    await fetched.answered();
    expect(fetched.accepted).toEqual(['one from state']);
    expect(fetched.asked[0]?.options.etag).toBeUndefined();
  });

  it('is as old as it is: what was kept too long is stale at once', async () => {
    await kept();
    const fetched = new Fetched({ stateFolder: state() });
    utimesSync(file(), 0, fetched.runtime.now() / 1000 - 25 * 3600);
    fetched.answer = down;
    await fetched.source.start();
    await fetched.answered();
    expect(fetched.source.stale).toBe(true);
    expect(fetched.stale).toHaveLength(1);
  });

  it('is as old as can be where it comes from a time to come', async () => {
    await kept();
    const fetched = new Fetched({ stateFolder: state() });
    utimesSync(file(), 0, fetched.runtime.now() / 1000 + 3600);
    fetched.answer = down;
    await fetched.source.start();
    await fetched.answered();
    expect(fetched.source.stale).toBe(true);
  });

  it('is asked for whole again when it was lost', async () => {
    const fetched = new Fetched({ stateFolder: state() });
    fetched.answer = said('one', { etag: '"1"' });
    await fetched.source.start();
    folder.remove();
    fetched.answer = unchanged;
    await fetched.untilAsked();
    fetched.answer = said('one', { etag: '"1"' });
    await fetched.untilAsked();
    expect(fetched.asked.at(-1)?.options.etag).toBeUndefined();
    expect(readdirSync(state())).toHaveLength(1);
    expect(fetched.recovered).toHaveLength(1);
  });

  it('and cannot be written is told, and harmless', async () => {
    folder.write('state', 'a file');
    const fetched = new Fetched({ stateFolder: state() });
    await fetched.source.start();
    expect(fetched.accepted).toEqual(['one from network']);
    expect(fetched.problems).toMatchObject([{ message: expect.stringMatching(/cannot be written \(E\w+\)$/) }]);
    expect(fetched.source.stale).toBe(false);
  });
});

describe('of a real server', () => {
  it('content, changes and failures arrive', async () => {
    let content = 'one';
    let requests = 0;
    const url = await serving((request, response) => {
      requests++;
      if (content === 'broken') response.writeHead(500).end();
      else if (request.headers['if-none-match'] === `"${content}"`) response.writeHead(304).end();
      else response.writeHead(200, { etag: `"${content}"` }).end(content);
    });
    const accepted: string[] = [];
    const problems: string[] = [];
    const source = new RefreshedUrl({
      url: `${url}/ca.crl`,
      fetch: loopback(url),
      accept: (bytes) => {
        accepted.push(Buffer.from(bytes).toString());
        return { ok: true };
      },
      onProblem: ({ message }) => problems.push(message),
    });
    opened.push(source);
    await source.start();
    await source.refreshNow();
    content = 'two';
    await source.refreshNow();
    content = 'broken';
    await source.refreshNow();
    expect(accepted).toEqual(['one', 'two']);
    expect(requests).toBe(4);
    expect(problems).toEqual([`${url.slice(7)}/ca.crl: was answered with status 500`]);
  });

  it('one that never answers is left at close', async () => {
    const url = await saying(() => undefined);
    const source = new RefreshedUrl({ url, fetch: { ...loopback(url), timeoutMilliseconds: 60_000 }, accept: () => ({ ok: true }) });
    const started = source.start();
    setTimeout(() => source.close(), 30);
    await started;
    expect(source.confirmedAt).toBeUndefined();
  });

  it('the rules for its URL hold', async () => {
    const url = await serving((_request, response) => response.end('x'));
    mkdirSync(folder.at('state'));
    const problems: string[] = [];
    const source = new RefreshedUrl({
      url,
      fetch: { ...loopback(url), allowPrivateAddresses: false },
      accept: () => ({ ok: true }),
      onProblem: ({ message }) => problems.push(message),
    });
    opened.push(source);
    await source.start();
    expect(problems).toEqual([expect.stringContaining('the URL has the address 127.0.0.1, which is not public')]);
  });
});
