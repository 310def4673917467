import { Child } from '../harness/child.js';
import type { Contender } from '../harness/race.js';
import type { ClientAnswer, ClientQuestion, ClientSetup } from '../workers/client.js';
import type { ServerAnswer, ServerQuestion, ServerSetup } from '../workers/server.js';

export type Guarding = ServerSetup['guard'];

/** A server, and what it worked or holds. */
export interface MeasuredServer {
  readonly guard: Guarding;
  readonly port: number;
  ask(question: ServerQuestion): Promise<ServerAnswer>;
  close(): void;
}

export async function startServer(setup: ServerSetup): Promise<MeasuredServer> {
  const [child, { port }] = await Child.start<ServerQuestion, ServerAnswer, { port: number }>('server', setup);
  return { guard: setup.guard, port, ask: (question) => child.ask(question), close: () => child.close() };
}

export async function startClient(folder: string): Promise<Child<ClientQuestion, ClientAnswer>> {
  const [client] = await Child.start<ClientQuestion, ClientAnswer, object>('client', { folder } satisfies ClientSetup);
  return client;
}

/** A server as a contender: what its process works for each of the clients' operations, in microseconds. */
export function served(server: MeasuredServer, client: Child<ClientQuestion, ClientAnswer>, question: ClientQuestion): Contender {
  return {
    name: server.guard,
    async batch() {
      const before = await server.ask('cpu');
      const { done } = await client.ask(question);
      return ((await server.ask('cpu')).cpu - before.cpu) / done;
    },
  };
}
