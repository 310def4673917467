import { describe, expect, it } from 'vitest';
import { Budget, defaultBudget } from '../../../src/path/budget.js';
import { PolicyProcessing } from '../../../src/path/certificate-policies/policy-processing.js';
import {
  anyPolicy,
  bronze,
  gold,
  iron,
  type PolicyCertificate,
  policiesOf,
  policyCertificate,
  refusalOf,
  required,
  silver,
  walk,
  walkCertificates,
} from './policy-path.js';

describe('PolicyProcessing refuses', () => {
  it('a path on which a certificate has no policies, where the inputs require one', () => {
    expect(refusalOf([{ policies: [gold] }, {}], { inputs: required })).toMatchObject({
      code: 'PEERCERT_NO_EXPLICIT_POLICY',
      trace: [
        { detail: 'it has no certificatePolicies', depth: 0, subject: 'CN=0' },
        { detail: 'the trust set requires an explicit certificate policy' },
      ],
    });
  });

  it('with the certificate that lost the last policy and the one that requires it, although neither is where it shows', () => {
    const refusal = refusalOf([{ requireExplicitPolicy: 2, policies: [gold] }, {}, { policies: [gold] }, { policies: [gold] }]);
    expect(refusal).toMatchObject({
      code: 'PEERCERT_NO_EXPLICIT_POLICY',
      trace: [
        { detail: 'it has no certificatePolicies', depth: 2, subject: 'CN=2' },
        { detail: 'its policyConstraints require an explicit certificate policy', depth: 3, subject: 'CN=3' },
      ],
    });
  });

  it('policies that the authority above does not have', () => {
    expect(refusalOf([{ policies: [gold, silver] }, { policies: [bronze, iron] }], { inputs: required }).trace[0]).toEqual({
      detail: `of its certificatePolicies (${bronze}, ${iron}) none is valid for the authorities above it`,
      depth: 0,
      subject: 'CN=0',
    });
  });

  it('anyPolicy where it is inhibited, and says so', () => {
    const inputs = { ...required, inhibitAnyPolicy: true };
    expect(refusalOf([{ policies: [gold] }, { policies: [anyPolicy] }], { inputs }).trace[0]?.detail).toBe(
      `of its certificatePolicies (${anyPolicy}) none is valid for the authorities above it, and anyPolicy is inhibited`,
    );
  });

  it('what is mapped where mapping is inhibited', () => {
    const path = [{ policies: [gold], mappings: [[gold, silver]] }, { policies: [silver] }] as const;
    const refusal = refusalOf(path, { inputs: { ...required, inhibitPolicyMapping: true } });
    expect(refusal).toMatchObject({
      code: 'PEERCERT_NO_EXPLICIT_POLICY',
      trace: [
        { detail: 'its policyMappings map every certificate policy that was valid, and policy mapping is inhibited', depth: 1 },
        { detail: 'the trust set requires an explicit certificate policy' },
      ],
    });
  });

  it('policies of which none is accepted, and names both', () => {
    const refusal = refusalOf([{ policies: [gold, silver] }], { inputs: { ...required, initialPolicies: [bronze, iron] } });
    expect(refusal).toMatchObject({
      code: 'PEERCERT_NO_EXPLICIT_POLICY',
      trace: [
        {
          detail: `of the certificate policies valid on its path (${gold}, ${silver}) none is among those accepted (${bronze}, ${iron})`,
          depth: 0,
          subject: 'CN=0',
        },
        { detail: 'the trust set requires an explicit certificate policy' },
      ],
    });
  });

  it('an end entity that requires a policy of itself and has none', () => {
    expect(refusalOf([{ requireExplicitPolicy: 0 }])).toMatchObject({
      code: 'PEERCERT_NO_EXPLICIT_POLICY',
      trace: [
        { detail: 'it has no certificatePolicies', depth: 0 },
        { detail: 'its policyConstraints require an explicit certificate policy', depth: 0 },
      ],
    });
  });

  it.each([
    ['anyPolicy', [anyPolicy, gold]],
    ['to anyPolicy', [gold, anyPolicy]],
  ] as const)('policyMappings that map %s, where nothing else matters', (what, mapping) => {
    expect(refusalOf([{ mappings: [[gold, silver], mapping] }, {}])).toMatchObject({
      code: 'PEERCERT_CERTIFICATE_MALFORMED',
      trace: [{ detail: `its policyMappings map ${what}`, depth: 1, subject: 'CN=1' }],
    });
  });

  it('with eight policies by name and a number, where a certificate has more', () => {
    const policies = Array.from({ length: 20 }, (_, number) => `2.999.100.${number}`);
    const { detail } = refusalOf([{ policies: [gold] }, { policies }], { inputs: required }).trace[0] ?? {};
    expect(detail).toBe(
      `of its certificatePolicies (${policies.slice(0, 8).join(', ')} and 12 more) none is valid for the authorities above it`,
    );
  });

  it('with the word for nothing, where no policy is accepted at all', () => {
    const options = { inputs: { ...required, initialPolicies: [gold] }, anchor: { policies: [silver] } };
    expect(refusalOf([{ policies: [gold] }], options).trace[0]?.detail).toMatch(/none is among those accepted \(none\)$/);
  });
});

describe('PolicyProcessing refuses what the budget does not hold:', () => {
  const policies = [gold, silver, bronze];
  const mappings = [
    [gold, silver],
    [silver, bronze],
  ] as const;

  /** The least limit under which a path is accepted. */
  function costOf(path: readonly PolicyCertificate[], anchor = {}): number {
    for (let policyNodes = 0; policyNodes < 100; policyNodes++) {
      const outcome = walk(path, { limits: { policyNodes }, anchor });
      if (outcome.ok) return policyNodes;
      expect(outcome.refusal).toMatchObject({
        code: 'PEERCERT_BUDGET_EXHAUSTED',
        trace: [{ detail: 'the limit on policyNodes was met' }],
      });
    }
    throw new Error('not accepted under any limit');
  }

  it('each policy of a certificate', () => {
    expect(costOf([{ policies }])).toBe(3);
    expect(costOf([{ policies }, { policies: [gold] }])).toBe(4);
  });

  it('each policy that anyPolicy carries on', () => {
    expect(costOf([{ policies }, { policies: [anyPolicy] }])).toBe(7);
  });

  it('each mapping, and each policy that is there when it is made', () => {
    expect(costOf([{ policies, mappings }, { policies: [bronze] }])).toBe(3 + 2 + 3 + 1);
    expect(costOf([{ policies, mappings }, {}])).toBe(3 + 2 + 3);
  });

  it('each mapping, where there is no policy left', () => {
    expect(costOf([{ mappings }, { policies }])).toBe(2);
  });

  it('nothing, where no certificate has policies', () => {
    expect(costOf([{}, { requireExplicitPolicy: 3 }, { inhibitAnyPolicy: 0 }, {}], { policies, inhibitAnyPolicy: 0 })).toBe(0);
  });

  it('nothing but the first certificates with policies, once one of them has none', () => {
    expect(costOf([{ policies }, {}, { policies }, { policies }])).toBe(3);
  });

  it('the same budget for all paths of a search', () => {
    const budget = new Budget({ ...defaultBudget, policyNodes: 5 });
    expect(walk([{ policies }], { budget }).ok).toBe(true);
    expect(walk([{ policies }], { budget })).toMatchObject({ refusal: { code: 'PEERCERT_BUDGET_EXHAUSTED' } });
  });
});

describe('PolicyProcessing, where nothing asks for a policy,', () => {
  it('accepts a path without policies, with an empty set', () => {
    expect(policiesOf([{}, {}, {}])).toEqual([]);
  });

  it('accepts a path that loses its policies, with an empty set', () => {
    expect(policiesOf([{ policies: [gold] }, {}, { policies: [gold] }])).toEqual([]);
    expect(policiesOf([{ policies: [gold] }, { policies: [silver] }])).toEqual([]);
    expect(policiesOf([{ policies: [gold] }], { inputs: { initialPolicies: [silver] } })).toEqual([]);
  });

  it('leaves anyPolicy valid on a path of no certificates', () => {
    const anchor = policyCertificate({}, 'anchor');
    expect(new PolicyProcessing(0, {}, anchor, new Budget()).wrapUp(anchor)).toEqual({ ok: true, value: [anyPolicy] });
  });

  it('gives a set that nobody can change', () => {
    for (const path of [[{}], [{ policies: [gold] }], [{ policies: [anyPolicy] }]]) {
      const outcome = walk(path);
      expect(outcome.ok && Object.isFrozen(outcome.value)).toBe(true);
    }
  });
});

describe('PolicyProcessing is bounded', () => {
  it('by the number of mappings, where the tree of RFC 5280 would double at each of ten levels', () => {
    const pairs = [gold, silver].flatMap((from) => [gold, silver].map((to) => [from, to] as const));
    const doubling = Array.from({ length: 10 }, () => ({ policies: [gold, silver], mappings: pairs }));
    // Two policies, four mappings and the two nodes that are mapped, ten times, and one policy: the tree has 2,047 nodes.
    expect(policiesOf([...doubling, { policies: [gold] }], { limits: { policyNodes: 10 * (2 + 4 + 2) + 1 } })).toEqual([gold, silver]);
  });

  it('by the budget, where certificates hold thousands of policies and mappings', () => {
    const policies = Array.from({ length: 5_000 }, (_, number) => `2.999.${number}`);
    const first = policyCertificate({ policies }, 'first');
    const second = policyCertificate({ policies: [anyPolicy] }, 'second');
    expect(walkCertificates([first])).toMatchObject({ ok: true, value: { length: 5_000 } });
    expect(walkCertificates([first, second, second])).toMatchObject({ refusal: { code: 'PEERCERT_BUDGET_EXHAUSTED' } });
  });
});
