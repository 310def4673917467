import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { atOnce } from '../../packages/core/test/support/at-once.js';
import { type Campaign, type Finding, runCampaign, type Tally } from './campaign.js';
import { Inputs } from './inputs.js';
import type { ProblemKind } from './judge.js';
import { compileOracle, type OpenSslAnswer, OpenSslOracle } from './openssl.js';
import { coreReader, type Reader, x509 } from './reader.js';
import { type Ground, prepareGround } from './seeds.js';

/** Without the corpora, so that the inputs are the same wherever the tests run. */
let ground: Ground;
let inputs: Inputs;

beforeAll(async () => {
  ground = await prepareGround(1, []);
  inputs = new Inputs(ground);
});

async function campaign(options: Partial<Campaign> & { count: number }): Promise<{ tally: Tally; findings: Finding[] }> {
  const findings: Finding[] = [];
  const tally = await runCampaign({
    inputs,
    reader: coreReader(ground),
    oracle: undefined,
    indexes: Array.from({ length: options.count }, (_, index) => index),
    isOver: () => false,
    onBatch: () => {},
    onFinding: (finding) => findings.push(finding),
    ...options,
  });
  return { tally, findings };
}

const kinds = (findings: readonly Finding[]): ReadonlySet<ProblemKind> => new Set(findings.map(({ kind }) => kind));

/** The oracle that answers the same to every case. */
const always = (answer: Partial<OpenSslAnswer>): Campaign['oracle'] => ({
  ask: async (cases) => cases.map(() => ({ isRead: true, isKeyDecoded: true, verdict: 0, unkeyed: -1, strict: -1, text: '', ...answer })),
});

test('a quick run finds nothing, accepts some, and signs most inputs anew', async () => {
  const begun = Date.now();
  const { tally, findings } = await campaign({ count: 2_500, isOver: () => Date.now() - begun > 5_000 });
  expect(findings.map(({ kind, reason, input }) => `${kind}: ${reason} (${input.index}, ${input.history})`)).toEqual([]);
  expect(tally.inputs).toBeGreaterThanOrEqual(128);
  expect(tally.resigned).toBeGreaterThan(tally.inputs / 2);
  expect(tally.acceptedByBoth).toBeGreaterThan(tally.inputs / 50);
  expect(tally.refusedByBoth).toBeGreaterThan(tally.inputs / 2);
});

test('the same seed makes the same inputs, whatever was made before', async () => {
  const again = new Inputs(await prepareGround(1, []));
  const other = new Inputs(await prepareGround(2, []));
  const indexes = Array.from({ length: 100 }, (_, index) => index);
  const histories = indexes.map((index) => inputs.make(index).history);
  expect(indexes.reverse().map((index) => again.make(index).history)).toEqual([...histories].reverse());
  expect(indexes.reverse().map((index) => other.make(index).history)).not.toEqual(histories);
});

describe('a fault in the reader is found', () => {
  /** Core with a fault that shows where the octets 2.5.4.10, the type of an organization, are read. */
  const faulty = (fault: (reader: Reader, der: Uint8Array) => ReturnType<Reader['readCertificate']>): Reader => {
    const reader = coreReader(ground);
    const isHit = (der: Uint8Array) => Buffer.from(der).includes(Buffer.from('060355040a', 'hex'));
    return { ...reader, readCertificate: (der) => (isHit(der) ? fault(reader, der) : reader.readCertificate(der)) };
  };
  const run = async (reader: Reader, count = 40) => kinds((await campaign({ count, reader })).findings);

  test('that throws', async () => {
    const reader = faulty(() => {
      throw new RangeError('Maximum call stack size exceeded');
    });
    const { tally, findings } = await campaign({ count: 40, reader });
    expect(kinds(findings)).toContain('thrown');
    expect(tally.exceptions).toBe(findings.filter(({ kind }) => kind === 'thrown').length);
    expect(findings.map(({ reason }) => reason)).toContainEqual(expect.stringContaining('Maximum call stack size exceeded'));
  });

  test('that throws where extensions are decoded, or where paths are verified', async () => {
    const thrower = () => {
      throw new TypeError('undefined is not a function');
    };
    expect(await run({ ...coreReader(ground), checkExtensions: thrower })).toContain('thrown');
    expect(await run({ ...coreReader(ground), verify: thrower })).toContain('thrown');
  });

  test('that caught what it threw itself', async () => {
    const internal = { code: 'PEERCERT_INTERNAL', status: 500, text: '', trace: [{ detail: 'reading the certificate threw' }] } as const;
    expect(await run(faulty(() => ({ ok: false, refusal: internal })))).toContain('internal');
  });

  test('that takes long', async () => {
    const reader = faulty((core, der) => {
      const begun = process.cpuUsage();
      for (let used = 0; used < 60_000; ) {
        const { user, system } = process.cpuUsage(begun);
        used = user + system;
      }
      return core.readCertificate(der);
    });
    expect(await run(reader, 4)).toContain('slow');
  });

  test('that gives another answer the second time', async () => {
    let calls = 0;
    const refusal = { code: 'PEERCERT_CERTIFICATE_MALFORMED', status: 403, text: '', trace: [{ detail: 'every other time' }] } as const;
    const reader = faulty((core, der) => (calls++ % 2 === 0 ? core.readCertificate(der) : { ok: false, refusal }));
    expect(await run(reader)).toContain('changes its mind');
  });

  test('that depends on where in memory its input lies', async () => {
    const refusal = { code: 'PEERCERT_CERTIFICATE_MALFORMED', status: 403, text: '', trace: [{ detail: 'at an offset' }] } as const;
    const reader = faulty((core, der) => (der.byteOffset === 0 ? core.readCertificate(der) : { ok: false, refusal }));
    expect(await run(reader)).toContain('changes its mind');
  });

  test('that writes into its input', async () => {
    const reader = faulty((core, der) => {
      const read = core.readCertificate(der);
      der[der.length - 1] = (der[der.length - 1] as number) ^ 1;
      return read;
    });
    expect(await run(reader)).toContain('writes into its input');
  });

  test('that lets a line feed of a peer into the log', async () => {
    const refusal = {
      code: 'PEERCERT_CERTIFICATE_MALFORMED',
      status: 403,
      text: '',
      trace: [{ detail: 'CN=alice\nall is well' }],
    } as const;
    expect(await run(faulty(() => ({ ok: false, refusal })))).toContain('unfit for a log');
  });

  test('that takes a CRL for a certificate', async () => {
    const other = x509.readCertificate((ground.seeds[0] as Ground['seeds'][number]).der);
    const reader = { ...coreReader(ground), readCertificate: () => other };
    expect(await run(reader, 500)).toContain('inconsistent');
  });

  test('that accepts what OpenSSL refuses', async () => {
    const badSignature: Campaign['oracle'] = always({ verdict: 7, unkeyed: 7, text: 'certificate signature failure' });
    const { tally, findings } = await campaign({ count: 200, oracle: badSignature });
    expect(kinds(findings)).toEqual(new Set(['accepted alone']));
    expect(tally.onlyPeercert).toBe(findings.length);
    expect(tally.acceptedByBoth).toBe(0);
  });

  test('that refuses what OpenSSL accepts, for a reason that is not written', async () => {
    const refusal = { code: 'PEERCERT_CERTIFICATE_MALFORMED', status: 403, text: '', trace: [{ detail: 'it does not please' }] } as const;
    const reader = { ...coreReader(ground), verify: () => ({ ok: false, refusal }) } as Reader;
    const { findings } = await campaign({ count: 40, reader, oracle: always({}) });
    expect(kinds(findings)).toContain('refused without a written reason');
  });
});

describe.each([always({ isRead: false, verdict: -1 }), always({ verdict: 20, unkeyed: 20 }), always({ verdict: 20, unkeyed: 7 })])(
  'a written reason covers no more than it says',
  (oracle) => {
    test('an accepted certificate that is none of the exceptions is a finding', async () => {
      const { tally, findings } = await campaign({ count: 100, oracle });
      expect(findings.length).toBeGreaterThan(tally.onlyPeercert * 0.8);
    });
  },
);

const oracle = compileOracle(fileURLToPath(new URL('./oracle.c', import.meta.url)));
const absence = 'absent' in oracle && process.env.CI !== 'true' ? { skip: true, meta: { absentPrograms: [oracle.absent] } } : {};

describe('beside OpenSSL', absence, () => {
  test('a C compiler and the headers of OpenSSL are here', () => expect(oracle).not.toHaveProperty('absent'));

  if ('absent' in oracle) return;
  afterAll(() => oracle.remove());
  const ask = async (reader: Reader, count: number) => {
    const openSsl = new OpenSslOracle(
      oracle.program,
      ground.authorities.map(({ der }) => der),
      ground.at,
    );
    const asked = await campaign({ reader, count, oracle: openSsl });
    openSsl.close();
    return asked;
  };

  test('a quick run finds nothing, and every seed that is accepted is accepted by both', async () => {
    const { tally, findings } = await ask(coreReader(ground), 1_500);
    expect(findings.map(({ kind, reason, input }) => `${kind}: ${reason} (${input.index}, ${input.history})`)).toEqual([]);
    expect(tally.acceptedByBoth).toBeGreaterThan(50);
    expect(tally.onlyOpenSsl).toBeGreaterThan(0);
    expect(tally.onlyPeercert).toBeLessThan(tally.acceptedByBoth / 2);
  });

  test('a reader that does not look at the signature is found', async () => {
    const reader = coreReader(ground);
    const some = atOnce(reader.verify([(ground.seeds[0] as Ground['seeds'][number]).der]));
    const verify: Reader['verify'] = (certificates, trustSets) => {
      const outcome = atOnce(reader.verify(certificates, trustSets));
      return !outcome.ok && outcome.refusal.code === 'PEERCERT_SIGNATURE_INVALID' ? some : outcome;
    };
    const { findings } = await ask({ ...reader, verify }, 400);
    const alone = findings.filter(({ kind }) => kind === 'accepted alone');
    expect(alone.map(({ reason }) => reason)).toContainEqual(expect.stringContaining('certificate signature failure'));
  });

  test('the process that ends is told, not waited for', async () => {
    const broken = new OpenSslOracle(oracle.program, [Uint8Array.of(1)], ground.at);
    await expect(broken.ask([[Uint8Array.of(2)]])).rejects.toThrow(/a trust anchor cannot be read/);
    const missing = new OpenSslOracle(`${oracle.program}-of-another-name`, [], ground.at);
    await expect(missing.ask([[Uint8Array.of(2)]])).rejects.toThrow(/ENOENT/);
  });
});
