import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, parseOptions } from '../../src/errors/index.js';
import { certificateSourceSchema } from '../../src/sources/index.js';
import { buildCertificate } from '../support/certificate-builder.js';

const wanted = 'expected the name of a file, folder or glob, PEM text, PEM or DER bytes, an X509Certificate, or a list of these';

function failure(source: unknown): ConfigurationError {
  try {
    parseOptions(certificateSourceSchema, source, 'trust.ca');
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a certificate source cannot be', () => {
  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [7, 'number'],
    [true, 'boolean'],
    [Symbol('ca'), 'symbol'],
    [() => 'ca.crt', 'function'],
    [{ file: 'ca.crt' }, 'object'],
    [new Map(), 'object'],
    [new ArrayBuffer(8), 'object'],
    [Promise.resolve('ca.crt'), 'object'],
  ])('%o', (source, found) => {
    expect(failure(source)).toMatchObject({ option: 'trust.ca', message: `trust.ca: ${wanted}; found ${found}` });
    expect(failure(['ca.crt', source])).toMatchObject({ option: 'trust.ca[1]', message: `trust.ca[1]: ${wanted}; found ${found}` });
  });

  it('a list in a list', () => {
    expect(failure(['a.crt', ['b.crt']])).toMatchObject({
      option: 'trust.ca[1]',
      message: `trust.ca[1]: ${wanted}; found a list in a list`,
    });
  });

  it.each([[''], [' \n'], [new Uint8Array(0)]])('empty: %o', (source) => {
    expect(failure(source).message).toBe('trust.ca: is empty; name a file, or give PEM or DER');
    expect(failure([source]).message).toBe('trust.ca[0]: is empty; name a file, or give PEM or DER');
  });

  it('an empty list', () => {
    expect(failure([])).toMatchObject({ option: 'trust.ca', message: 'trust.ca: the list is empty; give at least one certificate' });
  });

  it('a list with a hole', () => {
    // biome-ignore lint/suspicious/noSparseArray: it is what is tested.
    expect(failure(['a.crt', , 'b.crt']).option).toBe('trust.ca[1]');
    expect(failure(new Array(1)).option).toBe('trust.ca[0]');
  });
});

describe('a certificate source can be', () => {
  const der = buildCertificate();
  it.each([['ca.crt'], [der], [new X509Certificate(der)], [['ca.crt', der, new X509Certificate(der)]]])('%o', (source) => {
    expect(parseOptions(certificateSourceSchema, source)).toBe(source);
  });
});
