import { IncomingMessage } from 'node:http';
import { ConfigurationError } from '@peercert/core';

/**
 * Express works over HTTP/1.1 alone: its requests are those of `node:http`, which `node:http2` does not make (Express 4 and 5 on Node.js 20 to 26). A server of
 * `node:http2` that has an Express application for its handler is therefore refused, over HTTP/1.1 as well, so that it never seems to work; so is `@fastify/express` on
 * such a server. Handlers of other kinds work, and so do these middlewares in them.
 */
export function expressOverHttp2(): ConfigurationError {
  return new ConfigurationError(
    'server',
    'is of node:http2, and Express does not work over HTTP/2. Make it with https.createServer(), and let a proxy speak HTTP/2 if need be; or use @peercert/fastify',
  );
}

/** Whether an Express application is the handler of an HTTP/2 server. */
export function servesExpressOverHttp2(server: object): boolean {
  return isHttp2(server) && 'listeners' in server && (server as NodeJS.EventEmitter).listeners('request').some(isExpress);
}

/** Whether a request to an HTTP/2 server, over HTTP/1.1 then, came through an Express application. */
export function cameThroughExpress(request: object, server: object | undefined): boolean {
  return server !== undefined && isHttp2(server) && 'app' in request && isExpress(request.app);
}

/** Servers of `node:http2` have no class that is exported; they take settings, and no others do. */
function isHttp2(server: object): boolean {
  return 'updateSettings' in server;
}

/** The fault itself is looked for: what an application makes of its requests. */
function isExpress(application: unknown): boolean {
  return typeof application === 'function' && 'request' in application && application.request instanceof IncomingMessage;
}
