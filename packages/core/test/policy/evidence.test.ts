import { describe, expect, it } from 'vitest';
import { describeRefusal, type Evidence } from '../../src/errors/index.js';
import { evaluatePolicy } from './evaluate.js';
import { dns, type IdentitySpec, identityOf } from './identities.js';

function evidence(policy: unknown, identity: IdentitySpec): Evidence {
  const [first] = evaluatePolicy(policy, identityOf(identity), { option: 'config.mtls' })?.trace ?? [];
  if (first === undefined) throw new Error('nothing was refused');
  return first;
}

const cn = (value: string): IdentitySpec => ({ subject: [`CN=${value}`] });

describe('the evidence of a refusal', () => {
  it('names the policy, the rule, what is expected and what was found', () => {
    expect(evidence({ subject: { OU: ['payments', /bill.*/i] } }, { subject: ['OU=sales', 'CN=api'] })).toEqual({
      detail: 'config.mtls is not satisfied: subject.OU does not match',
      depth: 0,
      subject: 'CN=api,OU=sales',
      rule: 'subject.OU',
      expected: '"payments" or /bill.*/i',
      found: '"sales"',
    });
  });

  it('says what is missing', () => {
    expect(evidence({ subject: { OU: 'a' } }, cn('api'))).toMatchObject({
      rule: 'subject.OU',
      found: 'none',
      detail: expect.stringContaining('no such attribute'),
    });
    expect(evidence({ subjectAltName: { dns: 'a' } }, cn('api'))).toMatchObject({
      rule: 'subjectAltName.dns',
      found: 'none',
      detail: expect.stringContaining('no name of this type'),
    });
  });

  it('shows whole names as RFC 4514 writes them', () => {
    expect(evidence({ subject: 'CN=a\\,b' }, cn('api'))).toMatchObject({ rule: 'subject', expected: 'CN=a\\,b', found: 'CN=api' });
    expect(evidence({ subject: 'CN=a' }, {})).toMatchObject({ rule: 'subject', found: 'an empty name' });
  });

  it('cuts long values and lists', () => {
    const long = evidence({ subject: { CN: 'api' } }, cn('x'.repeat(8_192)));
    expect(long.found).toBe(`"${'x'.repeat(120)}"… (8192 characters)`);
    expect(long.subject?.length).toBeLessThan(300);
    const names = Array.from({ length: 500 }, (_, i) => dns(`host${i}`));
    expect(evidence({ subjectAltName: { dns: 'a' } }, { names }).found).toBe('"host0", "host1", "host2", "host3", "host4" and 495 more');
    const many = evidence({ subject: { CN: Array.from({ length: 1_000 }, (_, i) => `name${i}`) } }, cn('api'));
    expect(many.expected).toBe('"name0" or "name1" or "name2" or "name3" or "name4" and 995 more');
  });

  it.each([
    ['line breaks', 'api\nPEERCERT: all is well\r', '"api\\nPEERCERT: all is well\\r"'],
    ['quotes', 'a" or "b', '"a\\" or \\"b"'],
    ['escape sequences of terminals', '\u001b[2Japi\u009b', '"\\u001b[2Japi\\u{9b}"'],
    ['characters that turn the writing direction', 'a\u202eipa', '"a\\u{202e}ipa"'],
    ['characters that do not show', 'a\u200b\u2028\u{e0061}', '"a\\u{200b}\\u{2028}\\u{e0061}"'],
  ])('escapes %s', (_title, value, found) => {
    const given = evidence({ subject: { CN: 'api' } }, cn(value));
    expect(given.found).toBe(found);
  });

  it('stays on one line, whatever the certificate holds', () => {
    const refusal = evaluatePolicy({ subject: { CN: 'api' } }, identityOf(cn('a\nb\u2028c\u0085d')));
    expect(refusal).toBeDefined();
    if (refusal !== undefined) expect(describeRefusal(refusal)).not.toMatch(/[\n\r\u2028\u2029\u0085]/);
  });

  it.each([
    ['case', 'API', 'differ in upper and lower case'],
    ['white space', ' api', 'differ in white space'],
    ['characters that do not show', 'api\u200b', 'characters that do not show'],
    ['Unicode forms', '\uff41\uff50\uff49', 'different Unicode forms'],
    ['look-alikes', '\u0430pi', 'not ASCII and may look like'],
  ])('hints at %s', (_title, value, hint) => {
    expect(evidence({ subject: { CN: ['web', 'api'] } }, cn(value)).detail).toContain(hint);
  });

  it('hints at a star that stands for itself, and at values that no RegExp is tried on', () => {
    expect(evidence({ subjectAltName: { dns: '*.example' } }, { names: [dns('b.test'), dns('a.example')] }).detail).toContain(
      'a * in a policy stands for itself',
    );
    expect(evidence({ subject: { CN: /a*/ } }, cn('a'.repeat(2_000))).detail).toContain('longer than 1 kB');
  });

  it('is frozen', () => {
    expect(Object.isFrozen(evidence({ subject: { CN: 'api' } }, cn('web')))).toBe(true);
  });
});
