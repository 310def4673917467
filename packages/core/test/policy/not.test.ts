import { describe, expect, it } from 'vitest';
import { evaluatePolicy, findingOf } from './evaluate.js';
import { dns, type IdentitySpec, identityOf, uri } from './identities.js';

const long = (text: string): string => text.padEnd(3_000, 'x');
const twice: IdentitySpec = { subject: ['OU=contractors', 'OU=payments'] };

describe('not does not let pass', () => {
  it.each<[title: string, policy: unknown, identity: IdentitySpec]>([
    ['what it names', { subject: { OU: 'contractors' } }, { subject: ['OU=contractors'] }],
    ['what it names, beside another value', { subject: { OU: 'contractors' } }, twice],
    ['what it names, beside another value, by a glob', { subject: { OU: { glob: 'contract*' } } }, twice],
    ['what it names, in the second place', { subject: { OU: 'payments' } }, twice],
    ['what it names, twice', { subject: { OU: 'contractors' } }, { subject: ['OU=contractors', 'OU=contractors'] }],
    ['what it names, in one RDN', { subject: { OU: 'contractors' } }, { subject: [['OU=contractors', 'OU=payments']] }],
    ['a value too long for a RegExp', { subject: { CN: /evil.*/ } }, { subject: [`CN=${long('evil')}`] }],
    ['a value too long for a glob', { subject: { CN: { glob: 'evil*' } } }, { subject: [`CN=${long('evil')}`] }],
    ['a name too long for a glob', { subjectAltName: { dns: { glob: '**.evil' } } }, { names: [dns(`${long('a')}.evil`)] }],
    ['a URI too long for a RegExp', { subjectAltName: { uri: /evil:.*/ } }, { names: [uri('urn:a'), uri(long('evil:'))] }],
    ['a value that is no text', { subject: { CN: 'evil' } }, { subject: [{ keyword: 'CN', der: '0500' }] }],
    ['a SPIFFE ID beside another', { spiffeId: 'spiffe://a/evil' }, { names: [uri('spiffe://a/evil'), uri('urn:a')] }],
    ['unclear alternatives', { anyOf: [{ subject: { CN: 'x' } }, { subject: { OU: 'contractors' } }] }, twice],
    ['unclear conjunctions', { allOf: [{ subject: { OU: 'contractors' } }, { trustSet: 'default' }] }, twice],
    ['what is unclear twice denied', { not: { not: { subject: { OU: 'contractors' } } } }, twice],
    ['every occurrence that fits', { subject: { OU: { all: ['contractors', 'payments'] } } }, twice],
  ])('%s', (_title, not, identity) => {
    expect(evaluatePolicy({ not }, identityOf(identity))?.trace[0]?.rule).toBe('not');
  });

  it('and the log tells why', () => {
    const [trace] = findingOf({ not: { subject: { OU: 'contractors' } } }, identityOf(twice)).trace();
    expect(trace).toMatchObject({ rule: 'not', holds: false, found: 'nobody can tell', problem: expect.stringContaining('occurs twice') });
    expect(trace?.within).toMatchObject([{ rule: 'not.subject.OU', holds: false, found: '"contractors", "payments"' }]);
  });
});

describe('not lets pass', () => {
  it.each<[title: string, policy: unknown, identity: IdentitySpec]>([
    ['another value', { subject: { OU: 'contractors' } }, { subject: ['OU=payments'] }],
    ['a missing attribute', { subject: { OU: 'contractors' } }, {}],
    ['two values of which none is meant', { subject: { OU: 'contractors' } }, { subject: ['OU=payments', 'OU=sales'] }],
    ['values of which not all fit', { subject: { OU: { all: 'contractors' } } }, twice],
    ['what surely lacks another rule', { subject: { OU: 'contractors', CN: 'x' } }, twice],
    ['what surely lacks an alternative', { anyOf: [{ subject: { CN: 'x' } }, { trustSet: 'staff' }] }, twice],
    ['a long value that is compared as it is', { subject: { CN: 'evil' } }, { subject: [`CN=${long('evil')}`] }],
    ['another SPIFFE ID', { spiffeId: 'spiffe://a/evil' }, { names: [uri('spiffe://a/good')] }],
    ['other URIs where a SPIFFE ID is meant', { spiffeId: 'spiffe://a/evil' }, { names: [uri('urn:a'), uri('urn:b')] }],
  ])('%s', (_title, not, identity) => {
    expect(evaluatePolicy({ not }, identityOf(identity))).toBeUndefined();
  });
});
