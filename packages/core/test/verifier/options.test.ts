import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors/index.js';
import { createVerifier, type VerifierOptions } from '../../src/verifier/index.js';
import { atOnce } from '../support/at-once.js';
import { buildCertificate, testKey } from '../support/certificate-builder.js';
import { client, type Issuer, intermediate, root } from './fakes.js';

let ca: Issuer;
let sub: Issuer;

beforeAll(() => {
  ca = root();
  sub = intermediate(ca);
});

function failure(options: unknown): ConfigurationError {
  try {
    createVerifier(options as VerifierOptions);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('createVerifier refuses the unknown key', () => {
  it('at the top, with the nearest known one and the list of them', () => {
    expect(failure({ trusts: ca.der })).toMatchObject({
      option: '',
      message:
        "unknown option 'trusts' (did you mean 'trust'?); known are trust, trustSets, revocation, closeAfterSeconds, clock, logger, keepLastGoodForSeconds, pollSeconds, depth, allowServerAuthPurpose, allowPartialChain, initialPolicies, requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy, permittedSubtrees, excludedSubtrees",
    });
  });

  it.each([
    ['trustSet', 'trustSets'],
    ['Depth', 'depth'],
    ['allowServerAuthUsage', 'allowServerAuthPurpose'],
    ['allowPartialChains', 'allowPartialChain'],
    ['loger', 'logger'],
  ])('%s, and thinks of %s', (key, near) => {
    expect(failure({ trust: ca.der, [key]: 1 }).message).toContain(`unknown option '${key}' (did you mean '${near}'?)`);
  });

  const known =
    'known are ca, intermediates, revocation, dangerouslyTrustSystemRoots, keepLastGoodForSeconds, pollSeconds, depth, allowServerAuthPurpose, allowPartialChain, initialPolicies, requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy, permittedSubtrees, excludedSubtrees';

  it.each([
    ['cas', 'ca'],
    ['intermediate', 'intermediates'],
    ['trustSystemRoots', undefined],
    ['dangerouslyTrustSystemRoot', 'dangerouslyTrustSystemRoots'],
    ['revocations', 'revocation'],
  ])('in trust: %s', (key, near) => {
    const hint = near === undefined ? '' : ` (did you mean '${near}'?)`;
    expect(failure({ trust: { ca: ca.der, [key]: 'x' } })).toMatchObject({
      option: 'trust',
      message: `trust: unknown option '${key}'${hint}; ${known}`,
    });
    expect(failure({ trustSets: { staff: { ca: ca.der, [key]: 'x' } } })).toMatchObject({
      option: 'trustSets.staff',
      message: `trustSets.staff: unknown option '${key}'${hint}; ${known}`,
    });
  });

  it('__proto__, as JSON can bring it', () => {
    expect(failure(JSON.parse('{"__proto__": {"trust": "ca.crt"}}')).message).toContain("unknown option '__proto__'");
  });
});

describe('createVerifier refuses', () => {
  it.each([[null], ['ca.crt'], [7], [['ca.crt']]])('%o instead of options', (options) => {
    expect(failure(options)).toMatchObject({ option: '', message: "expected an object of options, such as { trust: 'ca.crt' }" });
  });

  it.each([
    ['keepLastGoodForSeconds', 0, 1],
    ['keepLastGoodForSeconds', Number.POSITIVE_INFINITY, 1],
    ['pollSeconds', 0, 0.1],
    ['pollSeconds', '10', 0.1],
  ])('%s: %o', (name, value, least) => {
    const message = `expected a number of seconds, ${least} to 31536000`;
    expect(failure({ trust: ca.der, [name]: value })).toMatchObject({ option: name, message: `${name}: ${message}` });
    expect(failure({ trust: { ca: ca.der, [name]: value } })).toMatchObject({
      option: `trust.${name}`,
      message: `trust.${name}: ${message}`,
    });
  });

  it.each([
    [null, 'found null'],
    [7, 'found number'],
    [true, 'found boolean'],
    [new Map(), 'found object'],
    [[], 'the list is empty'],
    ['', 'is empty; name a file'],
  ])('trust: %o', (trust, problem) => {
    expect(failure({ trust }).option).toBe('trust');
    expect(failure({ trust }).message).toContain(problem);
    expect(failure({ trust: { ca: trust } }).option).toBe('trust.ca');
    expect(failure({ trust: { ca: trust } }).message).toContain(problem);
    expect(failure({ trust: { ca: ca.der, intermediates: trust } }).option).toBe('trust.intermediates');
    expect(failure({ trustSets: { staff: trust } }).option).toBe('trustSets.staff');
    expect(failure({ trustSets: { staff: { ca: trust } } }).option).toBe('trustSets.staff.ca');
  });

  it('a file that is not there, by the option that names it', () => {
    expect(failure({ trust: 'nowhere.crt' }).option).toBe('trust.ca');
    expect(failure({ trust: ['nowhere.crt'] }).option).toBe('trust.ca[0]');
    expect(failure({ trust: { ca: ca.der, intermediates: 'nowhere.crt' } }).option).toBe('trust.intermediates');
    expect(failure({ trustSets: { staff: 'nowhere.crt' } }).option).toBe('trustSets.staff.ca');
  });

  it('a trust without ca, unless the system roots are trusted', () => {
    const message = 'trust.ca: is missing: name the authorities to trust';
    for (const trust of [{}, { ca: undefined }, { intermediates: sub.der }, { dangerouslyTrustSystemRoots: false }]) {
      expect(failure({ trust })).toMatchObject({ option: 'trust.ca', message });
    }
  });

  it.each(['trust', 'trustSets'])('%s that is undefined, so that a variable that is not set changes nobody’s trust', (name) => {
    expect(failure({ [name]: undefined })).toMatchObject({
      option: name,
      message: `${name}: is undefined; give it a value, or leave it out to take trust from the TLS server`,
    });
  });

  it.each([
    ['dangerouslyTrustSystemRoots', { trust: { ca: 'x', dangerouslyTrustSystemRoots: 'yes' } }, 'trust.dangerouslyTrustSystemRoots'],
    ['allowServerAuthPurpose', { allowServerAuthPurpose: 1 }, 'allowServerAuthPurpose'],
    ['allowPartialChain', { trust: { ca: 'x', allowPartialChain: 'true' } }, 'trust.allowPartialChain'],
  ])('a flag that is neither true nor false: %s', (_, options, option) => {
    expect(failure(options)).toMatchObject({ option, message: `${option}: expected true or false` });
  });

  it.each([[-1], [1.5], [101], ['2'], [Number.NaN], [null], [[]], [2n]])('depth %o, everywhere', (depth) => {
    const problem = 'expected a whole number of intermediates, 0 to 100';
    expect(failure({ depth })).toMatchObject({ option: 'depth', message: `depth: ${problem}` });
    expect(failure({ trust: { ca: ca.der, depth } })).toMatchObject({ option: 'trust.depth', message: `trust.depth: ${problem}` });
    expect(failure({ trustSets: { staff: { ca: ca.der, depth } } }).option).toBe('trustSets.staff.depth');
  });

  it.each([
    ['an empty object', {}, 'is empty; name at least one trust set'],
    ['a list', ['ca.crt'], "expected an object of trust sets by name, such as { staff: 'staff-ca.crt' }"],
    ['a source', 'ca.crt', "expected an object of trust sets by name, such as { staff: 'staff-ca.crt' }"],
    ['null', null, "expected an object of trust sets by name, such as { staff: 'staff-ca.crt' }"],
    ['a Map', new Map([['staff', 'ca.crt']]), "expected an object of trust sets by name, such as { staff: 'staff-ca.crt' }"],
    ['the name of `trust`', { default: 'ca.crt' }, "'default' is the name of `trust`; choose another"],
    ['a set without name', { '': 'ca.crt' }, "a trust set needs a name, and not '__proto__'"],
    ['a set that would be lost', JSON.parse('{"staff": "ca.crt", "__proto__": "ca.crt"}'), "a trust set needs a name, and not '__proto__'"],
  ])('trustSets: %s', (_, trustSets, problem) => {
    expect(failure({ trustSets })).toMatchObject({ option: 'trustSets', message: `trustSets: ${problem}` });
  });

  it('a trust set that is undefined', () => {
    expect(failure({ trustSets: { staff: undefined } })).toMatchObject({ option: 'trustSets.staff' });
  });

  it.each([[7], ['now'], [new Date()], [null]])('the clock %o', (clock) => {
    expect(failure({ clock })).toMatchObject({ option: 'clock', message: 'clock: expected a function that returns milliseconds' });
  });

  it.each([[null], [() => undefined], [{}], [{ debug() {}, info() {}, warn() {} }], [{ debug() {}, info() {}, warn() {}, error: 'x' }]])(
    'the logger %o',
    (logger) => {
      expect(failure({ logger })).toMatchObject({
        option: 'logger',
        message: 'logger: expected an object with debug, info, warn and error functions',
      });
    },
  );
});

describe('createVerifier refuses trust in', () => {
  it('a key below the floor', () => {
    const weak = buildCertificate({ subject: 'Weak', key: testKey('rsa-1024') });
    for (const [options, option] of [
      [{ trust: weak }, 'trust.ca'],
      [{ trust: [ca.der, weak] }, 'trust.ca'],
      [{ trustSets: { old: weak } }, 'trustSets.old.ca'],
    ] as const) {
      const error = failure(options);
      expect(error.option).toBe(option);
      expect(error.message).toMatch(/CN=Weak: .*1024.*; Use RSA of 2048 to 16384 bits/);
    }
  });

  it('intermediates alone, unless partial chains are allowed', () => {
    expect(failure({ trust: sub.der })).toMatchObject({
      option: 'trust.ca',
      message:
        "trust.ca: none of these is self-signed, so none can be a trust anchor: CN=Intermediate; add the root's certificate, or set allowPartialChain to trust them as they are",
    });
    expect(failure({ allowPartialChain: true, trust: { ca: sub.der, allowPartialChain: false } }).option).toBe('trust.ca');
    expect(atOnce(createVerifier({ trust: { ca: sub.der, allowPartialChain: true } }).verify([client(sub)])).ok).toBe(true);
    expect(atOnce(createVerifier({ trust: sub.der, allowPartialChain: true }).verify([client(sub)])).ok).toBe(true);
  });
});

describe('what somebody hung on Object.prototype', () => {
  const stranger = root('Stranger');

  function polluted<T>(key: string, value: unknown, work: () => T): T {
    Object.defineProperty(Object.prototype, key, { value, configurable: true, writable: true });
    try {
      return work();
    } finally {
      delete (Object.prototype as Record<string, unknown>)[key];
    }
  }

  it.each([
    ['dangerouslyTrustSystemRoots', true],
    ['intermediates', stranger.der],
  ])('is no option of a trust set: %s', (key, value) => {
    for (const trust of [ca.der, { ca: ca.der }]) {
      for (const options of [{ trust }, { trustSets: { staff: trust } }]) {
        const sets = polluted(key, value, () => [...(createVerifier(options).trust?.sets.values() ?? [])]);
        expect(sets.map(({ anchors, intermediates }) => [anchors.length, intermediates.length])).toEqual([[1, 0]]);
      }
    }
  });

  it('does not stand for a ca that is missing', () => {
    expect(polluted('ca', stranger.der, () => failure({ trust: {} }))).toMatchObject({ option: 'trust.ca' });
  });

  it.each([
    ['allowPartialChain', true],
    ['trust', stranger.der],
  ])('is refused as an option of the verifier: %s', (key, value) => {
    expect(polluted(key, value, () => failure({}))).toMatchObject({ option: key });
  });
});

describe('a ConfigurationError', () => {
  it('shows nothing of what was given', () => {
    const error = failure({ trust: { ca: 'SECRET', dpeth: 'SECRET' }, logger: { SECRET: 'SECRET' } });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('SECRET');
    expect(JSON.stringify(error.cause)).not.toContain('SECRET');
  });
});

describe('createVerifier takes', () => {
  it('a source, or an object with one, or sets by name', () => {
    expect(createVerifier({ trust: ca.der }).trustSets).toEqual(['default']);
    expect(createVerifier({ trust: { ca: [ca.der, sub.der] } }).trustSets).toEqual(['default']);
    expect(createVerifier({ trust: ca.der, trustSets: { staff: ca.der, partners: { ca: ca.der } } }).trustSets).toEqual([
      'default',
      'staff',
      'partners',
    ]);
    expect(createVerifier({ trustSets: { constructor: ca.der, toString: ca.der } }).trustSets).toEqual(['constructor', 'toString']);
  });

  it('an object without prototype', () => {
    expect(
      createVerifier(Object.assign(Object.create(null), { trust: Object.assign(Object.create(null), { ca: ca.der }) })).trustSets,
    ).toEqual(['default']);
  });

  it('one of trust and trustSets that is undefined beside the other', () => {
    expect(createVerifier({ trust: undefined, trustSets: { staff: ca.der } }).trustSets).toEqual(['staff']);
    expect(
      createVerifier({ trust: ca.der, trustSets: undefined, depth: undefined, clock: undefined, logger: undefined }).trustSets,
    ).toEqual(['default']);
  });

  it('nothing at all, and then has no trust of its own', () => {
    expect(createVerifier().trustSets).toBeUndefined();
    expect(createVerifier({}).trust).toBeUndefined();
  });

  it('the public roots of Node.js, every one of them', () => {
    const verifier = createVerifier({ trust: { dangerouslyTrustSystemRoots: true } });
    expect(verifier.trust?.sets.get('default')?.anchors.length).toBeGreaterThan(100);
    expect(atOnce(verifier.verify([client(ca)]))).toMatchObject({ refusal: { code: 'PEERCERT_ISSUER_UNKNOWN' } });
  });

  it('the rules of a set before the general ones', () => {
    const chain = [client(sub), sub.der];
    expect(atOnce(createVerifier({ trust: ca.der, depth: 0 }).verify(chain))).toMatchObject({
      refusal: { code: 'PEERCERT_DEPTH_EXCEEDED' },
    });
    expect(atOnce(createVerifier({ trust: { ca: ca.der, depth: 1 }, depth: 0 }).verify(chain)).ok).toBe(true);
    expect(
      atOnce(createVerifier({ trust: ca.der, trustSets: { short: { ca: ca.der, depth: 0 } } }).verify(chain, ['short'])),
    ).toMatchObject({
      refusal: { code: 'PEERCERT_DEPTH_EXCEEDED' },
    });
  });

  it('a certificate that is no authority, and trusts it as itself alone', () => {
    const pinned = client(ca, 'pinned');
    const verifier = createVerifier({ trust: pinned });
    expect(atOnce(verifier.verify([pinned]))).toMatchObject({ ok: true });
    expect(atOnce(verifier.verify([client(ca, 'other'), ca.der])).ok).toBe(false);
    expect(atOnce(verifier.verify([client({ subject: 'pinned', key: testKey('ec', 'client'), der: pinned })]))).toMatchObject({
      refusal: { code: 'PEERCERT_ISSUER_NOT_CA' },
    });
  });
});
