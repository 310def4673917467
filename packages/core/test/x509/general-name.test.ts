import { describe, expect, it } from 'vitest';
import { DerError, DerReader } from '../../src/asn1/index.js';
import { readGeneralName } from '../../src/x509/general-name.js';
import { ascii, concat, explicit, hex, implicit, oid, sequence, utf8String } from '../support/der-writer.js';
import { generalName } from '../support/extensions.js';
import { name } from '../support/names.js';

const read = (der: Uint8Array) => readGeneralName(new DerReader(der), 'g');

const strings = [
  ['rfc822Name', 1],
  ['dNSName', 2],
  ['uniformResourceIdentifier', 6],
] as const;

describe.each(strings)('%s', (type, tag) => {
  it.each([
    ['empty', '', `g: ${type} is empty`],
    ['with NUL', 'a\0b', `g: ${type}: VisibleString with a character that is not printable ASCII`],
    ['with a line end', 'a\nb', `g: ${type}: VisibleString with a character that is not printable ASCII`],
    ['with DEL', 'a\x7f', `g: ${type}: VisibleString with a character that is not printable ASCII`],
    ['in UTF-8', 'ä.example', `g: ${type}: VisibleString with a character that is not printable ASCII`],
  ])('is refused %s', (_, text, message) => {
    expect(() => read(implicit(tag, ascii(text)))).toThrow(new DerError(message));
  });

  it('is refused in constructed form', () => {
    expect(() => read(explicit(tag, implicit(tag, ascii('a'))))).toThrow(new DerError('g: no form of GeneralName has this tag'));
  });

  it('is read as it stands, upper case and commas included', () => {
    expect(read(implicit(tag, ascii('A.example, DNS:b')))).toEqual({ type, value: 'A.example, DNS:b' });
  });
});

describe('iPAddress', () => {
  it.each([0, 3, 5, 8, 15, 17, 32])('is refused of %d octets', (length) => {
    expect(() => read(implicit(7, new Uint8Array(length)))).toThrow(new DerError('g: iPAddress is not of 4 or 16 octets'));
  });

  it.each([4, 16])('is read of %d octets', (length) => {
    const value = Uint8Array.from({ length }, (_, i) => i);
    expect(read(implicit(7, value))).toEqual({ type: 'iPAddress', value });
  });
});

describe('otherName', () => {
  it.each([
    ['without a value', explicit(0, oid('1.2.3')), 'g: otherName value is missing'],
    ['with a value that is not tagged', explicit(0, oid('1.2.3'), utf8String('a')), 'g: otherName value: tag 0c where a0 is expected'],
    ['with an empty tag', explicit(0, oid('1.2.3'), explicit(0)), 'g: otherName value is missing'],
    ['with two values', explicit(0, oid('1.2.3'), explicit(0, utf8String('a'), utf8String('b'))), 'g: otherName value: trailing data'],
    ['with data behind the value', explicit(0, oid('1.2.3'), explicit(0, utf8String('a')), hex('0500')), 'g: otherName: trailing data'],
    ['without a type', explicit(0, explicit(0, utf8String('a'))), 'g: otherName type-id: tag a0 where 06 is expected'],
  ])('is refused %s', (_, der, message) => {
    expect(() => read(der)).toThrow(new DerError(message));
  });

  it('is read, its value as DER', () => {
    expect(read(generalName.otherName('1.3.6.1.4.1.311.20.2.3', utf8String('a@b')))).toEqual({
      type: 'otherName',
      typeId: '1.3.6.1.4.1.311.20.2.3',
      value: utf8String('a@b'),
    });
  });
});

describe('directoryName', () => {
  it.each([
    ['tagged IMPLICIT', explicit(4, hex('31 00')), 'g: directoryName: tag 31 where 30 is expected'],
    ['with two names', explicit(4, name('a'), name('b')), 'g: directoryName: trailing data'],
    ['with a name that is malformed', explicit(4, sequence(hex('31 00'))), 'g: directoryName attribute is missing'],
  ])('is refused %s', (_, der, message) => {
    expect(() => read(der)).toThrow(new DerError(message));
  });

  it('is read', () => {
    expect(String(read(generalName.directoryName({ O: 'x', CN: 'y' })).value)).toBe('CN=y,O=x');
  });
});

describe('the other forms', () => {
  it.each([
    ['with a tag that no form has', implicit(11, ascii('a')), 'g: no form of GeneralName has this tag'],
    ['of another class', hex('0c 01 61'), 'g: no form of GeneralName has this tag'],
    ['that is missing', hex(''), 'g: no form of GeneralName has this tag'],
  ])('a name %s is refused', (_, der, message) => {
    expect(() => read(der)).toThrow(new DerError(message));
  });

  it('registeredID is refused where it is no OID', () => {
    expect(() => read(implicit(8, hex('80')))).toThrow(new DerError('g: registeredID: OBJECT IDENTIFIER ends inside an arc'));
  });

  it('registeredID is read', () => {
    expect(read(generalName.registeredID('1.2.3'))).toEqual({ type: 'registeredID', value: '1.2.3' });
  });

  it('x400Address and ediPartyName are handed out whole', () => {
    const x400 = explicit(3, sequence());
    const edi = explicit(5, explicit(1, utf8String('party')));
    expect(read(x400)).toEqual({ type: 'x400Address', value: x400 });
    expect(read(edi)).toEqual({ type: 'ediPartyName', value: edi });
  });

  it('are read one at a time', () => {
    const reader = new DerReader(concat(generalName.dNSName('a'), generalName.dNSName('b')));
    expect([readGeneralName(reader, 'g').value, readGeneralName(reader, 'g').value, reader.isAtEnd]).toEqual(['a', 'b', true]);
  });
});
