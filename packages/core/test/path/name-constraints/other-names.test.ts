import { describe, expect, it } from 'vitest';
import { generalName } from '../../support/certificate-builder.js';
import { explicit, ia5String, nullValue, oid, utf8String } from '../../support/der-writer.js';
import { below, faultOf, faults, named, verdicts } from './limits.js';

const { dNSName, otherName, registeredID, rfc822Name } = generalName;
const upn = (text: string) => otherName('1.3.6.1.4.1.311.20.2.3', utf8String(text));

describe('a constraint on user principal names', () => {
  it.each([
    ['no @', upn('u')],
    ['no user', upn('@a.example')],
    ['no domain', upn('u@')],
    ['two @', upn('u@v@a.example')],
    ['a domain with a trailing period', upn('u@a.example.')],
    ['a domain with other letters than ASCII', upn('u@ä.example')],
    ['nothing in it', upn('')],
    ['another string type', otherName('1.3.6.1.4.1.311.20.2.3', ia5String('u@a.example'))],
    ['no string', otherName('1.3.6.1.4.1.311.20.2.3', nullValue())],
  ])('refuses a name with %s', (_, name) => {
    for (const fault of faults(upn('a.example'), name)) {
      expect(fault).toMatch(/ cannot be compared with the userPrincipalName constraints of CN=CA$/);
    }
  });

  it.each([
    ['two @', upn('@u@a.example')],
    ['a user at no domain', upn('u@')],
    ['a wildcard', upn('*.a.example')],
    ['another string type', otherName('1.3.6.1.4.1.311.20.2.3', ia5String('a.example'))],
  ])('refuses every name when it has %s', (_, base) => {
    for (const fault of faults(base, upn('u@a.example'))) expect(fault).toMatch(/ of CN=CA, which cannot be processed$/);
  });

  it.each([
    ['', 'u@a.example', true, true],
    ['u@a.example', 'u@a.example', true, true],
    ['u@a.example', 'U@A.Example', true, true],
    ['ü@a.example', 'ü@a.example', true, true],
    ['ü@a.example', 'Ü@a.example', false, true],
    ['k@a.example', '\u212a@a.example', false, true],
    ['u@a.example', 'v@a.example', false, false],
    ['u@a.example', 'u@b.a.example', false, false],
    ['@a.example', 'u@A.example', true, true],
    ['@a.example', 'u@b.a.example', false, false],
    ['@a.example', 'u@ba.example', false, false],
    ['a.example', 'u@a.example', true, true],
    ['a.example', 'u@b.a.example', false, true],
    ['a.example', 'u@ba.example', false, false],
    ['.a.example', 'u@b.a.example', true, true],
    ['.a.example', 'u@a.example', false, true],
    ['.a.example', 'u@ba.example', false, false],
  ])('on "%s" takes %s: permits %s, excludes %s', (base, name, permits, excludes) => {
    expect(verdicts(upn(base), upn(name))).toEqual({ permits, excludes });
  });

  it('is no constraint on mailboxes, nor on other type-ids', () => {
    const limits = below({ permitted: [upn('@a.example')] });
    expect(faultOf(limits, named([rfc822Name('u@b.example'), otherName('1.2.3', utf8String('u@b.example'))]))).toBeUndefined();
  });

  it('shows control characters and those that change the direction as numbers', () => {
    expect(faultOf(below({ permitted: [upn('@a.example')] }), named([upn('"\u202eu\n\\@b.example')]))).toBe(
      'the name userPrincipalName "\\u{22}\\u{202e}u\\u{a}\\u{5c}@b.example" is not in the permitted subtree userPrincipalName "@a.example" of CN=CA',
    );
  });
});

describe('a constraint on a form that is not processed', () => {
  const x400Address = explicit(3, nullValue());
  const ediPartyName = explicit(5, explicit(1, utf8String('a')));
  it.each([
    ['x400Address', x400Address, 'x400Address of 4 bytes'],
    ['ediPartyName', ediPartyName, 'ediPartyName of 7 bytes'],
    ['registeredID', registeredID('1.2.3'), 'registeredID "1.2.3"'],
    ['another type-id', otherName('1.2.3', oid('1.2.3')), 'otherName 1.2.3 of 4 bytes'],
    ['SmtpUTF8Mailbox', otherName('1.3.6.1.5.5.7.8.9', utf8String('ü@a.example')), 'SmtpUTF8Mailbox "ü@a.example"'],
  ])('refuses every name of that form: %s', (_, name, text) => {
    const fault = `the name ${text} meets the constraint ${text} of CN=CA, which cannot be processed`;
    expect(faults(name, name)).toEqual([fault, fault]);
  });

  it('lets names of other forms and other type-ids pass', () => {
    const bases = [x400Address, ediPartyName, registeredID('1.2.3'), otherName('1.2.3', nullValue())];
    const certificate = named([dNSName('a.example'), otherName('1.2.4', nullValue()), upn('u@a.example')]);
    expect(faultOf(below({ permitted: bases, excluded: bases }), certificate)).toBeUndefined();
  });
});
