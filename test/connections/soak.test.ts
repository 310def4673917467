import { expect, test } from 'vitest';
import { leaks, soak } from './soak/soak.mjs';

/** The small version of `pnpm soak`. One connection that is not let go in every three would show. */
test('what connections and reloads take of the memory comes back', { timeout: 180_000 }, async () => {
  const figures = await soak({ connections: 1_500, held: 60, reloads: 6 });
  const { bare, guarded, churned, reloaded } = figures;
  console.info(
    `a connection holds ${bare.heapEach} bytes of heap without a guard, ${guarded.heapEach} with one; left of 1500 connections ${churned.grown} bytes, of 6 reloads ${reloaded.grown}`,
  );
  expect(leaks(figures)).toEqual([]);
});
