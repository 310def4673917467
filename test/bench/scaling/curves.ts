import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CertificatePolicy, createVerifier, Guard } from '@peercert/core';
import { type Authority, createAuthority } from '@peercert/pki';
import type { Bench } from '../bench.js';
import { core } from '../core.js';
import { crlOf, serialAt, shortSerial } from '../fixtures/crl.js';
import { OpenSocket } from '../fixtures/open-socket.js';
import { makeRoots } from '../fixtures/pki.js';
import { repeated } from '../harness/cpu.js';
import { type Contender, median, race } from '../harness/race.js';
import { loadOnce, shorterEntries, shorterList } from '../rows/crl.js';
import { refreshing } from '../rows/refresh.js';
import { verifyCold } from '../rows/verification.js';
import type { Curve } from './curve.js';

type Point = readonly [x: number, y: number];

/** Measures every curve; `tell` is told of each that is done. */
export async function measureCurves(bench: Bench, tell: (curve: Curve) => void): Promise<readonly Curve[]> {
  const curves: Curve[] = [];
  for (const measure of [ofAnchors, ofDepth, ofPolicies, ofConnections, ofCrls]) {
    for (const curve of await measure(bench)) {
      curves.push(curve);
      tell(curve);
    }
  }
  return curves;
}

async function ofAnchors({ pki }: Bench): Promise<readonly Curve[]> {
  const sizes = [1, 10, 100, 1_000, 10_000];
  const others = await makeRoots(Math.max(...sizes) - 1);
  const repetitions = { count: 20, first: 1_500 };
  const contenders = sizes.map((size) => {
    const ca = [pki.root.certificate, ...others.slice(0, size - 1)];
    const verifier = createVerifier({ trust: { ca, intermediates: pki.issuing.certificate } });
    const clients = pki.clients(repetitions.first + repetitions.count * scale.turns * (scale.rounds + 1));
    return repeated(String(size), repetitions, (index) => accepted(verifier.verify([clients[index] as Uint8Array])));
  });
  return [
    {
      name: 'anchors',
      title: 'Verifying a certificate never seen, by trust anchors',
      x: 'trust anchors',
      y: 'CPU, us',
      points: await measured(contenders),
      limit: 'Anchors are found by their names in a map, so the signature is what it costs, however many there are.',
    },
  ];
}

async function ofDepth(): Promise<readonly Curve[]> {
  const root = await createAuthority({ subject: { O: 'Example', CN: 'Depth Root' } });
  const contenders: Contender[] = [];
  let issuer: Authority = root;
  for (let depth = 1; depth <= 10; depth++) {
    issuer = await issuer.issueAuthority({ subject: { O: 'Example', CN: `Depth ${depth}` } });
    const client = await issuer.issueClient({ subject: { CN: 'deep' } });
    contenders.push(repeated(String(depth), { count: 10, first: 500 }, () => verifyCold(root.der, client.intermediates, client.der)));
  }
  return [
    {
      name: 'depth',
      title: 'Cold verification from DER, by intermediates',
      x: 'intermediates',
      y: 'CPU, us',
      points: await measured(contenders),
      limit:
        'Each intermediate costs one signature and the import of one key, once: an intermediate that is configured or remembered costs neither again.',
    },
  ];
}

async function ofPolicies({ pki }: Bench): Promise<readonly Curve[]> {
  const sizes = [1, 10, 100, 1_000];
  const guard = new Guard({ trust: { ca: pki.root.certificate, intermediates: pki.issuing.certificate } });
  const requests = pki.clients(16).map((der) => ({ socket: new OpenSocket(der), headers: {}, method: 'GET', url: '/' }));
  const contenders = sizes.map((size) => {
    const requirements = Array.from({ length: size }, (_, route) => {
      const policy: CertificatePolicy = { subject: { OU: ['payments', `team ${route}`] }, trustSet: 'default' };
      return guard.compile(policy, `route ${route}`);
    });
    return repeated(String(size), often, (index) => {
      const request = requests[index % requests.length];
      if (request === undefined) throw new Error('there is no request');
      const decision = guard.decide(request, requirements[index % size]);
      if (decision instanceof Promise || !decision.ok) throw new Error('a good certificate is refused');
      return decision;
    });
  });
  return [
    {
      name: 'policies',
      title: 'Deciding a request on an open connection, by routes with a policy each',
      x: 'routes',
      y: 'CPU, us',
      points: await measured(contenders),
      limit:
        'A policy is compiled when its route is defined and belongs to it, so other routes cost nothing but room in the processor’s caches.',
    },
  ];
}

async function ofConnections(bench: Bench): Promise<readonly Curve[]> {
  const refreshed: Point[] = [];
  for (const size of [1, 10, 100, 1_000, 5_000, 20_000]) {
    const { refreshes } = await refreshing(bench, size, 3);
    refreshed.push([size, (median(refreshes.map(({ cpu }) => cpu)) * size) / 1_000]);
  }
  const verifier = createVerifier({ trust: { ca: bench.pki.root.certificate, intermediates: bench.pki.issuing.certificate } });
  const contenders = [1, 10, 100, 1_000, 5_000, 20_000].map((size) => {
    const requests = bench.pki.clients(size).map((der) => ({ socket: new OpenSocket(der) }));
    for (const request of requests) accepted(verifier.authenticate(request));
    return repeated(String(size), often, (index) => {
      const request = requests[index % size];
      return request === undefined ? undefined : accepted(verifier.authenticate(request));
    });
  });
  const decided = await measured(contenders);
  await verifier.close();
  return [
    {
      name: 'connections',
      title: 'A request on a verified connection, by open connections that take turns',
      x: 'open connections',
      y: 'CPU, us',
      points: decided,
      limit: 'A connection’s verdict hangs on its socket: what grows is the chance that neither is in the processor’s caches.',
    },
    {
      name: 'refresh',
      title: 'A CRL is refreshed: the next request of each connection, all together',
      x: 'open connections',
      y: 'CPU, ms',
      points: refreshed,
      limit: 'Each path is looked up in the new lists, twice at most: when the verifier looks at its connection, and at the next request.',
    },
  ];
}

async function ofCrls({ pki, folder }: Bench): Promise<readonly Curve[]> {
  const loads: Point[] = [];
  const lookUps: Point[] = [];
  const file = join(folder, 'scaled.crl');
  const before = shorterList(pki, folder);
  for (const size of [1_000, 10_000, 100_000, 1_000_000, 10_000_000]) {
    writeFileSync(file, crlOf(pki.issuing, size, 1, shortSerial));
    const times: number[] = [];
    for (let round = 0; round < 3; round++) {
      const { cpu } = await loadOnce({
        crl: file,
        before,
        issuer: join(pki.folder, 'issuing.der'),
        mostEntries: Math.max(size, shorterEntries),
      });
      times.push(cpu / 1_000);
    }
    loads.push([size, median(times)]);
    lookUps.push([size, await lookUpNanoseconds(file, size)]);
  }
  rmSync(file);
  return [
    {
      name: 'crl-load',
      title: 'Loading a CRL: signature and index',
      x: 'entries',
      y: 'CPU, ms',
      points: loads,
      limit:
        'Every entry is read twice, checked and entered, and its octets are hashed for the signature; the table is in memory that no cache holds. Entries of 25 octets here; lists above 256 MiB are refused.',
    },
    {
      name: 'crl-look-up',
      title: 'Looking a certificate up in a CRL',
      x: 'entries',
      y: 'CPU, ns',
      points: lookUps,
      limit:
        'One look at the table and, for one that is listed, one at the list: from a million entries on both have to be fetched from memory.',
    },
  ];
}

async function lookUpNanoseconds(file: string, size: number): Promise<number> {
  const list = core.x509.readCertificateList(readFileSync(file));
  if (!list.ok) throw new Error(list.detail);
  const crl = new core.revocation.CrlIndexing(list.value, { maxEntries: size }).advance(Number.POSITIVE_INFINITY);
  if (crl?.ok !== true) throw new Error(crl?.detail);
  const { issuer } = list.value;
  const serials = Array.from({ length: 50_000 }, (_, index) => serialAt(((index * 7_919) % size) + (index % 2) * size, shortSerial));
  const contender = repeated('look-up', often, (index) => crl.value.find(issuer, serials[index % serials.length] as Uint8Array));
  const samples = await race([contender], scale);
  return median(samples.get('look-up') ?? []) * 1_000;
}

const scale = { rounds: 7, turns: 9 };
const often = { count: 10_000, first: 150_000 };

/** A point for each contender, whose name is its x; all of them take turns. */
async function measured(contenders: readonly Contender[]): Promise<readonly Point[]> {
  const samples = await race(contenders, scale);
  return [...samples].map(([name, values]) => [Number(name), median(values)]);
}

function accepted<T extends { readonly ok: boolean }>(outcome: T | Promise<T>): T {
  if (outcome instanceof Promise || !outcome.ok) throw new Error('a good certificate is refused');
  return outcome;
}
