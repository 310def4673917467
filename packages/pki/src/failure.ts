/**
 * Something that the person at the keyboard can mend. The message says in one line what is the matter and what to do about it, and is
 * all that is shown of it.
 */
export class Failure extends Error {
  override readonly name: string = 'Failure';
}
