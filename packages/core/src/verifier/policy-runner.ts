import { type PolicyContext, PolicyFailure, type PolicyRunner } from '../policy/index.js';

/** Runs the code of policies, and waits for it so long and no longer. */
export function policyRunner(timeoutSeconds: number): PolicyRunner {
  return {
    now: () => performance.now(),
    call(what, work) {
      const patience = new Patience(what, timeoutSeconds);
      try {
        const answer = work(patience);
        return isThenable(answer) ? patience.wait(answer) : answer;
      } catch (error) {
        throw new PolicyFailure(`${what} threw`, error);
      }
    },
  };
}

/** The context of one call. Its signal is made where somebody asks for it: most functions answer at once. */
class Patience implements PolicyContext {
  readonly #what: string;
  readonly #seconds: number;
  #controller: AbortController | undefined;
  #end: PolicyFailure | undefined;

  constructor(what: string, seconds: number) {
    this.#what = what;
    this.#seconds = seconds;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    // Whoever asks for it late must not wait for ever for what has been already.
    if (this.#end !== undefined) this.#controller.abort(this.#end);
    return this.#controller.signal;
  }

  wait(answer: PromiseLike<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#end = new PolicyFailure(`${this.#what} took longer than ${this.#seconds} s`, undefined, 'PEERCERT_POLICY_TIMED_OUT');
        reject(this.#end);
        this.#controller?.abort(this.#end);
      }, this.#seconds * 1_000).unref();
      // A thenable of somebody else's making may throw, or call back twice: Promise.resolve sees to both.
      Promise.resolve(answer)
        .then(resolve, (error: unknown) => reject(new PolicyFailure(`${this.#what} rejected`, error)))
        .finally(() => clearTimeout(timer));
    });
  }
}

/** Whatever has a then, whoever made it: an answer that has yet to come must not be taken for one that is there. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
