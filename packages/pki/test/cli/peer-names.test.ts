import { describe, expect, test } from 'vitest';
import { generatePassword } from '../../src/cli/password.js';
import { clientAltNames, clientName, serverNames } from '../../src/cli/peer-names.js';
import { printable, quoted } from '../../src/cli/text.js';
import { UsageError } from '../../src/cli/usage-error.js';

describe('names of a server', () => {
  test.each([
    'https://localhost',
    'localhost:8443',
    '[::1]',
    '127.0.0.1/8',
    '127.0.0',
    '1.2.3.4.5',
    'a..b',
    '.a',
    'a.',
    '',
    ' ',
    'a b',
    '-a',
    'a-',
    '*',
    '*.',
    'a.*.b',
    `${'a'.repeat(64)}.b`,
    'ab.'.repeat(90).concat('c'),
    'fe80::1%eth0 ',
  ])("'%s' is refused", (name) => {
    expect(() => serverNames([name])).toThrow(
      new UsageError(`'${name}' is neither a host name nor an IP address; give it without scheme, port and brackets`),
    );
  });

  test('are told apart, and the first gives the name', () => {
    expect(serverNames(['LocalHost', '127.0.0.1', '*.example.com', '::1', 'bücher.example', 'db_1'])).toEqual({
      name: 'LocalHost',
      dns: ['localhost', '*.example.com', 'xn--bcher-kva.example', 'db_1'],
      ip: ['127.0.0.1', '::1'],
    });
    expect(serverNames(['10.0.0.1'])).toEqual({ name: '10.0.0.1', dns: [], ip: ['10.0.0.1'] });
  });
});

describe('the name of a client', () => {
  test.each([
    ['', 'a client needs a name that can be printed'],
    ['a\u0000', 'a client needs a name that can be printed'],
    ['a\u001b[31m', 'a client needs a name that can be printed'],
    ['a'.repeat(65), 'longer than the 64 characters of a common name'],
  ])('%j is refused', (name, problem) => {
    expect(() => clientName(name)).toThrow(problem);
    expect(() => clientName(name)).toThrow(UsageError);
  });

  test.each(['alice', '../x', 'a'.repeat(64), '🙂'.repeat(64)])('%j is taken as it is', (name) => expect(clientName(name)).toBe(name));
});

describe('alternative names of a client', () => {
  test.each([
    [{ email: ['alice'] }, "--email: 'alice' is no address such as alice@example.com"],
    [{ email: ['Alice <alice@example.com>'] }, '--email: '],
    [{ uri: ['example.com/pay'] }, "--uri: 'example.com/pay' is no URI with a scheme, such as spiffe://example.com/pay"],
    [{ dns: ['a b'] }, "'a b' is neither a host name nor an IP address"],
  ])('%j is refused', (names, problem) => {
    expect(() => clientAltNames(names)).toThrow(problem);
    expect(() => clientAltNames(names)).toThrow(UsageError);
  });

  test('are taken over by type', () => {
    expect(clientAltNames({ email: ['a@b'], uri: ['urn:uuid:1', 'spiffe://a/b'], dns: ['A.example'], upn: ['a@corp'] })).toEqual({
      email: ['a@b'],
      uri: ['urn:uuid:1', 'spiffe://a/b'],
      dns: ['a.example'],
      upn: ['a@corp'],
    });
    expect(clientAltNames({})).toEqual({ email: [], uri: [], dns: [], upn: [] });
  });
});

test('a password is ASCII, long, and another each time', () => {
  const passwords = Array.from({ length: 50 }, generatePassword);
  for (const password of passwords) expect(password).toMatch(/^[a-km-np-z2-9]{5}(?:-[a-km-np-z2-9]{5}){3}$/);
  expect(new Set(passwords).size).toBe(50);
  expect(new Set(passwords.join('')).size).toBe(33);
});

test.each([
  ['pki/ca.crt', 'pki/ca.crt'],
  ['', "''"],
  ['a b', "'a b'"],
  ["it's", "'it'\\''s'"],
  ['$HOME', "'$HOME'"],
  ['Jürgen', "'Jürgen'"],
])('a shell reads %j back from %s', (word, text) => expect(quoted(word)).toBe(text));

test('a terminal is not given orders', () => expect(printable('a\u001b[31m\u202eé🙂')).toBe('a\\u{1b}[31m\\u{202e}é🙂'));
