import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/asn1/der-error.js';
import { DerReader, readEach, readSequence } from '../../src/asn1/der-reader.js';
import { primitiveTag, tags } from '../../src/asn1/tags.js';
import { hex, integer, octetString, sequence, tlv } from '../support/der-writer.js';

const reader = (digits: string) => new DerReader(hex(digits));

describe('a header', () => {
  it.each([
    ['nothing', '', 'x is missing'],
    ['another tag', '31 00', 'x: tag 31 where 30 is expected'],
    ['the primitive form of a constructed type', '10 00', 'x: tag 10 where 30 is expected'],
    ['another class', 'b0 00', 'x: tag b0 where 30 is expected'],
    ['no length', '30', 'x: the length is cut off'],
    ['a long length that is cut off', '30 82 01', 'x: the length is cut off'],
    ['an indefinite length', '30 80 00 00', 'x: indefinite length'],
    ['a length of five octets', '30 85 00 00 00 00 00', 'x: length of more than four octets'],
    ['a length of 127 octets', `30 ff ${'00'.repeat(127)}`, 'x: length of more than four octets'],
    ['a long form where the short one would do', `30 81 7f ${'00'.repeat(127)}`, 'x: length is not in its shortest form'],
    ['two octets where one would do', `30 82 00 ff ${'00'.repeat(255)}`, 'x: length is not in its shortest form'],
    ['three octets where two would do', '30 83 00 ff ff', 'x: length is not in its shortest form'],
    ['four octets where three would do', '30 84 00 ff ff ff', 'x: length is not in its shortest form'],
    ['content that is cut off', '30 01', 'x: runs past the end of what holds it'],
    ['a length of four octets that would be negative in 32 bits', '30 84 ff ff ff ff', 'x: runs past the end of what holds it'],
  ])('is refused for %s', (_, digits, message) => {
    expect(() => reader(digits).sequence('x')).toThrow(new DerError(message));
  });

  it('is refused for a tag number above 30, whatever was expected', () => {
    expect(() => reader('1f 1f 00').skip('x')).toThrow(new DerError('x: tag number above 30'));
    expect(() => reader('bf 20 00').element('x')).toThrow(new DerError('x: tag number above 30'));
  });

  it('is refused when the element ends outside of its container, though inside of the bytes', () => {
    const inner = reader('30 03 04 02 00 00').sequence('outer');
    expect(() => inner.octetString('inner')).toThrow(new DerError('inner: runs past the end of what holds it'));
  });

  it('is refused when its length lies outside of its container', () => {
    expect(() => reader('30 01 04 01 00').sequence('outer').octetString('inner')).toThrow(new DerError('inner: the length is cut off'));
  });

  it.each([0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000])('is read for %d octets of content', (length) => {
    const content = new Uint8Array(length).fill(0x5a);
    expect(new DerReader(octetString(content)).octetString('x')).toEqual(content);
  });

  it('is read with a length of four octets', () => {
    const bytes = new Uint8Array(6 + 0x1000000);
    bytes.set(hex('04 84 01 00 00 00'));
    const one = new DerReader(bytes);
    one.skip('x');
    expect(one.isAtEnd).toBe(true);
  });
});

describe('the end', () => {
  it('is refused with bytes left over', () => {
    const outer = reader('30 00 00');
    outer.sequence('x');
    expect(() => outer.finish('x')).toThrow(new DerError('x: trailing data'));
  });

  it('has no next tag', () => {
    expect(reader('').nextTag).toBe(-1);
    expect(() => reader('').skip('x')).toThrow(new DerError('x is missing'));
  });

  it('is where the container ends, not where the bytes do', () => {
    const inner = reader('30 02 05 00 05 00').sequence('x');
    inner.null('x');
    expect(inner.isAtEnd).toBe(true);
    expect(inner.nextTag).toBe(-1);
  });
});

describe('a BOOLEAN', () => {
  it.each([
    ['another value', '01 01 01', 'x: BOOLEAN is neither 00 nor FF'],
    ['no content', '01 00', 'x: BOOLEAN is not of one octet'],
    ['two octets', '01 02 ff ff', 'x: BOOLEAN is not of one octet'],
    ['another type', '02 01 00', 'x: tag 02 where 01 is expected'],
  ])('is refused for %s', (_, digits, message) => {
    expect(() => reader(digits).boolean('x')).toThrow(new DerError(message));
  });

  it('is read', () => {
    expect(reader('01 01 ff').boolean('x')).toBe(true);
    expect(reader('01 01 00').boolean('x')).toBe(false);
  });
});

describe('a NULL', () => {
  it('is refused with content', () => {
    expect(() => reader('05 01 00').null('x')).toThrow(new DerError('x: NULL with content'));
  });
});

describe('a BIT STRING', () => {
  it('is refused where it is not of whole octets and has to be', () => {
    expect(() => reader('03 02 01 02').octetAlignedBitString('x')).toThrow(new DerError('x: BIT STRING is not of whole octets'));
  });

  it('is refused malformed, also where it is passed over', () => {
    expect(() => reader('03 02 01 01').octetAlignedBitString('x')).toThrow(new DerError('x: BIT STRING whose unused bits are not zero'));
    expect(() => reader('03 02 01 01').skipBitString('x')).toThrow(new DerError('x: BIT STRING whose unused bits are not zero'));
    expect(() => reader('03 02 01 01').namedBits('x')).toThrow(new DerError('x: BIT STRING whose unused bits are not zero'));
  });

  it('is read without its first octet', () => {
    expect(reader('03 03 00 ab cd').octetAlignedBitString('x')).toEqual(hex('ab cd'));
    expect(reader('03 02 05 a0').namedBits('x')).toBe(0b101);
  });
});

describe('INTEGER, OBJECT IDENTIFIER, strings and times', () => {
  it.each([
    ['integer', () => reader('02 02 00 01').integer('x'), 'x: INTEGER padded with a zero octet'],
    ['natural', () => reader('02 01 ff').natural('x'), 'x: INTEGER is negative'],
    ['objectIdentifier', () => reader('06 01 80').objectIdentifier('x'), 'x: OBJECT IDENTIFIER ends inside an arc'],
    ['skipObjectIdentifier', () => reader('06 02 80 01').skipObjectIdentifier('x'), 'x: OBJECT IDENTIFIER with a padded arc'],
    ['string', () => reader('0c 01 ff').string('x'), 'x: UTF8String that is not UTF-8'],
    ['skipString', () => reader('0c 01 ff').skipString('x'), 'x: UTF8String that is not UTF-8'],
    ['string of no string type', () => reader('04 01 61').string('x'), 'x: tag 04 is no string type'],
    ['string at the end', () => reader('').string('x'), 'x is missing'],
    ['time of another type', () => reader('13 00').time('x'), 'x: tag 13 where 18 is expected'],
    ['UTCTime', () => reader('17 00').time('x'), 'x: UTCTime is not YYMMDDhhmmssZ'],
    ['GeneralizedTime', () => reader('18 00').time('x'), 'x: GeneralizedTime is not YYYYMMDDhhmmssZ'],
  ])('%s is refused malformed', (_, read, message) => {
    expect(read).toThrow(new DerError(message));
  });

  it('are read', () => {
    expect(reader('02 02 00 80').integer('x')).toEqual(hex('00 80'));
    expect(reader('02 02 00 80').natural('x')).toBe(128);
    expect(reader('06 03 55 04 03').objectIdentifier('x')).toBe('2.5.4.3');
    expect(reader('13 02 68 69').string('x')).toBe('hi');
    expect(reader(`17 0d ${Buffer.from('240101000000Z').toString('hex')}`).time('x')).toBe(Date.UTC(2024, 0, 1));
    expect(reader(`18 0f ${Buffer.from('20500101000000Z').toString('hex')}`).time('x')).toBe(Date.UTC(2050, 0, 1));
  });

  it('are read under an IMPLICIT tag', () => {
    expect(reader('80 01 05').natural('x', primitiveTag(0))).toBe(5);
    expect(reader('82 01 61').string('x', tags.ia5String, primitiveTag(2))).toBe('a');
    expect(() => reader('82 01 80').string('x', tags.ia5String, primitiveTag(2))).toThrow(
      new DerError('x: IA5String with NUL or a character that is not ASCII'),
    );
  });
});

describe('what is handed out', () => {
  it('shares the memory of the bytes', () => {
    const bytes = sequence(octetString(hex('aa')), integer(1));
    const fields = new DerReader(bytes).sequence('x');
    const content = fields.octetString('x');
    expect(content.buffer).toBe(bytes.buffer);
    expect(fields.contentStart).toBe(4);
    expect(fields.position).toBe(5);
    expect(fields.element('x')).toEqual(hex('02 01 01'));
  });
});

describe('readSequence', () => {
  it('refuses bytes behind the sequence', () => {
    expect(() => readSequence(hex('30 00 00'), 'x')).toThrow(new DerError('x: trailing data'));
  });

  it('gives its content', () => {
    expect(readSequence(hex('30 02 05 00'), 'x').nextTag).toBe(0x05);
  });
});

describe('readEach', () => {
  const readAll = (bytes: Uint8Array) => readEach(readSequence(bytes, 'x'), 'x', (each) => each.natural('x'));

  it('refuses an empty sequence', () => {
    expect(() => readAll(sequence())).toThrow(new DerError('x is empty'));
  });

  it('refuses one bad element among good ones', () => {
    expect(() => readAll(sequence(integer(1), tlv(0x05), integer(2)))).toThrow(new DerError('x: tag 05 where 02 is expected'));
  });

  it('gives all, frozen', () => {
    const all = readAll(sequence(integer(1), integer(2)));
    expect(all).toEqual([1, 2]);
    expect(Object.isFrozen(all)).toBe(true);
  });
});
