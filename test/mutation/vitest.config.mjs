// @ts-check
import { defineConfig } from 'vitest/config';

const tests = 'packages/core/test/path/**/*.test.ts';
/** They replace a module, which they can only do in a process of their own; the others are much faster in a shared one. */
const replacing = 'packages/core/test/path/signature-order.test.ts';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'shared', include: [tests], exclude: [replacing], isolate: false } },
      { test: { name: 'isolated', include: [replacing] } },
    ],
  },
});
