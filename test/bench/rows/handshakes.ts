import type { Bench, Benchmark } from '../bench.js';
import { joined, race, type Samples } from '../harness/race.js';
import { type Row, rowOf } from '../harness/row.js';
import { served, startClient, startServer } from './servers.js';

type Who = 'known' | 'new';

/** What a connection with one request takes, its certificate known from an earlier one or never seen. */
export const handshakes: Benchmark = {
  name: 'handshakes',
  async measure(bench) {
    const races: Record<Who, Samples[]> = { known: [], new: [] };
    for (let generation = 0; generation < bench.scale.generations; generation++) {
      const { known, new: never } = await raced(bench);
      races.known.push(known);
      races.new.push(never);
    }
    return [...rowsFor('known', joined(races.known)), ...rowsFor('new', joined(races.new))];
  },
};

/** On Node.js 26 the read of the certificate alone takes twice what it takes on 20. */
const isDearToRead = Number(process.versions.node.split('.')[0]) >= 26;
const most = { known: isDearToRead ? 1.05 : 1.03, new: isDearToRead ? 1.1 : 1.08 };
const atOnce = 4;

function rowsFor(who: Who, samples: Samples): readonly Row[] {
  const name = who === 'known' ? 'handshake with a known certificate' : 'handshake with a never-seen certificate, issuer known';
  const [bare, reading] = [samples.get('bare') ?? [], samples.get('getPeerCertificate') ?? []];
  const ours = { unit: 'us', ours: samples.get('peercert') ?? [] };
  return [
    rowOf({ ...ours, name, other: bare, otherName: 'bare server with requestCert', target: { of: 'ratio', most: most[who] } }),
    // What nobody who looks at a certificate can do without.
    rowOf({ ...ours, name: `${name}, beside reading it`, other: reading, otherName: 'getPeerCertificate() alone' }),
  ];
}

async function raced({ pki: { folder }, scale }: Bench): Promise<Record<Who, Samples>> {
  const client = await startClient(folder);
  const guards = ['bare', 'peercert', 'getPeerCertificate'] as const;
  const servers = await Promise.all(guards.map((guard) => startServer({ host: 'node:https', guard, folder })));
  try {
    for (const { port } of servers) await client.ask({ do: 'handshakes', port, count: scale.firstHandshakes, atOnce, who: 'known' });
    const of = (who: Who): Promise<Samples> =>
      race(
        servers.map((server) => served(server, client, { do: 'handshakes', port: server.port, count: scale.handshakes, atOnce, who })),
        scale,
      );
    const known = await of('known');
    for (const { guard, port } of servers) {
      if (guard === 'peercert') await client.ask({ do: 'handshakes', port, count: scale.firstStrangers, atOnce, who: 'new' });
    }
    return { known, new: await of('new') };
  } finally {
    client.close();
    for (const server of servers) server.close();
  }
}
