import { performance } from 'node:perf_hooks';

const tick = 10;

/**
 * How many milliseconds have passed since it was made, without those in which this process stood still: a machine that others use stops for seconds at times, which says
 * nothing of how soon something is noticed.
 */
export function stopwatch(): () => number {
  const begun = performance.now();
  let stoodStill = 0;
  let last = begun;
  const timer = setInterval(look, tick).unref();
  function look(): void {
    const now = performance.now();
    stoodStill += Math.max(0, now - last - 2 * tick);
    last = now;
  }
  return () => {
    look();
    clearInterval(timer);
    return performance.now() - begun - stoodStill;
  };
}
