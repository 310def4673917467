import { describe, expect, it, vi } from 'vitest';
import { Budget, type BudgetLimits, defaultBudget } from '../../../src/path/budget.js';
import { dNSName as dnsNameForm } from '../../../src/path/name-constraints/dns-name.js';
import { NameLimits } from '../../../src/path/name-constraints/name-limits.js';
import { generalName } from '../../support/certificate-builder.js';
import { sequence } from '../../support/der-writer.js';
import { authority } from '../pki.js';
import { below, faultOf, named } from './limits.js';

const { dNSName, directoryName, iPAddress, otherName, rfc822Name, uniformResourceIdentifier } = generalName;
const withComparisons = (nameComparisons: number) => new Budget({ ...defaultBudget, nameComparisons } satisfies BudgetLimits);
const bases = (count: number, domain: string) => Array.from({ length: count }, (_, i) => dNSName(`n${i}.${domain}`));

describe('NameLimits', () => {
  it('refuses a name that is permitted and excluded', () => {
    const limits = below({ permitted: [dNSName('a.example')], excluded: [dNSName('b.a.example')] });
    expect(faultOf(limits, named([dNSName('c.b.a.example')]))).toBe(
      'the name dNSName "c.b.a.example" is in the excluded subtree dNSName "b.a.example" of CN=CA',
    );
    expect(faultOf(limits, named([dNSName('c.a.example')]))).toBeUndefined();
  });

  it('refuses a name that only one of two levels permits, whichever it is, and says which does not', () => {
    const upper = below({ permitted: [dNSName('a.example'), dNSName('b.example')] }, undefined, 'upper');
    const lower = below({ permitted: [dNSName('b.example'), dNSName('c.example')] }, upper, 'lower');
    expect(faultOf(lower, named([dNSName('a.example')]))).toMatch(/ is not in the permitted subtrees .* of CN=lower$/);
    expect(faultOf(lower, named([dNSName('c.example')]))).toMatch(/ is not in the permitted subtrees .* of CN=upper$/);
    expect(faultOf(lower, named([dNSName('b.example')]))).toBeUndefined();
    expect(faultOf(upper, named([dNSName('a.example')]))).toBeUndefined();
  });

  it('refuses every name of a form whose permitted subtrees have nothing in common', () => {
    const limits = below({ permitted: [dNSName('b.example')] }, below({ permitted: [dNSName('a.example')] }));
    for (const host of ['a.example', 'b.example', 'c.example']) expect(faultOf(limits, named([dNSName(host)]))).toBeDefined();
  });

  it('lets no lower level widen what is permitted, or permit again what is excluded', () => {
    const limits = below({ permitted: [dNSName('')] }, below({ permitted: [dNSName('a.example')], excluded: [dNSName('b.a.example')] }));
    expect(faultOf(limits, named([dNSName('c.example')]))).toBeDefined();
    expect(faultOf(limits, named([dNSName('b.a.example')]))).toBeDefined();
    expect(faultOf(limits, named([dNSName('a.example')]))).toBeUndefined();
  });

  it('unites what the levels exclude', () => {
    const limits = below({ excluded: [dNSName('b.example')] }, below({ excluded: [dNSName('a.example')] }));
    expect(faultOf(limits, named([dNSName('a.example')]))).toBeDefined();
    expect(faultOf(limits, named([dNSName('b.example')]))).toBeDefined();
    expect(faultOf(limits, named([dNSName('c.example')]))).toBeUndefined();
  });

  it('refuses for one name of many, of whatever form', () => {
    const limits = below({ permitted: [dNSName('a.example')], excluded: [iPAddress(192, 0, 2, 0, 255, 255, 255, 0)] });
    const good = [dNSName('a.example'), dNSName('b.a.example'), iPAddress(203, 0, 113, 1), rfc822Name('a@b.example')];
    expect(faultOf(limits, named(good))).toBeUndefined();
    expect(faultOf(limits, named([...good, dNSName('b.example')]))).toContain('"b.example"');
    expect(faultOf(limits, named([...good, iPAddress(192, 0, 2, 9)]))).toContain('192.0.2.9');
  });

  it('does not restrict forms that the constraints do not have', () => {
    const limits = below({ permitted: [dNSName('a.example')] });
    const names = [
      rfc822Name('a@b.example'),
      uniformResourceIdentifier('urn:a:b'),
      iPAddress(192, 0, 2, 1),
      otherName('1.2.3', sequence()),
    ];
    expect(faultOf(limits, named(names, { O: 'any' }))).toBeUndefined();
    expect(faultOf(limits, named([]))).toBeUndefined();
  });

  it("honours the trust set's own subtrees, and says that they are its own", () => {
    const initial = NameLimits.initial({
      permittedSubtrees: [{ base: { type: 'dNSName', value: 'a.example' } }],
      excludedSubtrees: [{ base: { type: 'dNSName', value: 'b.a.example' } }],
    });
    expect(faultOf(initial, named([dNSName('c.example')]))).toBe(
      'the name dNSName "c.example" is not in the permitted subtree dNSName "a.example" of the trust set',
    );
    expect(faultOf(initial, named([dNSName('b.a.example')]))).toBe(
      'the name dNSName "b.a.example" is in the excluded subtree dNSName "b.a.example" of the trust set',
    );
    expect(faultOf(below({ permitted: [dNSName('')] }, initial), named([dNSName('c.example')]))).toMatch(/of the trust set$/);
    expect(faultOf(initial, named([dNSName('c.a.example')]))).toBeUndefined();
  });

  it('is left as it is by a certificate without constraints, and by narrowing', () => {
    const limits = below({ permitted: [dNSName('a.example')] });
    expect(limits.narrowedBy(undefined, authority('other').certificate)).toBe(limits);
    below({ excluded: [dNSName('a.example')] }, limits);
    expect(faultOf(limits, named([dNSName('a.example')]))).toBeUndefined();
  });

  it('shows three subtrees of many', () => {
    const limits = below({ permitted: bases(5, 'a.example') });
    expect(faultOf(limits, named([dNSName('b.example')]))).toBe(
      'the name dNSName "b.example" is not in the permitted subtrees dNSName "n0.a.example", dNSName "n1.a.example", dNSName "n2.a.example" and 2 more of CN=CA',
    );
  });

  it('tells where the certificate stands and what it is called', () => {
    expect(below({ excluded: [directoryName('x')] }).check(named([], 'x'), 2, new Budget())?.trace).toEqual([
      { detail: 'the name directoryName "CN=x" is in the excluded subtree directoryName "CN=x" of CN=CA', depth: 2, subject: 'CN=x' },
    ]);
  });
});

describe('the budget for name comparisons', () => {
  it('refuses 2,048 names under 2,048 constraints before it compares one of them', () => {
    const limits = below({ permitted: bases(1_024, 'a.example'), excluded: bases(1_024, 'b.example') });
    const budget = new Budget();
    const certificate = named(bases(2_048, 'n0.a.example'));
    const readName = vi.spyOn(dnsNameForm, 'readName');
    expect(limits.check(certificate, 0, budget)).toMatchObject({
      code: 'PEERCERT_BUDGET_EXHAUSTED',
      trace: [{ detail: 'the limit on nameComparisons was met' }],
    });
    expect(budget.exhausted).toBe('nameComparisons');
    expect(readName).not.toHaveBeenCalled();
    readName.mockRestore();
  });

  it('charges each name with every subtree of its form, itself, and its reading', () => {
    const limits = below({
      permitted: [dNSName('a.example'), dNSName('b.example')],
      excluded: [dNSName('c.a.example'), rfc822Name('x.example')],
    });
    const certificate = named([dNSName('a.example'), dNSName('b.a.example')]);
    // Ten for each subtree of the form, once; three to look at the names, two to read those of the form, and twice the three subtrees.
    expect(limits.check(certificate, 0, withComparisons(40))?.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
    expect(limits.check(certificate, 0, withComparisons(41))).toBeUndefined();
    expect(limits.check(certificate, 0, withComparisons(11))).toBeUndefined();
    expect(limits.check(certificate, 0, withComparisons(10))?.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
    expect(limits.check(certificate, 0, withComparisons(2))?.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
  });

  it('charges long names and long subtrees by their length', () => {
    const limits = below({ permitted: [uniformResourceIdentifier('a.example')] });
    const long = named([uniformResourceIdentifier(`https://a.example/${'b'.repeat(6_400)}`)]);
    expect(limits.check(long, 0, withComparisons(100))?.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
    expect(limits.check(long, 0, withComparisons(120))?.code).toBe('PEERCERT_NAME_NOT_PERMITTED');
    const longSubtree = below({ excluded: [rfc822Name(`${'b'.repeat(6_400)}@a.example`)] });
    expect(longSubtree.check(named([rfc822Name('a@a.example')]), 0, withComparisons(100))?.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
  });

  it('charges a directoryName by each of its octets', () => {
    const limits = below({ excluded: [directoryName('x')] });
    const long = named([], { O: 'b'.repeat(900) });
    expect(limits.check(long, 0, withComparisons(900))?.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
    expect(limits.check(long, 0, withComparisons(1_500))).toBeUndefined();
  });

  it('charges each subtree of thousands several times', () => {
    const certificate = named([dNSName('a.example')]);
    const limits = (count: number) => below({ excluded: bases(count, 'b.example') });
    expect(limits(1_023).check(certificate, 0, withComparisons(1_026 + 10_230))).toBeUndefined();
    expect(limits(1_024).check(certificate, 0, withComparisons(2_050 + 10_240))?.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
    expect(limits(1_024).check(certificate, 0, withComparisons(2_051 + 10_240))).toBeUndefined();
  });

  it('is not touched where there are no constraints, nor by subtrees of other forms', () => {
    const certificate = named(bases(2_048, 'a.example'));
    expect(NameLimits.initial({}).check(certificate, 0, withComparisons(0))).toBeUndefined();
    expect(below({ permitted: [rfc822Name('a.example')] }).check(certificate, 0, withComparisons(2_049))).toBeUndefined();
  });
});
