import type { Refused } from '../errors/index.js';
import type { ClientIdentity } from '../identity/index.js';

/** What a guard decided: whose request it is (null where none was asked for, or none was sent and none needed), or why not. */
export type Decision = { readonly ok: true; readonly identity: ClientIdentity | null } | Refused;

/** A value now where nothing had to be waited for, else a promise of it. */
export type MaybePromise<T> = T | Promise<T>;
