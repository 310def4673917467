/**
 * Work that waits only where it must: a generator that yields the promises it needs, and goes on with what they give. `run` makes of it a value
 * where nothing had to be waited for, and a promise otherwise, so that one text serves both.
 */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>;

/** Does the work: at once as far as it goes. A rejected promise is thrown where it was yielded. */
export function run<T>(steps: Steps<T>): T | Promise<T> {
  const next = steps.next();
  return next.done === true ? next.value : goOn(steps, next.value);
}

/** Waits for a value that may be a promise. */
export function* wait<T>(value: T | Promise<T>): Steps<T> {
  return value instanceof Promise ? ((yield value) as T) : value;
}

async function goOn<T>(steps: Steps<T>, first: Promise<unknown>): Promise<T> {
  let next: IteratorResult<Promise<unknown>, T> = { done: false, value: first };
  while (next.done !== true) {
    let settled: unknown;
    try {
      settled = await next.value;
    } catch (error) {
      next = steps.throw(error);
      continue;
    }
    next = steps.next(settled);
  }
  return next.value;
}

/** Does the work, and calls `prepare` before it waits for the first time: for what has to be read while it is there. */
export function* beforeWaiting<T>(steps: Steps<T>, prepare: () => void): Steps<T> {
  let next = steps.next();
  if (next.done !== true) prepare();
  while (next.done !== true) {
    let settled: unknown;
    try {
      settled = yield next.value;
    } catch (error) {
      next = steps.throw(error);
      continue;
    }
    next = steps.next(settled);
  }
  return next.value;
}
