import { Failure } from '../failure.js';

/** The program was called in a way that makes no sense. */
export class UsageError extends Failure {
  override readonly name: string = 'UsageError';
}

/** What the library says of an option by a `TypeError`, it says of what was typed. */
export async function typed<Result>(work: () => Promise<Result> | Result): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
