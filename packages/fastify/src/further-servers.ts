import type { FastifyInstance } from 'fastify';

/**
 * The servers that Fastify makes besides `app.server`, one for each further address of `localhost`, of the same options. They are known after
 * `onListen`, and nothing public leads to them; undefined where not all can be found.
 */
export function furtherServers(app: FastifyInstance): readonly object[] | undefined {
  const found = bindingsOf(app);
  return found.length >= app.addresses().length - 1 ? found : undefined;
}

/** Kept by the root, from which every scope inherits. */
function bindingsOf(app: object): readonly object[] {
  for (let scope: object | null = app; scope !== null; scope = Object.getPrototypeOf(scope) as object | null) {
    const symbol = Object.getOwnPropertySymbols(scope).find(({ description }) => description === 'fastify.serverBindings');
    if (symbol !== undefined) return (scope as Record<symbol, readonly object[]>)[symbol] ?? [];
  }
  return [];
}
