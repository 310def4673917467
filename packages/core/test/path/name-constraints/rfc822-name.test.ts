import { describe, expect, it } from 'vitest';
import { generalName } from '../../support/certificate-builder.js';
import { ascii, ia5String, sequence, set, tlv, utf8String } from '../../support/der-writer.js';
import { attribute } from '../../support/names.js';
import { below, faultOf, faults, named, verdicts } from './limits.js';

const { directoryName, dNSName, otherName, rfc822Name } = generalName;
const smtpUTF8Mailbox = (mailbox: string) => otherName('1.3.6.1.5.5.7.8.9', utf8String(mailbox));
const subject = (value: string | Uint8Array) => sequence(set(attribute('CN', 'c')), set(attribute('emailAddress', value)));

describe('an rfc822Name constraint', () => {
  it.each([
    ['no host', 'a@'],
    ['no local part', '@b.example'],
    ['no @', 'b.example'],
    ['two @', 'a@b@b.example'],
    ['an address for its host', 'a@[192.0.2.1]'],
    ['a host with a trailing period', 'a@b.example.'],
    ['a host with an empty label', 'a@b..example'],
    ['a host with a leading period', 'a@.b.example'],
    ['a wildcard for its host', 'a@*.example'],
    ['a local part with an empty atom', 'a..c@b.example'],
    ['a local part that begins with a period', '.a@b.example'],
    ['a local part that ends in a period', 'a.@b.example'],
    ['a space in its local part', 'a c@b.example'],
    ['a quote that does not close', '"a@b.example'],
    ['a quote inside of a quoted string', '"a"c"@b.example'],
    ['a quote that is escaped at its end', '"a\\"@b.example'],
    ['a display name', 'A <a@b.example>'],
    ['a host of 8,192 characters', `a@${'b.'.repeat(4_091)}b.example`],
  ])('refuses a name with %s', (_, name) => {
    for (const fault of faults(rfc822Name('b.example'), rfc822Name(name))) {
      expect(fault).toMatch(/ cannot be compared with the rfc822Name constraints of CN=CA$/);
    }
  });

  it.each([
    'invalid@invalid@b.example',
    '@b.example',
    'a@',
    'b.example.',
    '..b.example',
    '*.b.example',
    '[192.0.2.1]',
    'a@[192.0.2.1]',
    '.',
  ])('that is written %s refuses every name, since it cannot be processed', (base) => {
    for (const fault of faults(rfc822Name(base), rfc822Name('a@b.example'))) {
      expect(fault).toBe(`the name rfc822Name "a@b.example" meets the constraint rfc822Name "${base}" of CN=CA, which cannot be processed`);
    }
  });

  it.each([
    ['', 'a@b.example', true],
    ['a@b.example', 'a@b.example', true],
    ['a@b.example', 'a@B.Example', true],
    ['a@B.example', 'a@b.example', true],
    ['a@b.example', '"a"@b.example', true],
    ['"a"@b.example', 'a@b.example', true],
    ['"a c"@b.example', '"a\\ c"@b.example', true],
    ['"a@c"@b.example', '"a@c"@b.example', true],
    ['*@b.example', '*@b.example', true],
    ['a@b.example', 'A@b.example', false],
    ['a@b.example', 'aa@b.example', false],
    ['a@b.example', 'a@c.b.example', false],
    ['a@b.example', '"a "@b.example', false],
    ['**@b.example', '*@b.example', false],
    ['*@b.example', 'a@b.example', false],
    ['b.example', 'a@b.example', true],
    ['b.example', 'a@B.EXAMPLE', true],
    ['B.example', '"b.example@evil"@b.example', true],
    ['b.example', 'a@c.b.example', false],
    ['b.example', 'a@cb.example', false],
    ['b.example', '"a@b.example"@c.example', false],
    ['b.example', 'a@example', false],
    ['.b.example', 'a@c.b.example', true],
    ['.b.example', 'a@d.c.B.example', true],
    ['.b.example', 'a@b.example', false],
    ['.b.example', 'a@cb.example', false],
  ])('on "%s" takes %s: %s', (base, name, isIn) => {
    expect(verdicts(rfc822Name(base), rfc822Name(name))).toEqual({ permits: isIn, excludes: isIn });
  });

  it.each([
    ['', 'ü@b.example', true],
    ['b.example', 'ü@b.example', true],
    ['b.example', '"ü ö"@b.example', true],
    ['.b.example', 'ü@c.b.example', true],
    ['xn--mnchen-3ya.example', 'ü@xn--mnchen-3ya.example', true],
    ['a@b.example', 'a@b.example', true],
    ['b.example', 'ü@c.example', false],
    ['.b.example', 'ü@b.example', false],
    ['a@b.example', 'ü@b.example', false],
  ])('on "%s" takes the SmtpUTF8Mailbox %s: %s', (base, name, isIn) => {
    expect(verdicts(rfc822Name(base), smtpUTF8Mailbox(name))).toEqual({ permits: isIn, excludes: isIn });
  });

  it.each([
    ['a domain with other letters than ASCII', smtpUTF8Mailbox('a@münchen.example')],
    ['a full-width domain', smtpUTF8Mailbox('ü@ｂ.example')],
    ['no domain', smtpUTF8Mailbox('ü')],
    ['another string type', otherName('1.3.6.1.5.5.7.8.9', ia5String('a@b.example'))],
    ['bytes behind the string', otherName('1.3.6.1.5.5.7.8.9', sequence(utf8String('a@b.example')))],
  ])('refuses a SmtpUTF8Mailbox with %s', (_, name) => {
    for (const fault of faults(rfc822Name('b.example'), name)) {
      expect(fault).toMatch(/ cannot be compared with the rfc822Name constraints of CN=CA$/);
    }
  });

  it('refuses an emailAddress of the subject, with and without alternative names', () => {
    const limits = below({ permitted: [rfc822Name('b.example')] });
    const fault = 'the name rfc822Name "a@c.example" is not in the permitted subtree rfc822Name "b.example" of CN=CA';
    expect(faultOf(limits, named([], subject('a@c.example')))).toBe(fault);
    expect(faultOf(limits, named([rfc822Name('a@b.example')], subject('a@c.example')))).toBe(fault);
    expect(faultOf(below({ excluded: [rfc822Name('c.example')] }), named([], subject(ia5String('a@c.example'))))).toContain(
      'is in the excluded subtree',
    );
  });

  it.each([
    ['no string', tlv(0x04, ascii('a@b.example'))],
    ['not ASCII', 'ü@b.example'],
    ['two mailboxes', 'a@b.example,a@b.example'],
  ])('refuses an emailAddress of the subject that is %s', (_, value) => {
    expect(faultOf(below({ permitted: [rfc822Name('b.example')] }), named([], subject(value)))).toContain('cannot be compared');
  });

  it('lets an emailAddress of the subject pass that is permitted, whatever string type it has', () => {
    const limits = below({ permitted: [rfc822Name('b.example')] });
    expect(faultOf(limits, named([], subject(ia5String('a@b.example'))))).toBeUndefined();
    expect(faultOf(limits, named([], subject(utf8String('a@b.example'))))).toBeUndefined();
  });

  it('concerns an emailAddress of the subject whichever of two levels it is on', () => {
    const mail = { permitted: [rfc822Name('b.example')] };
    const other = { permitted: [dNSName('b.example')] };
    for (const limits of [below(mail, below(other)), below(other, below(mail))]) {
      expect(faultOf(limits, named([], subject('a@c.example')))).toContain('is not in the permitted subtree rfc822Name "b.example"');
    }
  });

  it('says nothing of a mailbox in an otherName of another type-id', () => {
    const certificate = named([otherName('1.2.3', utf8String('a@c.example'))]);
    expect(faultOf(below({ permitted: [rfc822Name('b.example')] }), certificate)).toBeUndefined();
  });

  it('says nothing of an emailAddress in an alternative directoryName', () => {
    expect(faultOf(below({ permitted: [rfc822Name('b.example')] }), named([directoryName(subject('a@c.example'))]))).toBeUndefined();
  });
});
