import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server } from 'node:tls';
import { simulatePeer } from '@peercert/core/testing';
import lightMyRequest, { type InjectOptions, type Response } from 'light-my-request';
import { checkOptions } from '../check-options.js';
import { type ClientChoice, chosenCredential, presentedBy } from './client-choice.js';

/** A Fastify application, as far as `inject` needs one. */
export interface InjectableApp {
  ready(): PromiseLike<unknown>;
  routing(request: never, response: never): void;
  readonly server: object;
}

/** The options of Fastify's `app.inject()`, and who asks. */
export interface InjectQuestion extends Omit<InjectOptions, 'Request' | 'server' | 'autoStart'> {
  /** A client of the kit, or any credential; nobody unless told. */
  readonly client?: ClientChoice;
}

/**
 * `app.inject()` with a client certificate: a request without sockets, in which the connection alone is simulated. The certificate is read,
 * validated and judged as any other, by the clock and the trust that the application was given, and each request comes over a connection of its
 * own.
 *
 * ```ts
 * const answer = await inject(app, { client: kit.clients.alice, method: 'POST', url: '/pay', payload: { amount: 3 } });
 * ```
 *
 * Starts the application if it has not started, and rejects with what that throws. For Express, which knows no injected requests, see
 * `TestKit.request`.
 */
export async function inject(app: InjectableApp, question: InjectQuestion | string): Promise<Response> {
  if (typeof app?.routing !== 'function') throw new TypeError('inject: expected a Fastify application; kit.request serves all others');
  const asked: InjectQuestion = typeof question === 'string' ? { url: question } : question;
  checkOptions(asked, questionOptions, 'inject');
  const presented = presentedBy(chosenCredential(asked, 'inject'));
  const { client: _client, ...options } = asked;
  await app.ready();
  const dispatch = (request: IncomingMessage, response: ServerResponse): void => {
    simulatePeer(request, presented, app.server instanceof Server ? app.server : undefined);
    // So that Fastify takes the protocol for https, as it would be.
    Object.assign(request.socket, { encrypted: true });
    app.routing(request as never, response as never);
  };
  return await lightMyRequest(dispatch, options);
}

const questionOptions: readonly string[] = [
  'client',
  'method',
  'url',
  'path',
  'query',
  'headers',
  'cookies',
  'payload',
  'body',
  'authority',
  'remoteAddress',
  'signal',
  'simulate',
  'validate',
  'payloadAsStream',
] satisfies (keyof InjectQuestion)[];
