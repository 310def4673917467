import type { Bench, Benchmark } from '../bench.js';
import { joined, race, type Samples } from '../harness/race.js';
import { type Row, rowOf } from '../harness/row.js';
import type { ServerSetup } from '../workers/server.js';
import { type Guarding, served, startClient, startServer } from './servers.js';

/** What a request on a verified connection takes, without a guard, with ours, and with what other middleware does. */
export const requests: Benchmark = {
  name: 'requests',
  measure: async (bench) => [...(await onHost(bench, 'node:https')), ...(await onHost(bench, 'Fastify'))],
};

const guards: readonly Guarding[] = ['bare', 'peercert', 'getPeerCertificate'];
/** Each with one request on its way: enough to keep the server busy, and it answers several each time that it looks. */
const connections = 16;

async function onHost(bench: Bench, host: ServerSetup['host']): Promise<readonly Row[]> {
  const generations: Samples[] = [];
  for (let generation = 0; generation < bench.scale.generations; generation++) generations.push(await raced(bench, host));
  const samples = joined(generations);
  const of = (guard: Guarding): readonly number[] => samples.get(guard) ?? [];
  const ours = { unit: 'us', ours: of('peercert') };
  return [
    rowOf({
      ...ours,
      name: `request on a verified connection, ${host}`,
      other: of('bare'),
      otherName: 'bare server',
      target: { of: 'ratio', most: 1.02 },
    }),
    rowOf({
      ...ours,
      name: `request on a verified connection, ${host}, beside other middleware`,
      other: of('getPeerCertificate'),
      otherName: 'getPeerCertificate() per request',
      target: { of: 'ratio', most: 1 },
    }),
  ];
}

async function raced({ pki: { folder }, scale }: Bench, host: ServerSetup['host']): Promise<Samples> {
  const client = await startClient(folder);
  const servers = await Promise.all(guards.map((guard) => startServer({ host, guard, folder })));
  try {
    for (const { port } of servers) await client.ask({ do: 'requests', port, count: scale.firstRequests, connections });
    const contenders = servers.map((server) =>
      served(server, client, { do: 'requests', port: server.port, count: scale.requests, connections }),
    );
    return await race(contenders, scale);
  } finally {
    client.close();
    for (const server of servers) server.close();
  }
}
