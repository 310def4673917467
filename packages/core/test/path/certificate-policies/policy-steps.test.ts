import { describe, expect, it } from 'vitest';
import { anyPolicy, bronze, gold, iron, policiesOf, refusalOf, required, silver } from './policy-path.js';

describe('RFC 5280, section 6.1.3', () => {
  it('(d)(1)(i) keeps the policies that the certificate above has too', () => {
    expect(policiesOf([{ policies: [gold, silver] }, { policies: [silver, bronze] }], { inputs: required })).toEqual([silver]);
  });

  it('(d)(1)(ii) takes policies from anyPolicy above', () => {
    expect(policiesOf([{ policies: [anyPolicy, gold] }, { policies: [gold, silver] }])).toEqual([gold, silver]);
  });

  it('(d)(1)(ii) takes none from anyPolicy that the certificate above no longer has', () => {
    expect(policiesOf([{ policies: [anyPolicy] }, { policies: [gold] }, { policies: [gold, silver] }])).toEqual([gold]);
  });

  it('(d)(2) carries all policies on through anyPolicy, and anyPolicy itself', () => {
    expect(policiesOf([{ policies: [gold, silver] }, { policies: [anyPolicy] }])).toEqual([gold, silver]);
    expect(policiesOf([{ policies: [anyPolicy] }, { policies: [gold, anyPolicy] }])).toEqual([gold, anyPolicy].sort());
  });

  it('(d)(2)(a) does not honour anyPolicy where it is inhibited', () => {
    const inputs = { inhibitAnyPolicy: true };
    expect(policiesOf([{ policies: [gold, silver] }, { policies: [anyPolicy, gold] }], { inputs })).toEqual([gold]);
    expect(policiesOf([{ policies: [anyPolicy] }], { inputs })).toEqual([]);
  });

  it('(d)(2)(b) honours anyPolicy of a self-issued authority where it is inhibited, and of no self-issued end entity', () => {
    const inputs = { inhibitAnyPolicy: true };
    const carrying = { policies: [anyPolicy], selfIssued: true };
    expect(policiesOf([{ policies: [gold] }, carrying, { policies: [gold] }], { inputs })).toEqual([gold]);
    expect(policiesOf([{ policies: [gold] }, carrying], { inputs })).toEqual([]);
  });

  it('(f) refuses at once where a policy is required, before what comes below is looked at', () => {
    const refusal = refusalOf([{}, { mappings: [[anyPolicy, gold]] }, {}], { inputs: required });
    expect(refusal).toMatchObject({ code: 'PEERCERT_NO_EXPLICIT_POLICY', trace: [{ depth: 2 }, {}] });
  });
});

describe('RFC 5280, section 6.1.4', () => {
  it('(a) says nothing of the end entity', () => {
    expect(policiesOf([{ policies: [gold], mappings: [[anyPolicy, anyPolicy]] }])).toEqual([gold]);
  });

  it('(b)(1) maps a policy to others, and answers in the words of the authority above', () => {
    const mapping = { policies: [gold], mappings: [[gold, silver] as const, [gold, bronze] as const] };
    expect(policiesOf([mapping, { policies: [silver] }])).toEqual([gold]);
    expect(policiesOf([mapping, { policies: [bronze] }])).toEqual([gold]);
    expect(policiesOf([mapping, { policies: [gold] }])).toEqual([]);
    expect(policiesOf([mapping, { policies: [anyPolicy] }])).toEqual([gold]);
  });

  it('(b)(1) maps several policies to one, which then has several parents', () => {
    const mapping = { policies: [gold, silver, iron], mappings: [[gold, bronze] as const, [silver, bronze] as const] };
    expect(policiesOf([mapping, { policies: [bronze] }])).toEqual([gold, silver]);
    expect(policiesOf([mapping, { policies: [bronze, iron] }])).toEqual([gold, silver, iron]);
    expect(policiesOf([mapping, { policies: [bronze] }], { inputs: { initialPolicies: [silver] } })).toEqual([silver]);
  });

  it('(b)(1) takes the same mapping twice as once', () => {
    const mapping = { policies: [gold], mappings: [[gold, silver] as const, [gold, silver] as const] };
    expect(policiesOf([mapping, { policies: [silver] }])).toEqual([gold]);
  });

  it('(b)(1) leaves a policy that is mapped to itself and others as it is', () => {
    const mapping = { policies: [gold], mappings: [[gold, gold] as const, [gold, silver] as const] };
    expect(policiesOf([mapping, { policies: [gold] }])).toEqual([gold]);
    expect(policiesOf([mapping, { policies: [silver] }])).toEqual([gold]);
  });

  it('(b)(2) maps a policy that is valid by anyPolicy alone', () => {
    const mapping = { policies: [anyPolicy], mappings: [[gold, silver] as const] };
    expect(policiesOf([mapping, { policies: [silver] }])).toEqual([gold]);
    expect(policiesOf([mapping, { policies: [bronze] }])).toEqual([bronze]);
    expect(policiesOf([mapping, { policies: [gold] }])).toEqual([gold]);
  });

  it('(b)(2) maps no policy that is not valid', () => {
    expect(policiesOf([{ policies: [bronze], mappings: [[gold, silver]] }, { policies: [silver] }])).toEqual([]);
  });

  it('(b)(3) takes away what would be mapped where mapping is inhibited, and leaves the rest', () => {
    const inputs = { inhibitPolicyMapping: true };
    const mapping = { policies: [gold, bronze], mappings: [[gold, silver] as const] };
    expect(policiesOf([mapping, { policies: [gold, silver, bronze] }], { inputs })).toEqual([bronze]);
    expect(policiesOf([{ ...mapping, policies: [anyPolicy] }, { policies: [silver] }], { inputs })).toEqual([silver]);
  });

  it('(h) counts certificates until a policy is required, none of them self-issued', () => {
    const asking = { policies: [gold], requireExplicitPolicy: 2 };
    const own = { selfIssued: true };
    expect(policiesOf([asking, {}])).toEqual([]);
    expect(refusalOf([asking, {}, {}]).code).toBe('PEERCERT_NO_EXPLICIT_POLICY');
    expect(policiesOf([asking, own, {}])).toEqual([]);
    expect(refusalOf([asking, own, {}, {}]).code).toBe('PEERCERT_NO_EXPLICIT_POLICY');
  });

  it('(h) counts certificates until mapping is inhibited, none of them self-issued', () => {
    const inhibiting = { policies: [gold], inhibitPolicyMapping: 1 };
    const passing = { policies: [gold] };
    const mapping = { policies: [gold], mappings: [[gold, silver] as const] };
    const last = { policies: [silver] };
    expect(policiesOf([inhibiting, mapping, last])).toEqual([gold]);
    expect(policiesOf([inhibiting, passing, mapping, last])).toEqual([]);
    expect(policiesOf([inhibiting, { ...passing, selfIssued: true }, mapping, last])).toEqual([gold]);
  });

  it('(h) counts certificates until anyPolicy is inhibited, none of them self-issued', () => {
    const inhibiting = { policies: [gold], inhibitAnyPolicy: 1 };
    const passing = { policies: [gold] };
    const last = { policies: [anyPolicy] };
    expect(policiesOf([inhibiting, last])).toEqual([gold]);
    expect(policiesOf([inhibiting, passing, last])).toEqual([]);
    expect(policiesOf([inhibiting, { ...passing, selfIssued: true }, last])).toEqual([gold]);
  });

  it('(i) and (j) let a certificate tighten what was asked for above it, and never loosen it', () => {
    const looser = { policies: [gold], requireExplicitPolicy: 9, inhibitPolicyMapping: 9, inhibitAnyPolicy: 9 };
    const tight = { policies: [gold], requireExplicitPolicy: 0, inhibitPolicyMapping: 0, inhibitAnyPolicy: 0 };
    expect(refusalOf([tight, looser, {}]).trace[1]).toMatchObject({ depth: 2 });
    expect(refusalOf([looser, tight, {}]).trace[1]).toMatchObject({ depth: 1 });
    expect(refusalOf([tight, tight, {}]).trace[1]).toMatchObject({ depth: 2 });
    expect(refusalOf([tight, looser, { policies: [anyPolicy] }]).trace[0]?.detail).toMatch(/anyPolicy is inhibited$/);
    expect(refusalOf([tight, { ...looser, mappings: [[gold, silver]] }, { policies: [silver] }]).trace[0]?.detail).toMatch(
      /policy mapping is inhibited$/,
    );
  });

  it('(i) has its own mapping still count, since it speaks of the certificates below', () => {
    const path = [{ policies: [gold], mappings: [[gold, silver]], inhibitPolicyMapping: 0 }, { policies: [silver] }] as const;
    expect(policiesOf(path)).toEqual([gold]);
  });
});

describe('RFC 5280, section 6.1.5', () => {
  it('(a) counts the end entity, self-issued or not', () => {
    const asking = { policies: [gold], requireExplicitPolicy: 1 };
    expect(refusalOf([asking, {}]).code).toBe('PEERCERT_NO_EXPLICIT_POLICY');
    expect(refusalOf([asking, { selfIssued: true }]).code).toBe('PEERCERT_NO_EXPLICIT_POLICY');
    expect(policiesOf([asking, { policies: [gold] }])).toEqual([gold]);
  });

  it('(b) heeds a requireExplicitPolicy of 0 in the end entity, and no other', () => {
    expect(refusalOf([{}, { requireExplicitPolicy: 0 }]).code).toBe('PEERCERT_NO_EXPLICIT_POLICY');
    expect(policiesOf([{}, { requireExplicitPolicy: 1 }])).toEqual([]);
    expect(policiesOf([{ policies: [gold], requireExplicitPolicy: 0 }])).toEqual([gold]);
  });

  it('(b) names the authority that required a policy first, where the end entity does so too', () => {
    const path = [
      { policies: [gold], requireExplicitPolicy: 0 },
      { policies: [gold], requireExplicitPolicy: 0 },
    ];
    expect(refusalOf(path, { inputs: { initialPolicies: [silver] } }).trace[1]).toMatchObject({ depth: 1 });
  });

  it('(g) gives those of the initial policies that are valid', () => {
    const inputs = { ...required, initialPolicies: [silver, bronze] };
    expect(policiesOf([{ policies: [gold, silver] }], { inputs })).toEqual([silver]);
  });

  it('(g) gives all of the initial policies where anyPolicy is valid', () => {
    const inputs = { ...required, initialPolicies: [silver, bronze, silver] };
    expect(policiesOf([{ policies: [anyPolicy, gold] }], { inputs })).toEqual([silver, bronze]);
  });

  it('(g) limits nothing where anyPolicy is among the initial policies', () => {
    const inputs = { initialPolicies: [bronze, anyPolicy] };
    expect(policiesOf([{ policies: [gold] }], { inputs })).toEqual([gold]);
    expect(policiesOf([{ policies: [anyPolicy] }], { inputs })).toEqual([anyPolicy]);
  });

  it('(g) leaves out a policy whose descendants end above the end entity', () => {
    expect(policiesOf([{ policies: [gold, silver] }, { policies: [gold, silver] }, { policies: [silver] }])).toEqual([silver]);
  });
});

describe('RFC 5937, section 3.2: the trust anchor', () => {
  it('requires a policy by its policyConstraints', () => {
    const refusal = refusalOf([{}, {}], { anchor: { requireExplicitPolicy: 0 } });
    expect(refusal.trace[1]).toEqual({
      detail: 'its policyConstraints require an explicit certificate policy',
      depth: 2,
      subject: 'CN=anchor',
    });
  });

  it('lets as many certificates come before that as its policyConstraints say', () => {
    expect(policiesOf([{}, {}], { anchor: { requireExplicitPolicy: 3 } })).toEqual([]);
    expect(refusalOf([{}, {}], { anchor: { requireExplicitPolicy: 2 } }).code).toBe('PEERCERT_NO_EXPLICIT_POLICY');
  });

  it('inhibits mapping and anyPolicy', () => {
    const mapping = { policies: [gold], mappings: [[gold, silver] as const] };
    expect(policiesOf([mapping, { policies: [silver] }], { anchor: { inhibitPolicyMapping: 0 } })).toEqual([]);
    expect(policiesOf([{ policies: [anyPolicy] }], { anchor: { inhibitAnyPolicy: 0 } })).toEqual([]);
  });

  it('cannot undo what the inputs ask for', () => {
    const anchor = { requireExplicitPolicy: 9 };
    expect(refusalOf([{}], { inputs: required, anchor }).trace[1]?.detail).toMatch(/^the trust set requires/);
  });

  it('narrows the accepted policies to its own', () => {
    const path = [{ policies: [gold, silver, bronze] }];
    expect(policiesOf(path, { anchor: { policies: [gold, silver] } })).toEqual([gold, silver]);
    expect(policiesOf(path, { anchor: { policies: [gold, silver] }, inputs: { initialPolicies: [silver, bronze] } })).toEqual([silver]);
    expect(policiesOf(path, { anchor: { policies: [iron] } })).toEqual([]);
  });

  it('narrows nothing with anyPolicy', () => {
    const anchor = { policies: [anyPolicy, gold] };
    expect(policiesOf([{ policies: [silver] }], { anchor })).toEqual([silver]);
    expect(policiesOf([{ policies: [silver] }], { anchor, inputs: { initialPolicies: [silver] } })).toEqual([silver]);
  });

  it('maps nothing', () => {
    expect(policiesOf([{ policies: [gold] }], { anchor: { policies: [gold], mappings: [[gold, silver]] } })).toEqual([gold]);
  });
});
