import { appendFileSync, chmodSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors/index.js';
import { FakeRuntime } from './fake-runtime.js';
import { allWords, closeWatches, sleep, TestFolder, until, WordWatch, words } from './folder.js';

let folder: TestFolder;
beforeEach(() => {
  folder = new TestFolder();
});
afterEach(() => {
  closeWatches();
  folder.remove();
});

const isRoot = process.getuid?.() === 0;
const onlyWithPermissions = it.skipIf(isRoot || process.platform === 'win32');

/** In force already, and watched. */
async function watched(files: string | string[], options: ConstructorParameters<typeof WordWatch>[1] = {}): Promise<WordWatch> {
  const watch = new WordWatch(files, options);
  await watch.files.readNow();
  await watch.files.start();
  watch.accepted.length = 0;
  watch.reads = 0;
  return watch;
}

/** The same by a clock that passes when it is told to, so that nothing depends on how busy the machine is. The folders are watched as ever. */
async function watchedByClock(files: string | string[], options: ConstructorParameters<typeof WordWatch>[1] = {}) {
  const runtime = new FakeRuntime();
  const watch = await watched(files, { runtime, ...options });
  const pass = async (milliseconds: number): Promise<void> => {
    runtime.pass(milliseconds);
    await watch.files.lookNow();
  };
  return { watch, runtime, pass };
}

function refusal(work: () => unknown): ConfigurationError {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the first read refuses', () => {
  const message = (files: string | string[], options = {}): string => refusal(() => new WordWatch(files, options).files.readNow()).message;

  it('a missing file, by its name', () => {
    expect(message(folder.at('no.txt'))).toBe(
      `words: ${folder.at('no.txt')}, relative to ${process.cwd()}, is not there (ENOENT); correct the name, or the permissions`,
    );
  });

  it('what may be a key, without showing it', () => {
    const key = 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg'.repeat(3);
    expect(message(key)).toBe('words: is no file that is there; give the name of one');
  });

  it('a folder without files, and a glob that matches none', () => {
    expect(message(folder.path)).toContain('holds no .txt file');
    expect(message(folder.at('*.txt'))).toContain('matches no file');
  });

  it('a file that is too large', () => {
    expect(message(folder.write('a.txt', words('one')), { largestFileBytes: 3 })).toContain(
      'has 8 bytes, more than the 3 that are allowed',
    );
  });

  it('content without sense, in any of the files', () => {
    folder.write('a.txt', words('one'));
    folder.write('b.txt', 'two\n');
    expect(message(folder.path)).toBe(`words: ${folder.at('b.txt')} does not end as it should; mend the file`);
  });

  it('what cannot be put in force', () => {
    const watch = new WordWatch(folder.write('a.txt', words('one')));
    watch.reject = 'give no trust anchor';
    expect(refusal(() => watch.files.readNow()).message).toBe(`words: ${folder.at('a.txt')} give no trust anchor; mend the files`);
    expect(watch.files.value).toBeUndefined();
  });

  it('the same, later, where it takes time to read', async () => {
    const read = async (): Promise<{ ok: false; problem: string }> => ({ ok: false, problem: 'is not it' });
    const watch = new WordWatch(folder.write('a.txt', words('one')), { read });
    await expect(watch.files.readNow()).rejects.toThrow('is not it; mend the file');
  });

  it('nothing that is in order, at once', () => {
    folder.write('b.txt', words('two'));
    const watch = new WordWatch([folder.write('a/1.txt', words('one')), folder.path, folder.at('a/*.txt')]);
    expect(watch.files.readNow()).toBeUndefined();
    expect(watch.inForce).toBe('one two');
    expect(watch.accepted).toEqual(['one two']);
  });
});

describe('what fails leaves in force what was', () => {
  it('a file that is half written', async () => {
    const file = folder.write('a.txt', words('one', 'two'));
    const watch = await watched(file);
    writeFileSync(file, 'one\n');
    await until(
      () => watch.problems.length > 0,
      () => 'no problem',
    );
    expect(watch.problems).toMatchObject([{ subject: file, message: `${file} does not end as it should` }]);
    expect(watch.inForce).toBe('one two');
    appendFileSync(file, 'two\nthree\nend\n');
    await watch.has('one three two');
    expect(watch.recovered).toMatchObject([{ subject: file, message: `${file} is in order again` }]);
    expect(watch.accepted).toEqual(['one three two']);
  });

  it('and nobody hears of a moment', async () => {
    const file = folder.write('a.txt', words('one'));
    const { watch, pass } = await watchedByClock(file);
    writeFileSync(file, '');
    await pass(0);
    expect(watch.files.problems).toHaveLength(1);
    await pass(149);
    writeFileSync(file, words('one', 'two'));
    await pass(0);
    expect(watch.inForce).toBe('one two');
    await pass(1_000);
    expect(watch.problems).toEqual([]);
    expect(watch.recovered).toEqual([]);
  });

  it('a list seen half written, and shorter, then unreadable', async () => {
    const file = folder.write('a.txt', words('one', 'two', 'three'));
    const { watch, pass } = await watchedByClock(file);
    writeFileSync(file, words('one'));
    await pass(0);
    await pass(149);
    writeFileSync(file, 'one\ntw');
    await pass(0);
    await pass(150);
    await pass(1_000);
    expect(watch.inForce).toBe('one three two');
    expect(watch.problems).toHaveLength(1);
    expect(watch.accepted).toEqual([]);
  });

  it('a folder in place of a file', async () => {
    const file = folder.write('a.txt', words('one'));
    const watch = await watched(file);
    unlinkSync(file);
    mkdirSync(file);
    folder.write('a.txt/b.txt', words('other'));
    await until(
      () => watch.problems.some(({ message }) => message.includes('is a folder, where a file was expected')),
      () => JSON.stringify(watch.problems),
    );
    expect(watch.inForce).toBe('one');
  });

  it('a file in place of a folder', async () => {
    folder.write('list/a.txt', words('one'));
    const watch = await watched(folder.at('list'));
    rmSync(folder.at('list'), { recursive: true });
    folder.write('list', words('other'));
    await until(
      () => watch.problems.length > 0,
      () => 'no problem',
    );
    expect(watch.problems).toMatchObject([{ message: `${folder.at('list')} is a file, where a folder was expected` }]);
    expect(watch.inForce).toBe('one');
  });

  onlyWithPermissions('a file that may not be read (skipped for root, who may read anything)', async () => {
    const file = folder.write('a.txt', words('one'));
    const watch = await watched(file);
    chmodSync(file, 0);
    await until(
      () => watch.problems.length > 0,
      () => 'no problem',
    );
    expect(watch.problems).toMatchObject([{ message: `${file} cannot be read (EACCES)` }]);
    chmodSync(file, 0o600);
    await until(
      () => watch.recovered.length > 0,
      () => 'not recovered',
    );
  });

  it('a named pipe, which is not waited for', async () => {
    const { execFileSync } = await import('node:child_process');
    const file = folder.write('a.txt', words('one'));
    const watch = await watched(file);
    unlinkSync(file);
    execFileSync('mkfifo', [file]);
    await until(
      () => watch.problems.length > 0,
      () => 'no problem',
    );
    expect(watch.problems).toMatchObject([{ message: `${file} is no regular file` }]);
  });

  it('a missing file, which is told once, for all the looks', async () => {
    const file = folder.write('a.txt', words('one'));
    const { watch, pass } = await watchedByClock(file);
    unlinkSync(file);
    await pass(0);
    await pass(149);
    expect(watch.problems).toEqual([]);
    for (let looks = 0; looks < 5; looks++) await pass(100);
    expect(watch.problems).toMatchObject([{ subject: file, message: `${file} is not there (ENOENT)` }]);
    expect(watch.inForce).toBe('one');
  });

  it('a folder that was emptied, file by file', async () => {
    for (const name of ['a', 'b', 'c']) folder.write(`${name}.txt`, words(name));
    const { watch, pass } = await watchedByClock(folder.path);
    for (const name of ['a', 'b', 'c']) {
      unlinkSync(folder.at(`${name}.txt`));
      await pass(149);
    }
    await pass(150);
    await pass(150);
    expect(watch.problems).toMatchObject([{ subject: folder.path, message: `${folder.path} holds no .txt file` }]);
    expect(watch.inForce).toBe('a b c');
    folder.write('d.txt', words('d'));
    await pass(0);
    await pass(150);
    expect(watch.inForce).toBe('d');
    expect(watch.recovered).toHaveLength(1);
  });

  it('a folder that is gone, and is noticed when it is there again', async () => {
    folder.write('list/a.txt', words('one'));
    const watch = await watched(folder.at('list'));
    rmSync(folder.at('list'), { recursive: true });
    await until(
      () => watch.problems.length > 0,
      () => 'no problem',
    );
    expect(watch.inForce).toBe('one');
    folder.write('list/a.txt', words('one', 'two'));
    await watch.has('one two');
  });

  it('what the consumer rejects, which is offered once', async () => {
    const file = folder.write('a.txt', words('one'));
    const watch = await watched(file, { pollSeconds: 0.05 });
    watch.reject = 'gives no trust anchor';
    folder.rename('a.txt', words('one', 'two'));
    await until(
      () => watch.problems.length > 0,
      () => 'no problem',
    );
    expect(watch.problems).toMatchObject([{ message: `${file} gives no trust anchor` }]);
    expect(watch.inForce).toBe('one');
    watch.reject = undefined;
    folder.rename('a.txt', words('one', 'three'));
    await watch.has('one three');
    expect(watch.recovered).toHaveLength(1);
  });

  it.each(['read', 'compare', 'accept'])('a consumer whose %s throws', async (method) => {
    const file = folder.write('a.txt', words('one'));
    const watch = await watched(file);
    const works = { read: { ok: true, value: ['one'] }, compare: 'more', accept: undefined }[method];
    const broken = new WordWatch(file, {
      [method]: (): unknown => {
        if (armed) throw new Error('no');
        return works;
      },
    });
    let armed = false;
    await broken.files.readNow();
    await broken.files.start();
    armed = true;
    folder.rename('a.txt', words('one', 'two'));
    await until(
      () => broken.problems.length > 0,
      () => 'no problem',
    );
    expect(broken.problems[0]?.message).toMatch(/: no$/);
    expect(broken.inForce).toBe('one');
    await watch.has('one two');
  });
});

describe('the last good content is kept for as long as is allowed', () => {
  it('and then it is stale, until the file is good again', async () => {
    const file = folder.write('a.txt', words('one'));
    const { watch, pass } = await watchedByClock(file, { keepLastGoodForSeconds: 3 });
    unlinkSync(file);
    await pass(0);
    await pass(2_999);
    expect(watch.files.stale).toBe(false);
    expect(watch.stale).toEqual([]);
    await pass(1);
    expect(watch.files.stale).toBe(true);
    expect(watch.stale).toMatchObject([{ subject: file, message: `${file} is not there (ENOENT)` }]);
    expect(watch.inForce).toBe('one');
    folder.write('a.txt', words('one'));
    await pass(0);
    expect(watch.files.stale).toBe(false);
    expect(watch.problems).toHaveLength(1);
    expect(watch.recovered).toHaveLength(1);
  });
});

describe('a start without a first read', () => {
  it('puts nothing in force until every name has been good once', async () => {
    const watch = new WordWatch([folder.write('a.txt', words('one')), folder.at('b.txt')]);
    await watch.files.start();
    expect(watch.files.value).toBeUndefined();
    folder.write('b.txt', words('two'));
    await watch.has('one two');
    expect(watch.accepted).toEqual(['one two']);
  });

  it('waits for a glob to match', async () => {
    const watch = new WordWatch(folder.at('*.txt'));
    await watch.files.start();
    await until(
      () => watch.problems.length > 0,
      () => 'no problem',
    );
    folder.write('b.txt', words('two'));
    await watch.has('two');
  });

  it('does not show what may be a key', async () => {
    const key = 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg'.repeat(3);
    const watch = new WordWatch(key, { settleMilliseconds: 1 });
    await watch.files.start();
    await until(
      () => watch.problems.length > 0,
      () => 'no problem',
    );
    expect(JSON.stringify(watch.problems)).not.toContain('MIGH');
  });
});

describe('what adds is in force at once', () => {
  it.each<[string, (file: string) => void]>([
    ['appended', (file) => writeFileSync(file, words('one', 'two'))],
    ['renamed over', () => folder.rename('a.txt', words('one', 'two'))],
    [
      'deleted and made anew',
      (file) => {
        unlinkSync(file);
        writeFileSync(file, words('one', 'two'));
      },
    ],
    [
      'moved away and made anew',
      (file) => {
        renameSync(file, `${file}.old`);
        writeFileSync(file, words('one', 'two'));
      },
    ],
  ])('in a file that is %s, within 50 ms', async (_, change) => {
    const file = folder.write('a.txt', words('one'));
    const { watch, runtime } = await watchedByClock(file);
    change(file);
    const begun = runtime.monotonic();
    const left = () => 50 - (runtime.monotonic() - begun);
    while (watch.inForce !== 'one two') {
      await until(
        () => watch.inForce === 'one two' || runtime.nextIn <= left(),
        () => `in force: ${watch.inForce}; and nothing is due within ${left()} ms`,
      );
      if (watch.inForce !== 'one two') runtime.pass(runtime.nextIn);
    }
  });

  it('in a new file of a folder, and of a glob', async () => {
    folder.write('a.txt', words('one'));
    const byFolder = await watched(folder.path);
    const byGlob = await watched(folder.at('*.txt'));
    folder.write('b.txt', words('two'));
    await Promise.all([byFolder.has('one two'), byGlob.has('one two')]);
  });

  it('in a folder that takes the place of the folder', async () => {
    folder.write('list/a.txt', words('one'));
    folder.write('next/a.txt', words('one', 'two'));
    const watch = await watched(folder.at('list/a.txt'));
    renameSync(folder.at('list'), folder.at('old'));
    renameSync(folder.at('next'), folder.at('list'));
    await watch.has('one two');
    folder.write('list/a.txt', words('one', 'two', 'three'));
    await watch.has('one three two');
  });

  it('while the same change removes something, where both can be merged', async () => {
    const file = folder.write('a.txt', words('one', 'two'));
    const merge = (a: ReadonlyMap<string, readonly string[]>, b: ReadonlyMap<string, readonly string[]>) =>
      new Map([...b].map(([name, list]) => [name, [...new Set([...(a.get(name) ?? []), ...list])]]));
    const watch = await watched(file, { merge });
    folder.rename('a.txt', words('two', 'three'));
    await watch.has('one three two');
    await watch.has('three two');
    expect(watch.accepted).toEqual(['one three two', 'three two']);
    // Nothing is left to be merged with: it goes on as before.
    folder.rename('a.txt', words('four'));
    await watch.has('four three two');
    folder.rename('a.txt', words('five'));
    await watch.has('five four three two');
    await watch.has('five');
    expect(watch.accepted.slice(2)).toEqual(['four three two', 'five four three two', 'five']);
  });

  it('once, though the consumer calls everything more', async () => {
    const file = folder.write('a.txt', words('one', 'two'));
    const watch = await watched(file, {
      compare: (inForce, next) =>
        [...inForce.values()].flat().every((word) => [...next.values()].flat().includes(word)) ? 'more' : 'less',
      merge: (a, b) => new Map([...b].map(([name, list]) => [name, [...new Set([...(a.get(name) ?? []), ...list])]])),
    });
    folder.rename('a.txt', words('two', 'three'));
    for (let count = 0; count < 5; count++) await watch.files.lookNow();
    await watch.has('three two');
    expect(watch.accepted).toEqual(['one three two', 'three two']);
  });

  it('again and again', async () => {
    const file = folder.write('a.txt', words('w0'));
    const watch = await watched(file);
    const list = ['w0'];
    for (let count = 1; count <= 200; count++) {
      list.push(`w${count}`);
      if (count % 2 === 0) writeFileSync(file, words(...list));
      else folder.rename('a.txt', words(...list));
      if (count % 10 === 0) await sleep(1);
    }
    await watch.has([...list].sort().join(' '));
  });
});

describe('links', () => {
  it('of certbot: to another file of the archive', async () => {
    folder.write('archive/1.txt', words('one'));
    folder.write('archive/2.txt', words('one', 'two'));
    mkdirSync(folder.at('live'));
    folder.link('live/a.txt', join('..', 'archive', '1.txt'));
    const watch = await watched(folder.at('live/a.txt'));
    folder.link('live/a.txt', join('..', 'archive', '2.txt'));
    await watch.has('one two');
    folder.write('archive/2.txt', words('one', 'two', 'three'));
    await watch.has('one three two');
  });

  it.each(['file', 'folder', 'glob'])('of Kubernetes: ..data to another folder, by %s', async (kind) => {
    folder.write('..1/a.txt', words('one'));
    folder.write('..2/a.txt', words('one', 'two'));
    folder.link('..data', '..1');
    folder.link('a.txt', join('..data', 'a.txt'));
    const watch = await watched({ file: folder.at('a.txt'), folder: folder.path, glob: folder.at('*.txt') }[kind] as string);
    folder.link('..data', '..2');
    rmSync(folder.at('..1'), { recursive: true });
    await watch.has('one two');
    folder.write('..3/a.txt', words('one', 'two', 'three'));
    folder.link('..data', '..3');
    await watch.has('one three two');
    expect(watch.problems).toEqual([]);
  });

  it('that lead in a circle are a problem, and no trap', async () => {
    const file = folder.write('a.txt', words('one'));
    const watch = await watched(file);
    folder.link('b.txt', 'a.txt');
    folder.link('a.txt', 'b.txt');
    await until(
      () => watch.problems.length > 0,
      () => 'no problem',
    );
    expect(watch.problems[0]?.message).toBe(`${file} cannot be read (ELOOP)`);
    expect(watch.inForce).toBe('one');
  });
});

describe('what removes settles first', () => {
  it('in a file', async () => {
    const file = folder.write('a.txt', words('one', 'two', 'three'));
    const { watch, pass } = await watchedByClock(file);
    writeFileSync(file, words('one', 'two'));
    await pass(0);
    await pass(149);
    writeFileSync(file, words('one'));
    await pass(0);
    await pass(149);
    expect(watch.inForce).toBe('one three two');
    await pass(1);
    expect(watch.accepted).toEqual(['one']);
  });

  it('when a file is gone from a folder', async () => {
    folder.write('a.txt', words('one'));
    const gone = folder.write('b.txt', words('two'));
    const { watch, pass } = await watchedByClock(folder.path);
    unlinkSync(gone);
    await pass(0);
    await pass(149);
    expect(watch.inForce).toBe('one two');
    await pass(1);
    expect(watch.inForce).toBe('one');
    expect(watch.problems).toEqual([]);
  });

  it('and never happens when it was taken back', async () => {
    folder.write('a.txt', words('one'));
    const gone = folder.write('b.txt', words('two'));
    const { watch, pass } = await watchedByClock(folder.path);
    unlinkSync(gone);
    await pass(0);
    await pass(149);
    writeFileSync(gone, words('two'));
    await pass(0);
    await pass(150);
    await pass(1_000);
    expect(watch.inForce).toBe('one two');
    expect(watch.accepted).toEqual([]);
  });

  it('and what adds meanwhile does not wait', async () => {
    const file = folder.write('a.txt', words('one', 'two'));
    const { watch, pass } = await watchedByClock([file, folder.write('b.txt', words('x'))]);
    writeFileSync(file, words('one'));
    await pass(0);
    writeFileSync(file, words('one', 'two', 'three'));
    await pass(0);
    expect(watch.accepted).toEqual(['one three two x']);
  });
});

describe('content that must be read twice alike', () => {
  it('is in force 100 ms after it was last seen to change', async () => {
    const file = folder.write('a.txt', words('one'));
    const { watch, pass } = await watchedByClock(file, { readTwiceAlike: true });
    for (const list of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
      writeFileSync(file, words(...list));
      await pass(0);
      await pass(99);
      expect(watch.inForce).toBe('one');
    }
    await pass(1);
    expect(watch.accepted).toEqual(['a b c']);
  });
});

describe('without any watching', () => {
  it('polling finds what changed, and tells that changes are not noticed at once', async () => {
    const { nodeRuntime } = await import('../../src/sources/index.js');
    const watch = (): never => {
      throw Object.assign(new Error('no'), { code: 'ENOSPC' });
    };
    const file = folder.write('a.txt', words('one'));
    const watching = await watched(file, { pollSeconds: 0.05, runtime: { ...nodeRuntime, watch } });
    folder.rename('a.txt', words('one', 'two'));
    await watching.has('one two');
    await until(
      () => watching.problems.length > 0,
      () => 'no problem',
    );
    expect(watching.problems).toMatchObject([
      { subject: file, message: expect.stringMatching(/cannot be watched \(ENOSPC\): changes are noticed within 0\.05 s$/) },
    ]);
    expect(watching.files.stale).toBe(false);
  });

  it('a file that has not changed is not made sense of again', async () => {
    const file = folder.write('a.txt', words('one'));
    const { watch, pass } = await watchedByClock(file);
    for (let looks = 0; looks < 10; looks++) await pass(600_000);
    expect(watch.reads).toBe(0);
  });

  it('polling one hundred files costs little', async () => {
    for (let index = 0; index < 100; index++) folder.write(`${index}.txt`, words(`w${index}`));
    const watch = await watched(folder.path);
    await watch.files.lookNow();
    const milliseconds: number[] = [];
    for (let count = 0; count < 10; count++) {
      const before = process.cpuUsage();
      await watch.files.lookNow();
      const { user, system } = process.cpuUsage(before);
      milliseconds.push((user + system) / 1_000);
    }
    // Every 10 s: 50 ms would be half a percent of a core. The best of ten: what else takes time is the machine.
    expect(Math.min(...milliseconds)).toBeLessThan(50);
  });
});

describe('while the system does not do its part', () => {
  it('a watch that breaks is begun again at the next look', async () => {
    const { nodeRuntime } = await import('../../src/sources/index.js');
    const faults: (() => void)[] = [];
    const runtime = {
      ...nodeRuntime,
      watch: (path: string, onChange: (name: string | null) => void, onFault: (error: Error) => void) => {
        faults.push(() => onFault(new Error('broken')));
        return nodeRuntime.watch(path, onChange, onFault);
      },
    };
    const file = folder.write('a.txt', words('one'));
    const watch = await watched(file, { runtime });
    const begun = faults.length;
    for (const fault of faults.slice()) fault();
    await watch.files.lookNow();
    expect(faults.length).toBe(2 * begun);
    folder.rename('a.txt', words('one', 'two'));
    await watch.has('one two');
    expect(watch.problems).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('a file that never stands still is told, not waited for', async () => {
    // It says that it has no bytes, and always has some.
    const watch = new WordWatch(['/proc/self/status']);
    await watch.files.start();
    await until(
      () => watch.problems.length > 0,
      () => 'no problem',
    );
    expect(watch.problems).toMatchObject([{ message: '/proc/self/status changes faster than it can be read' }]);
    expect(watch.files.value).toBeUndefined();
  });

  it('a look that takes too long is told', async () => {
    const runtime = new FakeRuntime();
    let go: () => void = () => undefined;
    const read = (): Promise<{ ok: true; value: string[] }> =>
      new Promise((resolve) => {
        go = () => resolve({ ok: true, value: ['one'] });
      });
    const file = folder.write('a.txt', words('one'));
    const watch = new WordWatch(file, { runtime, read });
    const started = watch.files.start();
    const nothing = go;
    await until(
      () => go !== nothing,
      () => 'nothing was read',
    );
    runtime.pass(29_999);
    expect(watch.files.problems).toEqual([]);
    runtime.pass(2_000);
    expect(watch.problems).toMatchObject([{ subject: file, message: `reading ${file} takes longer than 30 s` }]);
    go();
    await started;
    expect(watch.recovered).toHaveLength(1);
    expect(watch.inForce).toBe('one');
  });
});

describe('after close', () => {
  it('nothing is called, and nothing is left open', async () => {
    const handles = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'FSEventWrap').length;
    const before = handles();
    const file = folder.write('a.txt', words('one'));
    const watch = await watched(file);
    folder.rename('a.txt', words('one', 'two'));
    const looking = watch.files.lookNow();
    watch.files.close();
    await looking;
    await sleep(50);
    expect(watch.accepted).toEqual([]);
    expect(handles()).toBe(before);
    await watch.files.lookNow();
    expect(watch.accepted).toEqual([]);
    expect(allWords(watch.files.value)).toBe('one');
  });
});
