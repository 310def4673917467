import { type Benchmark, openedFirst } from '../bench.js';
import { rowOf } from '../harness/row.js';
import { type MeasuredServer, startClient, startServer } from './servers.js';

const rounds = 5;

/** What a connection holds beyond what Node.js holds for it, each with another certificate. */
export const connections: Benchmark = {
  name: 'connections',
  async measure({ pki: { folder }, scale }) {
    const client = await startClient(folder);
    const guards = ['bare', 'peercert'] as const;
    const servers = await Promise.all(guards.map((guard) => startServer({ host: 'node:https', guard, folder })));
    try {
      const grownBy = async ({ ask, port }: MeasuredServer): Promise<number> => {
        const before = await ask('memory');
        await client.ask({ do: 'open', port, count: scale.connections, atOnce: 8 });
        const after = await ask('memory');
        return (after.memory - before.memory) / (after.connections - before.connections);
      };
      // So that the code which is compiled meanwhile is not taken for what connections hold.
      for (const { port } of servers) await client.ask({ do: 'handshakes', port, count: 100, atOnce: 8, who: 'known' });
      for (const { port } of servers) await client.ask({ do: 'open', port, count: openedFirst, atOnce: 8 });
      // No race, which is for durations: a heap can also have become smaller.
      const [bare, ours]: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round++) {
        for (const server of servers) (server.guard === 'bare' ? bare : ours).push(await grownBy(server));
      }
      return [
        rowOf({
          name: 'memory a connection holds, distinct certificates, beyond Node.js',
          unit: 'bytes',
          ours: ours.map((bytes, round) => bytes - (bare[round] as number)),
          other: bare,
          otherName: 'Node.js itself',
          target: { of: 'ours', most: 2_048 },
        }),
      ];
    } finally {
      client.close();
      for (const server of servers) server.close();
    }
  },
};
