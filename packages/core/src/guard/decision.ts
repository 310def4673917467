import type { Refused } from '../errors/index.js';
import type { ClientIdentity } from '../identity/index.js';

/**
 * What a guard decided: whose request it is (null where none was asked for, or none was sent and none needed), or why not. `value` is what the policy made of
 * the identity: the output of a schema, the value of a function's decision.
 */
export type Decision = { readonly ok: true; readonly identity: ClientIdentity | null; readonly value?: unknown } | Refused;
