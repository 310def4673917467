import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/asn1/der-error.js';
import { readPem, writePem } from '../../src/asn1/pem.js';
import { ascii } from '../support/der-writer.js';

const pem = (label: string, body: string) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
const read = (text: string) => readPem(text).map(({ label, bytes }) => `${label}: ${Buffer.from(bytes).toString()}`);

describe('readPem refuses', () => {
  it.each([
    ['a block without END', '-----BEGIN A-----\naGk=\n', 'PEM block 1 (A) has no END line'],
    ['a block that another begins in', `-----BEGIN A-----\naGk=\n${pem('B', 'aGk=')}`, 'PEM block 1 (A) has no END line'],
    ['a block that ends with another label', '-----BEGIN A-----\naGk=\n-----END B-----\n', 'PEM block 1 (A) ends with another label'],
    ['an END line that is cut off', '-----BEGIN A-----\naGk=\n-----END A----', 'PEM block 1 (A) ends with another label'],
    ['a second block like that, by its number', `${pem('A', 'aGk=')}-----BEGIN B-----\naGk=\n`, 'PEM block 2 (B) has no END line'],
    ['an empty label', '-----BEGIN -----\naGk=\n-----END -----\n', 'PEM block 1 has a malformed BEGIN line'],
    ['a label over two lines', '-----BEGIN A\nB-----\naGk=\n-----END A\nB-----\n', 'PEM block 1 has a malformed BEGIN line'],
    ['a BEGIN line without its second dashes', '-----BEGIN A\naGk=\n', 'PEM block 1 has a malformed BEGIN line'],
    ['an empty block', '-----BEGIN A-----\n-----END A-----\n', 'PEM block 1 (A) is empty'],
    ['headers and nothing else', pem('A', 'X: y\n\n'), 'PEM block 1 (A) is empty'],
    ['missing padding', pem('A', 'aGk'), 'PEM block 1 (A) is not base64'],
    ['padding in the middle', pem('A', 'aGk=aGk='), 'PEM block 1 (A) is not base64'],
    ['bits that padding leaves over', pem('A', 'aGl='), 'PEM block 1 (A) is not base64'],
    ['one digit alone', pem('A', 'a'), 'PEM block 1 (A) is not base64'],
    ['the URL alphabet', pem('A', '_-8='), 'PEM block 1 (A) is not base64'],
    ['another character', pem('A', 'aGk=*'), 'PEM block 1 (A) is not base64'],
    ['a colon without an empty line', pem('A', 'X: y\naGk='), 'PEM block 1 (A) is not base64'],
  ])('%s', (_, text, message) => {
    expect(() => readPem(text)).toThrow(new DerError(message));
  });
});

describe('readPem', () => {
  it('gives an empty list for a text without blocks', () => {
    expect(readPem('')).toEqual([]);
    expect(readPem('no -----BEGIN A----- at the start of its line')).toEqual([]);
  });

  it('reads several blocks in their order, text around them left out', () => {
    expect(read(`subject=CN = a\n${pem('A', 'b25l')}\nissuer\n${pem('B', 'dHdv')}the end`)).toEqual(['A: one', 'B: two']);
  });

  it.each([
    ['CR LF', pem('A', 'b25l').replaceAll('\n', '\r\n')],
    ['CR', pem('A', 'b25l').replaceAll('\n', '\r')],
    ['a byte order mark in front', `\ufeff${pem('A', 'b25l')}`],
    ['indented lines', pem('A', 'b25l').replace(/^/gm, '  ')],
    ['trailing blanks', pem('A', 'b25l').replaceAll('\n', ' \t\n')],
    ['empty lines inside', pem('A', '\nb2\n\n5l\n')],
    ['no line end at its end', pem('A', 'b25l').trimEnd()],
    ['headers of RFC 1421', pem('A', 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nb25l')],
    ['headers of RFC 1421 with CR LF', pem('A', 'Proc-Type: 4,ENCRYPTED\n\nb25l').replaceAll('\n', '\r\n')],
  ])('takes %s', (_, text) => {
    expect(read(text)).toEqual(['A: one']);
  });

  it('takes a block that begins on the line where the last one ended, as concatenated files have it', () => {
    expect(read(pem('A', 'b25l').trimEnd() + pem('B', 'dHdv'))).toEqual(['A: one', 'B: two']);
  });

  it('takes labels of several words', () => {
    expect(read(pem('X509 CRL', 'b25l'))).toEqual(['X509 CRL: one']);
  });

  it('hands out memory of its own', () => {
    const [block] = readPem(pem('A', 'b25l'));
    expect(block?.bytes.buffer.byteLength).toBe(3);
  });
});

describe('writePem', () => {
  it('writes lines of 64 characters', () => {
    const text = writePem('CERTIFICATE', new Uint8Array(60).fill(0xff));
    expect(text.split('\n')).toEqual(['-----BEGIN CERTIFICATE-----', '/'.repeat(64), '/'.repeat(16), '-----END CERTIFICATE-----', '']);
  });

  it.each([1, 47, 48, 49, 1000])('writes what readPem reads, %d octets', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 7) & 0xff);
    expect(readPem(writePem('A B', bytes))).toEqual([{ label: 'A B', bytes }]);
  });

  it('keeps to the view it is given', () => {
    expect(read(writePem('A', ascii('xone').subarray(1)))).toEqual(['A: one']);
  });
});
