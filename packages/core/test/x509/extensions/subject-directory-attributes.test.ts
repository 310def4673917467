import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/index.js';
import { readSubjectDirectoryAttributes } from '../../../src/x509/extensions/subject-directory-attributes.js';
import { oid, printableString, sequence, set } from '../../support/der-writer.js';

const what = 'subjectDirectoryAttributes: Attribute';

describe('subjectDirectoryAttributes', () => {
  it.each([
    ['that is empty', sequence(), 'subjectDirectoryAttributes is empty'],
    ['with an attribute that has no values', sequence(sequence(oid('1.3.6.1.5.5.7.9.4'))), `${what} values is missing`],
    ['with an attribute whose set of values is empty', sequence(sequence(oid('1.3.6.1.5.5.7.9.4'), set())), `${what} values is empty`],
    ['with data behind the values', sequence(sequence(oid('1.2.3'), set(printableString('a')), set())), `${what}: trailing data`],
  ])('is refused %s', (_, value, message) => {
    expect(() => readSubjectDirectoryAttributes(value)).toThrow(new DerError(message));
  });

  it('is read, the values as DER', () => {
    const value = sequence(sequence(oid('1.3.6.1.5.5.7.9.4'), set(printableString('DE'), printableString('FR'))));
    expect(readSubjectDirectoryAttributes(value)).toEqual([
      { type: '1.3.6.1.5.5.7.9.4', values: [printableString('DE'), printableString('FR')] },
    ]);
  });
});
