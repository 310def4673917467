import type { Bench, Benchmark } from '../bench.js';
import { joined, race, type Samples } from '../harness/race.js';
import { type Row, rowOf } from '../harness/row.js';
import { served, startClient, startServer } from './servers.js';

/** What a connection with one request takes, its certificate known from an earlier one or never seen. */
export const handshakes: Benchmark = {
  name: 'handshakes',
  measure: async (bench) => [await handshakeRow(bench, 'known'), await handshakeRow(bench, 'new')],
};

/** On Node.js 26 the read of the certificate alone takes twice what it takes on 20. */
const isDearToRead = Number(process.versions.node.split('.')[0]) >= 26;
const most = { known: isDearToRead ? 1.05 : 1.03, new: isDearToRead ? 1.1 : 1.08 };
const atOnce = 4;

async function handshakeRow(bench: Bench, who: 'known' | 'new'): Promise<Row> {
  const generations: Samples[] = [];
  for (let generation = 0; generation < bench.scale.generations; generation++) generations.push(await raced(bench, who));
  const samples = joined(generations);
  return rowOf({
    name: who === 'known' ? 'handshake with a known certificate' : 'handshake with a never-seen certificate, issuer known',
    unit: 'us',
    ours: samples.get('peercert') ?? [],
    other: samples.get('bare') ?? [],
    otherName: 'bare server with requestCert',
    target: { of: 'ratio', most: most[who] },
  });
}

async function raced({ pki: { folder }, scale }: Bench, who: 'known' | 'new'): Promise<Samples> {
  const client = await startClient(folder);
  const guards = ['bare', 'peercert'] as const;
  const servers = await Promise.all(guards.map((guard) => startServer({ host: 'node:https', guard, folder })));
  try {
    for (const { port } of servers) await client.ask({ do: 'handshakes', port, count: scale.firstHandshakes, atOnce, who });
    const contenders = servers.map((server) =>
      served(server, client, { do: 'handshakes', port: server.port, count: scale.handshakes, atOnce, who }),
    );
    return await race(contenders, scale.rounds);
  } finally {
    client.close();
    for (const server of servers) server.close();
  }
}
