import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { credentialFiles, fileNameOf } from '../../src/authority-folder/layout.js';
import { Failure } from '../../src/failure.js';

describe('the name of a file', () => {
  test.each([
    ['alice', 'alice'],
    ['alice@example.com', 'alice@example.com'],
    ['pay-1_a+b', 'pay-1_a+b'],
    ['Jürgen', 'Jürgen'],
    ['Ju\u0308rgen', 'Jürgen'],
    ['Ann Miller', 'Ann%20Miller'],
    ['*.example.com', '%2A.example.com'],
    ['2001:db8::1', '2001%3Adb8%3A%3A1'],
    ['../x', '%2E.%2Fx'],
    ['..', '%2E.'],
    ['.', '%2E'],
    ['/etc/passwd', '%2Fetc%2Fpasswd'],
    ['a\\b', 'a%5Cb'],
    ['a%2Fb', 'a%252Fb'],
    ['-rf', '%2Drf'],
    ['.hidden', '%2Ehidden'],
    ['con', '%63on'],
    ['NUL.txt', '%4EUL.txt'],
    ['com1', '%63om1'],
    ['console', 'console'],
    ["a'; rm -rf ~", 'a%27%3B%20rm%20-rf%20%7E'],
    ['🙂', '%F0%9F%99%82'],
  ])('%s becomes %s', (name, file) => expect(fileNameOf(name)).toBe(file));

  test('is refused when it gets too long', () => {
    expect(fileNameOf('a'.repeat(200))).toHaveLength(200);
    expect(() => fileNameOf('a'.repeat(201))).toThrow(
      new Failure(`the name '${'a'.repeat(201)}' is too long for a file; choose a shorter one`),
    );
    expect(() => fileNameOf('/'.repeat(67))).toThrow('too long');
  });

  test('stays in the folder, whatever is in the name', () => {
    for (const name of ['..', '../x', '../../x', '/x', '..\\x', 'C:\\x', '.', 'x/../../y', '%2e%2e/x']) {
      for (const file of Object.values<string>({ ...credentialFiles('pki', 'client', name) })) {
        expect(relative(resolve('pki', 'clients'), resolve(file))).toMatch(/^[^/\\]+\.(?:crt|key|p12)$/);
      }
    }
  });
});

test('clients and servers of one name do not meet', () => {
  expect(credentialFiles('pki', 'client', 'a').certificate).toBe(join('pki', 'clients', 'a.crt'));
  expect(credentialFiles('pki', 'server', 'a')).toEqual({
    certificate: join('pki', 'servers', 'a.crt'),
    privateKey: join('pki', 'servers', 'a.key'),
    pkcs12: join('pki', 'servers', 'a.p12'),
  });
});
