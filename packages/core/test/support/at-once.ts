/** A result that nothing had to be waited for. */
export function atOnce<T>(result: T | Promise<T>): T {
  if (result instanceof Promise) throw new Error('something was waited for');
  return result;
}
