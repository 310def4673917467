import { expect, it } from 'vitest';
import { checkCrlSignature } from '../../../src/revocation/index.js';
import type { FetchOptions, FetchResult } from '../../../src/sources/index.js';
import { type DistributionPointSettings, DistributionPoints } from '../../../src/verifier/revocation-sources/distribution-points.js';
import { run } from '../../../src/verifier/steps.js';
import type { Certificate } from '../../../src/x509/index.js';
import { client } from '../../path/pki.js';
import { serving } from '../../sources/test-server.js';
import { cRLDistributionPoints, type DistributionPointOptions } from '../../support/crl-builder.js';
import { extension, generalName } from '../../support/extensions.js';
import { FakeClock, requestWith } from '../fakes.js';
import { alice, at, ca, certificatePem, crl, mallory, stranger, watched } from './scene.js';

const url = 'http://crl.example/root.crl';
const uri = generalName.uniformResourceIdentifier;
const pointing = (...points: readonly DistributionPointOptions[]) =>
  client(ca, { serialNumber: 3, extensions: [cRLDistributionPoints(...points)] }, 'p');
const pointed = pointing({ fullName: [uri(url)] });

/** Distribution points whose network is `answer`. */
function scene(settings: Partial<DistributionPointSettings> = {}) {
  const clock = new FakeClock(at);
  const asked: string[] = [];
  const options: FetchOptions[] = [];
  const told: string[] = [];
  const failures: string[] = [];
  const network = { answer: (_url: string): FetchResult | Promise<FetchResult> => bytes(crl()) };
  const points = new DistributionPoints({
    rules: { allowHosts: ['crl.example'] },
    largestCrlBytes: 1_000_000,
    mostEntries: 1_000,
    allowDenyingAuthorities: false,
    now: clock.now,
    pause: async () => undefined,
    prepare: async (crls) => {
      for (const { list } of crls) await checkCrlSignature(list, ca.certificate, async () => undefined);
    },
    onCrls: (from, crls) => told.push(`${from} ${crls.map(({ list }) => list.cRLNumber).join()}`),
    onFailure: (from, problem) => failures.push(`${from} ${problem}`),
    fetchBytes: async (from, given) => {
      asked.push(from);
      options.push(given);
      return await network.answer(from);
    },
    ...settings,
  });
  const fetchFor = (certificate: Certificate = pointed) => run(points.fetchFor(certificate));
  const numbers = () => points.crls.map(({ list }) => Number(list.cRLNumber));
  return { points, clock, asked, options, told, failures, network, fetchFor, numbers };
}

function bytes(content: Uint8Array | string): FetchResult {
  return { ok: true, status: 200, bytes: Buffer.from(content), headers: {} as never };
}

const unreachable: FetchResult = { ok: false, why: 'network', detail: 'cannot be reached' };

it('a list is fetched within the rules, and put in force', async () => {
  const { fetchFor, numbers, told, options } = scene({ rules: { allowHosts: ['crl.example'], allowPorts: [8080], timeoutSeconds: 0.5 } });
  expect(await fetchFor()).toBeUndefined();
  expect(numbers()).toEqual([7]);
  expect(told).toEqual([`${url} 7`]);
  expect(options[0]).toMatchObject({
    allowHosts: ['crl.example'],
    allowPorts: [8080],
    timeoutMilliseconds: 500,
    largestBytes: 1_000_000,
    inBackground: true,
  });
});

it.each([
  ['no distribution point', alice],
  ['none that is asked over HTTP', pointing({ fullName: [uri('ldap://crl.example/cn=Root'), uri('file:///root.crl')] })],
  ['names of another kind', pointing({ fullName: [generalName.dNSName('crl.example')] })],
  ['a point that cannot be read', client(ca, { extensions: [extension('2.5.29.31', Uint8Array.of(0x30, 9))] }, 'broken')],
])('nothing is asked for a certificate with %s', (_, certificate) => {
  const { fetchFor, asked } = scene();
  expect(fetchFor(certificate)).toBeUndefined();
  expect(asked).toEqual([]);
});

it('of several names of a point the first is asked that can be, of several points all, and of many eight', async () => {
  const names = (...hosts: string[]) => ({ fullName: hosts.map((host) => uri(host)) });
  const { fetchFor, asked } = scene();
  await fetchFor(pointing(names('ldap://a.example', 'http://b.example/1', 'http://c.example/1'), names('http://d.example/1')));
  expect(asked.splice(0)).toEqual(['http://b.example/1', 'http://d.example/1']);
  const many = Array.from({ length: 12 }, (_, index) => names(`http://f.example/${index}`));
  await fetchFor(pointing(...many));
  expect(asked).toHaveLength(8);
});

it('there is one request at a time, which all wait for', async () => {
  const { fetchFor, asked, network } = scene();
  let answer: (result: FetchResult) => void = () => undefined;
  network.answer = () => new Promise((resolve) => (answer = resolve));
  const waiting = [fetchFor(), fetchFor(), fetchFor()];
  answer(bytes(crl()));
  expect(await Promise.all(waiting)).toEqual([undefined, undefined, undefined]);
  expect(asked).toEqual([url]);
});

it('a failure is remembered for 30 s, and keeps nobody waiting meanwhile', async () => {
  const { fetchFor, asked, failures, network, clock } = scene();
  network.answer = () => unreachable;
  expect(await fetchFor()).toBe('crl.example: cannot be reached');
  clock.advance(29_999);
  expect(fetchFor()).toBe('crl.example: cannot be reached');
  expect(asked).toHaveLength(1);
  clock.advance(1);
  network.answer = () => bytes(crl());
  expect(await fetchFor()).toBeUndefined();
  expect(asked).toHaveLength(2);
  expect(failures).toEqual([`${url} crl.example: cannot be reached`]);
});

it.each([
  ['gibberish', 'gibberish', 'crl.example: holds neither a CRL nor a certificate'],
  ['a certificate alone', certificatePem(mallory), 'crl.example: holds no CRL'],
  ['half a list', crl().subarray(0, 90), 'crl.example: holds a CRL that cannot be read'],
])('%s is a failure, and what was there stays', async (_, content, problem) => {
  const { fetchFor, network, clock, numbers } = scene();
  await fetchFor();
  clock.set('2030-01-31');
  network.answer = () => bytes(content);
  expect(fetchFor()).toBeUndefined();
  await expect.poll(numbers).toEqual([7]);
  clock.set('2030-02-02');
  expect(await fetchFor()).toContain(problem);
  expect(numbers()).toEqual([7]);
});

it('a list is fetched again in the background when three quarters of its life are over', async () => {
  const { fetchFor, asked, network, clock, numbers } = scene();
  await fetchFor();
  clock.set('2030-01-10');
  expect(fetchFor()).toBeUndefined();
  expect(asked).toHaveLength(1);
  clock.set('2030-01-20');
  network.answer = () => bytes(crl({ number: 8, nextUpdate: '2030-03-01' }));
  expect(fetchFor()).toBeUndefined();
  await expect.poll(numbers).toEqual([8]);
  expect(asked).toHaveLength(2);
});

it('what is there is refreshed for whom it is good, and when is told', async () => {
  const { points, fetchFor, asked, clock, numbers, network } = scene();
  expect(points.refreshFor(pointed)).toBe(Number.POSITIVE_INFINITY);
  expect(points.refreshFor(alice)).toBe(Number.POSITIVE_INFINITY);
  await fetchFor();
  const due = Date.parse('2030-01-16T12:00:00Z');
  expect(points.refreshFor(pointed)).toBe(due);
  expect(asked).toHaveLength(1);
  clock.set(due);
  network.answer = () => bytes(crl({ number: 8, nextUpdate: '2030-03-01' }));
  expect(points.refreshFor(pointed)).toBe(due + 60_000);
  await expect.poll(numbers).toEqual([8]);
  expect(asked).toHaveLength(2);
});

it('a fault of ours is a failure like any other', async () => {
  const { fetchFor } = scene({
    prepare: () => {
      throw new Error('out of order');
    },
  });
  expect(await fetchFor()).toBe('crl.example: out of order');
});

it('a list that has expired makes everyone wait for the next, yet not more often than once a minute', async () => {
  const { fetchFor, asked, clock } = scene();
  clock.set('2030-02-02');
  await fetchFor();
  clock.advance(59_999);
  expect(fetchFor()).toBeUndefined();
  expect(asked).toHaveLength(1);
  clock.advance(1);
  expect(fetchFor()).toBeInstanceOf(Promise);
  expect(asked).toHaveLength(2);
});

it('a list that nobody is known to have signed is asked for again after a minute, whatever its dates', async () => {
  const { fetchFor, network, clock, numbers } = scene();
  network.answer = () => bytes(crl({ number: 99, issuerKey: stranger.key, nextUpdate: '2039-01-01' }));
  await fetchFor();
  expect(fetchFor()).toBeUndefined();
  clock.advance(60_000);
  network.answer = () => bytes(crl());
  await fetchFor();
  expect(numbers()).toEqual([7, 99]);
  // And now that one is good, nobody waits for the next.
  clock.advance(60_000);
  expect(fetchFor()).toBeUndefined();
});

it('a clock that is set back does not keep anybody from asking', async () => {
  const { fetchFor, asked, clock, network } = scene();
  network.answer = () => unreachable;
  await fetchFor();
  clock.advance(-3_600_000);
  expect(fetchFor()).toBeInstanceOf(Promise);
  expect(asked).toHaveLength(2);
});

it('an older list takes the place of none', async () => {
  const { fetchFor, network, clock, numbers } = scene();
  network.answer = () => bytes(crl({ number: 9, revoked: [3] }));
  await fetchFor();
  clock.set('2030-02-02');
  network.answer = () => bytes(crl({ number: 8 }));
  await fetchFor();
  expect(numbers()).toEqual([8, 9]);
});

it('a thousand addresses are remembered, and then the one is forgotten that was not asked for longest', async () => {
  const { fetchFor, asked } = scene();
  for (let index = 0; index <= 1_000; index++) await fetchFor(pointing({ fullName: [uri(`http://a.example/${index}`)] }));
  asked.splice(0);
  void fetchFor(pointing({ fullName: [uri('http://a.example/5')] }));
  expect(asked).toEqual([]);
  void fetchFor(pointing({ fullName: [uri('http://a.example/0')] }));
  expect(asked).toEqual(['http://a.example/0']);
});

it('delta lists are fetched from where freshestCRL says', async () => {
  const point = { fullName: [uri('http://crl.example/delta.crl')] };
  const encoded = cRLDistributionPoints(point);
  // The same syntax under another number: the value is what follows on the OID.
  const octets = encoded.subarray(encoded.indexOf(0x04, 7) + 2);
  const certificate = client(ca, { extensions: [extension('2.5.29.46', octets)] }, 'delta');
  const { fetchFor, asked } = scene();
  await fetchFor(certificate);
  expect(asked).toEqual(['http://crl.example/delta.crl']);
});

it('over a real network, hosts, ports and addresses that are not allowed are not connected to', async () => {
  let requests = 0;
  const base = await serving((_, response) => {
    requests += 1;
    response.end(crl({ revoked: [9] }));
  });
  const port = Number(new URL(base).port);
  const host = client(ca, { serialNumber: 9, extensions: [cRLDistributionPoints({ fullName: [uri(`${base}/root.crl`)] })] }, 'h');
  const rules = { allowHosts: ['127.0.0.1'], allowPorts: [port], allowPrivateAddresses: true };
  for (const [other, problem] of [
    [{ ...rules, allowHosts: ['crl.example'] }, 'has the host "127.0.0.1", which is not allowed'],
    [{ ...rules, allowPorts: [] }, `has the port ${port}, which is not allowed`],
    [{ ...rules, allowPrivateAddresses: false }, 'has the address 127.0.0.1, which is not public'],
  ] as const) {
    const refused = watched({ distributionPoints: other });
    expect(await refused.why(host)).toContain(problem);
    expect(refused.log.of('warn')).toEqual([expect.stringContaining(problem)]);
  }
  expect(requests).toBe(0);
  const allowed = watched({ distributionPoints: rules });
  expect(await allowed.says(host)).toBe('PEERCERT_CERTIFICATE_REVOKED');
  expect(await allowed.says(host)).toBe('PEERCERT_CERTIFICATE_REVOKED');
  expect(requests).toBe(1);
  expect(allowed.log.of('info')).toEqual([`revocation: ${base}/root.crl is in force: the CRL of CN=Root, number 7, 1 entries`]);
  // Not for whom no path is valid: a stranger's certificate leads nowhere.
  const foreign = client(stranger, { extensions: [cRLDistributionPoints({ fullName: [uri(`${base}/root.crl`)] })] }, 'foreign');
  expect(await allowed.says(foreign)).toBe('PEERCERT_ISSUER_UNKNOWN');
  expect(requests).toBe(1);
});

it('through the verifier, a newer list is fetched in the background, and acts on open connections', async () => {
  let list = crl();
  const base = await serving((_, response) => response.end(list));
  const port = Number(new URL(base).port);
  const host = client(ca, { serialNumber: 9, extensions: [cRLDistributionPoints({ fullName: [uri(`${base}/root.crl`)] })] }, 'h');
  const rules = { allowHosts: ['127.0.0.1'], allowPorts: [port], allowPrivateAddresses: true };
  const { verifier, clock } = watched({ distributionPoints: rules });
  const request = requestWith([host.der]);
  expect(await verifier.authenticate(request)).toMatchObject({ ok: true, value: { revocation: 'good' } });
  list = crl({ number: 8, revoked: [9] });
  clock.set('2030-01-20');
  expect(await verifier.authenticate(request)).toMatchObject({ ok: true });
  await expect.poll(() => verifier.authenticate(request)).toMatchObject({ ok: false, refusal: { status: 403 } });
});
