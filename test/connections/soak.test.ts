import { expect, test } from 'vitest';
import { leaks, soak } from './soak/soak.mjs';

/** The small version of `pnpm soak`. Connections would show of which every second was not let go. */
test('what connections and reloads take of the memory comes back', { timeout: 300_000 }, async () => {
  const figures = await soak({ connections: 1_000, held: 40, reloads: 4 });
  const { bare, guarded, churned, reloaded } = figures;
  console.info(
    `a connection holds ${bare.heapEach} bytes of heap without a guard, ${guarded.heapEach} with one; left of 1000 connections ${churned.grown} bytes, of 4 reloads ${reloaded.grown}`,
  );
  expect(leaks(figures)).toEqual([]);
});
