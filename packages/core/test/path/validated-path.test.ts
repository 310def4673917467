import { describe, expect, it } from 'vitest';
import { ValidatedPath } from '../../src/path/index.js';
import { validUntil } from '../../src/path/validated-path.js';
import { authority, client, issue, pathOf } from './pki.js';

const root = authority('root', { notBefore: '2021-01-01T00:00:00Z', notAfter: '2035-01-01T00:00:00Z' });
const path = pathOf(client(root), { trusted: [root] });
const findings = { certificates: path.certificates, trustAnchor: path.trustAnchor, trustSet: path.trustSet };

describe('ValidatedPath', () => {
  it.each([
    ['with the findings', (make: Make) => new make(findings)],
    ['with a symbol of the same description', (make: Make) => new make(Symbol('path validator'), findings)],
    ['with nothing', (make: Make) => new make()],
  ])('is made by nobody else through its constructor %s', (_, forge) => {
    // As from JavaScript, where `private` says nothing and every instance leads to its constructor.
    expect(() => forge(path.constructor as Make)).toThrow(new TypeError('only the path validator makes a ValidatedPath'));
  });

  it('is made by no subclass', () => {
    const Forged = class extends (path.constructor as Make) {};
    expect(() => new Forged(findings)).toThrow(TypeError);
  });

  it.each([
    ['an object of its shape', { ...path, endEntity: path.endEntity }],
    ['an object with its prototype', Object.assign(Object.create(ValidatedPath.prototype) as object, findings)],
    ['an object that inherits from one', Object.create(path) as object],
    ['a proxy', new Proxy(path, {})],
    ['null', null],
    ['undefined', undefined],
    ['a string', 'path'],
  ])('does not take %s for one', (_, forged) => {
    expect(ValidatedPath.isValidated(forged)).toBe(false);
  });

  it('knows its own', () => {
    expect(ValidatedPath.isValidated(path)).toBe(true);
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(path)).toBe(true);
    expect(Object.isFrozen(path.certificates)).toBe(true);
    expect(() => Object.assign(path, { trustSet: 'partners' })).toThrow(TypeError);
  });

  it('holds the end entity, its issuers without the anchor, the anchor, and the name of the trust set', () => {
    const issuing = authority('issuing', { issuer: root });
    const endEntity = client(issuing);
    const found = pathOf(endEntity, { trusted: [root], presented: [issuing] });
    expect(found.endEntity).toBe(endEntity);
    expect(found.certificates).toEqual([endEntity, issuing.certificate]);
    expect(found.trustAnchor.certificate).toBe(root.certificate);
    expect(found.trustSet).toBe('staff');
  });

  it.each([
    ['the end entity', { notBefore: '2025-01-01' }, {}, {}],
    ['an intermediate', {}, { notBefore: '2025-01-01' }, {}],
    ['the anchor', {}, {}, { notBefore: '2025-01-01' }],
  ])('is valid from when the last of its certificates is: %s', (_, ofClient, ofIssuing, ofRoot) => {
    expect(pathWith(ofClient, ofIssuing, ofRoot).validFrom).toBe(Date.parse('2025-01-01'));
  });

  it.each([
    ['the end entity', { notAfter: '2030-06-01T12:00:00Z' }, {}, {}],
    ['an intermediate', {}, { notAfter: '2030-06-01T12:00:00Z' }, {}],
    ['the anchor', {}, {}, { notAfter: '2030-06-01T12:00:00Z' }],
  ])('is valid through the last second of the first that ends: %s', (_, ofClient, ofIssuing, ofRoot) => {
    expect(pathWith(ofClient, ofIssuing, ofRoot).validUntil).toBe(Date.parse('2030-06-01T12:00:01Z'));
  });
});

type Make = new (...args: readonly unknown[]) => object;

function pathWith(ofClient: object, ofIssuing: object, ofRoot: object): ValidatedPath {
  const anchor = authority('anchor', ofRoot);
  const issuing = authority('issuing', { issuer: anchor, ...ofIssuing });
  return pathOf(client(issuing, ofClient), { trusted: [anchor], presented: [issuing] });
}

describe('validUntil', () => {
  it('is a second after notAfter, which is inclusive', () => {
    expect(validUntil(issue('a', { notAfter: '2030-01-01T00:00:00Z' }).certificate)).toBe(Date.parse('2030-01-01T00:00:01Z'));
  });
});
