import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { withProgress } from '../../src/cli/options.js';

function noted() {
  const io = {
    notes: '',
    note: (text: string) => {
      io.notes += text;
    },
    write: () => {},
    env: {},
  };
  return io;
}

test('whoever waits for a long key is told for what, and how long it took', async () => {
  const io = noted();
  expect(await withProgress(io, 'rsa-4096', () => sleep(400, 'done'))).toBe('done');
  expect(io.notes).toMatch(/^peercert: making an rsa-4096 key, which may take a while … \d+\.\d s\n$/);
});

test('the line is ended also when the work fails', async () => {
  const io = noted();
  const work = async () => {
    await sleep(400);
    throw new Error('no');
  };
  await expect(withProgress(io, 'rsa-3072', work)).rejects.toThrow('no');
  expect(io.notes).toMatch(/ … \d+\.\d s\n$/);
});

test('what is done or refused at once is not announced, and no short key is', async () => {
  const io = noted();
  await withProgress(io, 'rsa-4096', async () => 'done');
  await expect(withProgress(io, 'rsa-4096', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await withProgress(io, 'ecdsa-p256', () => sleep(400));
  await sleep(350);
  expect(io.notes).toBe('');
});
