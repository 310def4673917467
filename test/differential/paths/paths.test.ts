import { afterAll, describe, expect, test } from 'vitest';
import { type ComparisonOptions, compare, type Finding, type Tally } from './comparison.js';
import { core, type Verifier } from './core.js';
import { generate } from './generate.js';
import { keyRing } from './key-ring.js';
import type { ProblemKind } from './metamorphic.js';
import { compileOracles, type Oracle, type OracleName } from './oracles.js';
import type { PkiCase } from './pki-case.js';
import { issuerNameOf, normalized, type Plan, type Written, write } from './plan.js';

const ring = keyRing(1);

async function run(options: Partial<ComparisonOptions> & { count: number }): Promise<{ tally: Tally; findings: Finding[] }> {
  const findings: Finding[] = [];
  const tally = await compare({
    generate: (index) => generate(ring, index),
    verify: core,
    oracles: [],
    onFinding: (finding) => findings.push(finding),
    ...options,
  });
  return { tally, findings };
}

const told = (findings: readonly Finding[]) => findings.map(({ kind, reason, question }) => `${kind}: ${reason} (1/${question.index})`);
const kinds = (findings: readonly Finding[]): ReadonlySet<ProblemKind> => new Set(findings.map(({ kind }) => kind));

test('a quick run finds nothing, and accepts about half', async () => {
  const { tally, findings } = await run({ count: 160 });
  expect(told(findings)).toEqual([]);
  expect(tally.sound).toBeGreaterThan(60);
  expect(tally.accepted).toBeGreaterThan(60);
  expect(tally.accepted).toBeLessThan(130);
});

test('the same seed makes the same PKIs, whatever was made before', () => {
  const indexes = Array.from({ length: 40 }, (_, index) => index);
  /** All but the keys, whose objects differ, and what is signed with random numbers. */
  const shape = ({ anchors, intermediates, endEntity, history, ...others }: PkiCase) =>
    JSON.stringify([history, others.at, others.depth, [...anchors, ...intermediates, endEntity].map(({ plan }) => plan)], (name, value) =>
      name === 'key' || name === 'signedWith' ? Buffer.from(value.spki).toString('hex') : value,
    );
  const shapes = indexes.map((index) => shape(generate(ring, index)));
  const again = keyRing(1);
  expect(indexes.reverse().map((index) => shape(generate(again, index)))).toEqual([...shapes].reverse());
  const other = keyRing(2);
  expect(indexes.map((index) => shape(generate(other, index)))).not.toEqual([...shapes].reverse());
});

/** The reasons of the first findings of that kind, from few PKIs where it shows soon. */
async function firstFindings(kind: ProblemKind, verify: Verifier, oracles: readonly Oracle[] = []): Promise<readonly string[]> {
  for (let first = 0; first < 640; first += 32) {
    const { findings } = await run({ verify, oracles, first, count: 32 });
    const reasons = findings.filter((finding) => finding.kind === kind).map(({ reason }) => reason);
    if (reasons.length > 0) return reasons;
  }
  return [];
}

describe('a fault in the verifier is found', () => {
  const isFound = async (kind: ProblemKind, verify: Verifier) => expect(await firstFindings(kind, verify)).not.toEqual([]);

  test('that throws', async () => {
    await isFound('thrown', () => {
      throw new TypeError('undefined is not a function');
    });
  });

  test('that gives another answer the second time', async () => {
    let calls = 0;
    await isFound('changes its mind', (question) => (calls++ % 2 === 0 ? core(question) : core({ ...question, anchors: [] })));
  });

  test('that writes into its input', async () => {
    await isFound('writes into its input', (question) => {
      const verdict = core(question);
      question.endEntity.der[9] = 0;
      return verdict;
    });
  });

  test('that looks at the first issuer of a name alone', async () => {
    const verify: Verifier = (question) => {
      const names = new Set<string>();
      const isFirst = ({ plan }: Written) => !names.has(normalized(plan.subject)) && names.add(normalized(plan.subject));
      return core({ ...question, intermediates: question.intermediates.filter(isFirst) });
    };
    await isFound('depends on order or company', verify);
    await isFound('an intermediate more, refused', verify);
    await isFound('sound, but refused', verify);
  });

  test('that refuses when there is more than one anchor', async () => {
    await isFound('an anchor less, accepted', (question) => core(question.anchors.length > 1 ? { ...question, anchors: [] } : question));
  });

  test('that wants company', async () => {
    await isFound('its own path is refused', (question) =>
      core(question.intermediates.length === 0 ? { ...question, anchors: [] } : question),
    );
  });

  test('that refuses what nothing is wrong with', async () => {
    await isFound('sound, but refused', (question) => core({ ...question, depth: 1 }));
  });

  test.each<[string, (plan: Plan) => Partial<Plan>]>([
    ['signature', () => ({ isSignatureSpoiled: false })],
    ['notAfter', ({ notAfter }) => ({ notAfter: Math.max(notAfter, Date.parse('2040-01-01')) })],
    ['keyUsage', () => ({ keyUsage: [] })],
    ['unknown critical extension', () => ({ furtherExtensions: [] })],
  ])('that does not look at the %s', async (_, change) => {
    await isFound('accepted in spite of a fault', blindTo(change));
  });
});

const compiled = compileOracles();
afterAll(() => compiled.remove());

describe.each<OracleName>(['OpenSSL', 'Go'])('beside %s', (name) => {
  const oracle = compiled.oracles.find((each) => each.name === name) as Oracle;
  const options = optionsFor(name);
  const alone = (change: (plan: Plan) => Partial<Plan>) => firstFindings('accepted alone', blindTo(change), [oracle]);

  test('it can be compiled', options, () => expect(compiled.absent.filter((each) => each.name === name)).toEqual([]));

  test('a quick run finds nothing', options, async () => {
    const { tally, findings } = await run({ count: 240, oracles: [oracle] });
    expect(told(findings)).toEqual([]);
    expect(tally.acceptedByAll).toBeGreaterThan(80);
    expect(tally.refusedByAll).toBeGreaterThan(50);
  });

  test('a verifier that does not look at pathLenConstraint is found', options, async () => {
    const found = await alone(({ basicConstraints }) => ({ basicConstraints: basicConstraints && { cA: basicConstraints.cA } }));
    expect(found).toContainEqual(expect.stringMatching(/path length constraint exceeded|too many intermediates/));
  });

  test('a verifier that does not look at name constraints is found', options, async () => {
    const found = await alone(() => ({ nameConstraints: undefined }));
    expect(found).toContainEqual(expect.stringMatching(/subtree violation|not authorized to sign for this name/));
  });

  test('a verifier that does not look at signatures is found', options, async () => {
    const found = await alone(() => ({ isSignatureSpoiled: false }));
    expect(found).toContainEqual(expect.stringMatching(/signature failure|unknown authority/));
  });

  test('a program that ends without an answer is told, not waited for', options, async () => {
    const question = generate(ring, 0);
    const broken = { ...question, policies: { ...question.policies, initial: ['1\n2'] } };
    await expect(oracle.ask([broken])).rejects.toThrow(/answers: /);
  });
});

test('a verifier that does not look at certificate policies is found by OpenSSL', optionsFor('OpenSSL'), async () => {
  const policies = { initial: undefined, inhibitMapping: false, requireExplicit: false, inhibitAny: false };
  const oracles = compiled.oracles.filter(({ name }) => name === 'OpenSSL');
  const found = await firstFindings('accepted alone', (question) => core({ ...question, policies }), oracles);
  expect(found).toContainEqual(expect.stringContaining('no explicit policy'));
});

test('what both others accept and core refuses is a finding without a written reason', async () => {
  const accepting = (name: OracleName): Oracle => ({ name, ask: async (questions) => questions.map(() => ({ error: 0, text: 'ok' })) });
  const { findings } = await run({ count: 100, oracles: [accepting('OpenSSL'), accepting('Go')] });
  expect(kinds(findings)).toEqual(new Set(['refused without a written reason']));
});

test('what is written excuses no acceptance that nobody shares', async () => {
  const refusing = (name: OracleName): Oracle => ({ name, ask: async (questions) => questions.map(() => ({ error: 7, text: 'no' })) });
  const { tally, findings } = await run({ count: 100, oracles: [refusing('OpenSSL'), refusing('Go')] });
  expect(findings).toHaveLength(2 * tally.accepted);
});

function optionsFor(name: OracleName) {
  const absent = compiled.absent.find((each) => each.name === name);
  return absent !== undefined && process.env.CI !== 'true' ? { skip: true, meta: { absentPrograms: [absent.what] } } : {};
}

/** Core as it would be if it did not see something: certificates come before it with a change, and its path is told without. */
function blindTo(change: (plan: Plan) => Partial<Plan>): Verifier {
  const known = new Map<Plan, Written>();
  return (question) => {
    const originals = new Map<Written, Written>();
    const changed = (written: Written): Written => {
      const { plan } = written;
      const { der } = known.get(plan) ?? write({ ...plan, ...change(plan), issuerName: issuerNameOf(plan) });
      const made = { plan, der };
      known.set(plan, made);
      originals.set(made, written);
      return made;
    };
    const { anchors, intermediates, endEntity } = question;
    const verdict = core({
      ...question,
      anchors: anchors.map(changed),
      intermediates: intermediates.map(changed),
      endEntity: changed(endEntity),
    });
    if (!verdict.isAccepted) return verdict;
    return { isAccepted: true, path: verdict.path.map((written) => originals.get(written) as Written) };
  };
}
