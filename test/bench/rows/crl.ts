import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, Benchmark } from '../bench.js';
import { type Crl, core } from '../core.js';
import { crlOf, serialAt } from '../fixtures/crl.js';
import type { BenchPki } from '../fixtures/pki.js';
import { Child } from '../harness/child.js';
import { repeated } from '../harness/cpu.js';
import { race } from '../harness/race.js';
import { type Row, rowOf } from '../harness/row.js';
import { NativePeer } from '../peers/native.js';
import type { CrlLoaded, CrlLoadSetup } from '../workers/crl-load.js';
import type { DelayMeasured, DelaySetup } from '../workers/delay.js';
import { nameOf, nativeContender } from './verification.js';

/** What a CRL of a million entries takes: to load, to be looked up in, and of others' time. */
export const crls: Benchmark = {
  name: 'crl',
  async measure(bench) {
    const file = join(bench.folder, 'million.crl');
    writeFileSync(file, crlOf(bench.pki.issuing, bench.scale.entries));
    try {
      return [...(await load(bench, file)), await delay(bench, file), await lookUp(bench, file)];
    } finally {
      rmSync(file);
    }
  },
};

async function load({ pki, folder, openssl, scale: { entries } }: Bench, file: string): Promise<readonly Row[]> {
  const setup: CrlLoadSetup = {
    crl: file,
    before: shorterList(pki, folder),
    issuer: join(pki.folder, 'issuing.der'),
    mostEntries: entries,
  };
  const loaded: CrlLoaded[] = [];
  const theirs: (readonly number[])[] = [];
  // Each in a process of its own, by turns.
  for (let round = 0; round < 5; round++) {
    loaded.push(await loadOnce(setup));
    if ('absent' in openssl) continue;
    const peer = new NativePeer(openssl.program, pki.folder);
    theirs.push(await peer.ask(`load ${file}`));
    peer.close();
  }
  const other = (field: number, divisor: number): readonly number[] | undefined =>
    theirs.length === 0 ? undefined : theirs.map((each) => (each[field] as number) / divisor);
  const otherName = nameOf(openssl, 'd2i, verify and sort');
  const target = { of: 'ratio', most: 0.25 } as const;
  const megabytes = 1e6;
  return [
    rowOf({
      name: `load a CRL of ${entries.toLocaleString('en')} entries: signature and index`,
      unit: 'ms',
      ours: loaded.map(({ cpu }) => cpu / 1_000),
      other: other(0, 1_000),
      otherName,
      target,
    }),
    rowOf({
      name: 'the same, memory retained',
      unit: 'MB',
      ours: loaded.map(({ retained }) => retained / megabytes),
      other: other(1, megabytes),
      otherName,
      target,
    }),
    rowOf({
      name: 'the same, memory at its peak',
      unit: 'MB',
      ours: loaded.map(({ peak }) => peak / megabytes),
      other: other(2, megabytes),
      otherName,
      target,
    }),
  ];
}

export const shorterEntries = 20_000;

/** A list for before, in a file. */
export function shorterList(pki: BenchPki, folder: string): string {
  const file = join(folder, 'shorter.crl');
  writeFileSync(file, crlOf(pki.issuing, shorterEntries));
  return file;
}

export async function loadOnce(setup: CrlLoadSetup): Promise<CrlLoaded> {
  const [child, loaded] = await Child.start<never, never, CrlLoaded>('crl-load', setup);
  child.close();
  return loaded;
}

async function delay({ pki, folder, scale: { delays } }: Bench, file: string): Promise<Row> {
  const setup: DelaySetup = {
    folder: pki.folder,
    workFolder: folder,
    next: file,
    rootCrl: Buffer.from(crlOf(pki.root, 0)).toString('base64'),
  };
  const measured: DelayMeasured[] = [];
  for (let round = 0; round < delays; round++) {
    writeFileSync(join(folder, 'issuing.crl'), crlOf(pki.issuing, 1));
    const [child, found] = await Child.start<never, never, DelayMeasured>('delay', setup);
    child.close();
    measured.push(found);
  }
  // What others on the machine take away only adds to the longest: a delay of our own making is in every run.
  return rowOf({
    name: `longest event-loop delay while that is put in force, beside requests, in the quietest of ${delays} runs`,
    unit: 'ms',
    ours: [Math.min(...measured.map(({ loading }) => loading))],
    other: [Math.min(...measured.map(({ idle }) => idle))],
    otherName: 'the same verifier with nothing to do',
    target: { of: 'ours', most: 10 },
  });
}

/** Half are listed; a prime step, so that neighbours in the list are none here. The same as in peers/openssl.c. */
function serialsToFind(count: number, entries: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, index) => serialAt(((index * 7_919) % entries) + (index % 2 === 1 ? entries : 0)));
}

async function lookUp({ pki, scale, openssl }: Bench, file: string): Promise<Row> {
  const crl = indexed(file);
  const { issuer } = crl.list;
  const batch = 20_000;
  const serials = serialsToFind(batch, scale.entries);
  const ours = repeated(
    'ours',
    { count: batch, first: 100_000 },
    (index) => crl.find(issuer, serials[index % batch] as Uint8Array) === undefined,
  );
  const peer = 'absent' in openssl ? undefined : new NativePeer(openssl.program, pki.folder);
  await peer?.ask(`load ${file}`);
  const samples = await race([ours, ...(peer === undefined ? [] : [nativeContender('OpenSSL', peer, `lookup ${batch}`)])], scale);
  peer?.close();
  if (serials.filter((serial) => crl.find(issuer, serial) !== undefined).length !== batch / 2)
    throw new Error('a look-up found something else');
  return rowOf({
    name: `look-up in a CRL of ${scale.entries.toLocaleString('en')} entries`,
    unit: 'ns',
    ours: (samples.get('ours') ?? []).map((us) => us * 1_000),
    other: samples.get('OpenSSL')?.map((us) => us * 1_000),
    otherName: nameOf(openssl, 'X509_CRL_get0_by_serial'),
    target: { of: 'ratio', most: 3 },
  });
}

function indexed(file: string): Crl {
  const read = core.x509.readCertificateList(readFileSync(file));
  if (!read.ok) throw new Error(read.detail);
  const crl = new core.revocation.CrlIndexing(read.value).advance(Number.POSITIVE_INFINITY);
  if (crl?.ok !== true) throw new Error(crl?.detail);
  return crl.value;
}
