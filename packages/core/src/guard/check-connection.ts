import { type Refused, refused } from '../errors/index.js';
import { isGone } from '../peer/index.js';
import type { Verifier } from '../verifier/index.js';
import type { Decision } from './decision.js';
import { type AddressedRequest, checkDirection } from './misdirected.js';

/**
 * What is wrong with the connection of a request, whoever the client is: it is gone, or it is for another host. Where trust is taken from the server
 * the second is not asked: nothing is taken from one that has contexts for server names.
 */
export function checkConnection(request: AddressedRequest, { trust }: Verifier): Refused | undefined {
  if (isGone(request)) return gone('the client was gone before its request was decided');
  return trust === undefined ? undefined : checkDirection(request);
}

/** A client that went while something was waited for is not let in: what a connection was found to be holds as long as there is one. */
export function unlessGone(request: AddressedRequest, decision: Decision): Decision {
  return decision.ok && isGone(request) ? gone('the client was gone before its request was decided') : decision;
}

function gone(detail: string): Refused {
  return refused('PEERCERT_CONNECTION_CLOSED', { detail });
}
