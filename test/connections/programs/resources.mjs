// @ts-check
import { createHook } from 'node:async_hooks';
import { writeSync } from 'node:fs';

/** What a program may hold: watchers, files, sockets, servers and look-ups of names, whether they keep it alive or not. */
const kinds = new Set([
  'FILEHANDLE',
  'FSEVENTWRAP',
  'GETADDRINFOREQWRAP',
  'HTTP2SESSION',
  'HTTP2STREAM',
  'STATWATCHER',
  'TCPCONNECTWRAP',
  'TCPSERVERWRAP',
  'TCPWRAP',
  'TLSWRAP',
]);

/** @type {Map<number, string>} */
const held = new Map();

createHook({
  init(id, kind) {
    // Of timers those that these packages set: frameworks have some of their own.
    if (kinds.has(kind) || (kind === 'Timeout' && isSetByPackages())) held.set(id, kind);
  },
  destroy: (id) => void held.delete(id),
}).enable();

Error.stackTraceLimit = 50;

/** Whether they call `setTimeout`, and not merely something that sets timers of its own. */
function isSetByPackages() {
  const frames = (new Error('who sets it').stack ?? '').split('\n').slice(1);
  const caller = frames.find((frame) => !/[( ]node:|resources\.mjs/.test(frame)) ?? '';
  return /\/packages\/\w+\/dist\//.test(caller);
}

/**
 * When the program has nothing left to do, writes as JSON how long that took, what kept it alive to the end, and what is held still: of what was begun
 * after this module was loaded, by kind. Most of what a verifier holds does not keep a process alive.
 *
 * @param {number} since by `performance.now()` @param {object} [more] what else to write
 */
export function reportAtEnd(since, more) {
  process.once('beforeExit', () => {
    const tookMilliseconds = performance.now() - since;
    // But for the standard streams.
    const active = process.getActiveResourcesInfo().filter((what) => what !== 'PipeWrap');
    // TLS sockets and files end for Node.js when they are collected, so that one which is held in memory is found too. It tells a turn later.
    globalThis.gc?.();
    setImmediate(() => writeSync(1, JSON.stringify({ ...more, tookMilliseconds, active, held: [...held.values()].sort() })));
  });
}
