import { describe, expect, it } from 'vitest';
import { DerError, DerLimitError } from '../../src/asn1/der-error.js';
import { checkObjectIdentifier, decodeObjectIdentifier } from '../../src/asn1/object-identifier.js';
import { hex, oidContent } from '../support/der-writer.js';

const malformed = [
  ['without content', '', 'o: OBJECT IDENTIFIER without content'],
  ['that ends inside an arc', '55 84', 'o: OBJECT IDENTIFIER ends inside an arc'],
  ['with a padded first arc', '80 55', 'o: OBJECT IDENTIFIER with a padded arc'],
  ['with a padded later arc', '55 80 04', 'o: OBJECT IDENTIFIER with a padded arc'],
] as const;

describe('decodeObjectIdentifier', () => {
  it.each(malformed)('refuses one %s', (_, content, message) => {
    expect(() => decodeObjectIdentifier(hex(content), 0, hex(content).length, 'o')).toThrow(new DerError(message));
  });

  it.each([
    ['00', '0.0'],
    ['27', '0.39'],
    ['28', '1.0'],
    ['4f', '1.39'],
    ['50', '2.0'],
    ['55 04 03', '2.5.4.3'],
    ['88 37 03', '2.999.3'],
    ['2b 06 01 04 01 82 37 14 02 03', '1.3.6.1.4.1.311.20.2.3'],
    // An inner octet of 80 is a digit of its arc, not padding.
    ['2a 81 80 00', '1.2.16384'],
  ])('reads %s as %s', (content, oid) => {
    expect(decodeObjectIdentifier(hex(content), 0, hex(content).length, 'o')).toBe(oid);
  });

  it('refuses more than 128 octets', () => {
    const message = 'o: OBJECT IDENTIFIER of more than 128 octets';
    expect(() => decodeObjectIdentifier(hex('01'.repeat(129)), 0, 129, 'o')).toThrow(new DerLimitError(message));
    expect(() => checkObjectIdentifier(hex('01'.repeat(129)), 0, 129, 'o')).toThrow(new DerLimitError(message));
  });

  it('reads arcs of more than 53 bits exactly', () => {
    // 2^53 - 1 takes eight octets of seven bits, as does 2^53 + 1, which no number holds.
    expect(decodeObjectIdentifier(hex('2a 8f ff ff ff ff ff ff 7f'), 0, 9, 'o')).toBe('1.2.9007199254740991');
    expect(decodeObjectIdentifier(hex('2a 90 80 80 80 80 80 80 01'), 0, 9, 'o')).toBe('1.2.9007199254740993');
    const uuid = oidContent('2.25.329800735698586629295641978511506172918');
    expect(decodeObjectIdentifier(uuid, 0, uuid.length, 'o')).toBe('2.25.329800735698586629295641978511506172918');
  });

  it('reads a joined first arc of any size', () => {
    const first = oidContent('2.329800735698586629295641978511506172918');
    expect(decodeObjectIdentifier(first, 0, first.length, 'o')).toBe('2.329800735698586629295641978511506172918');
  });

  it('reads the octets between start and end only', () => {
    expect(decodeObjectIdentifier(hex('ff 55 1d 25 ff'), 1, 4, 'o')).toBe('2.5.29.37');
  });

  it('gives each of many identifiers its own name, first and second time, though they share slots', () => {
    const oids = Array.from({ length: 3000 }, (_, i) => `1.3.6.1.4.1.${i * 7}.${i}`);
    const contents = oids.map(oidContent);
    const read = () => contents.map((content) => decodeObjectIdentifier(content, 0, content.length, 'o'));
    expect(read()).toEqual(oids);
    expect(read()).toEqual(oids);
  });

  it('does not take an identifier for a longer one that begins with it, whichever came first', () => {
    for (let i = 0; i < 5000; i++) {
      const content = oidContent(`1.2.${i}.3`);
      const isLongFirst = i % 2 === 0;
      const [first, second] = isLongFirst ? [content.length, content.length - 1] : [content.length - 1, content.length];
      const found = [decodeObjectIdentifier(content, 0, first, 'o'), decodeObjectIdentifier(content, 0, second, 'o')];
      const expected = isLongFirst ? [`1.2.${i}.3`, `1.2.${i}`] : [`1.2.${i}`, `1.2.${i}.3`];
      if (found.join() !== expected.join()) expect.fail(`${found} where ${expected} is written`);
    }
  });

  it('is not misled when the caller reuses its buffer', () => {
    const buffer = hex('2a 03 04');
    expect(decodeObjectIdentifier(buffer, 0, 3, 'o')).toBe('1.2.3.4');
    buffer[2] = 0x05;
    expect(decodeObjectIdentifier(buffer, 0, 3, 'o')).toBe('1.2.3.5');
    expect(decodeObjectIdentifier(hex('2a 03 04'), 0, 3, 'o')).toBe('1.2.3.4');
  });
});

describe('checkObjectIdentifier', () => {
  it.each(malformed)('refuses one %s', (_, content, message) => {
    expect(() => checkObjectIdentifier(hex(content), 0, hex(content).length, 'o')).toThrow(new DerError(message));
  });

  it('looks at nothing outside of the content', () => {
    expect(() => checkObjectIdentifier(hex('80 55 04 80'), 1, 3, 'o')).not.toThrow();
  });

  it('takes 128 octets', () => {
    expect(() => checkObjectIdentifier(hex('01'.repeat(128)), 0, 128, 'o')).not.toThrow();
  });
});
