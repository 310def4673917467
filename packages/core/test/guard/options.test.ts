import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors/index.js';
import { Guard, type GuardOptions } from '../../src/guard/index.js';
import { createVerifier } from '../../src/verifier/index.js';
import { LogRecord, requestWith, root } from '../verifier/fakes.js';

const ca = root();
const verifier = createVerifier({ trust: ca.der });
const attach = (): void => undefined;
const tls = { verifier, attach };

function failure(options: unknown): ConfigurationError {
  try {
    new Guard(options as GuardOptions);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a guard cannot be made with', () => {
  it.each([[null], ['ca.crt'], [7], [[]], [() => undefined]])('%o instead of options', (options) => {
    expect(failure(options)).toMatchObject({ option: '', message: "expected an object of options, such as { trust: 'ca.crt' }" });
  });

  it.each([
    ['trsut', 'trust'],
    ['Policy', 'policy'],
    ['status', 'statuses'],
    ['allowCorsPreflights', 'allowCorsPreflight'],
    ['verifyer', 'verifier'],
    ['detph', 'depth'],
    ['logge', 'logger'],
  ])('the unknown option %s, and thinks of %s', (name, near) => {
    const error = failure({ trust: ca.der, [name]: 'x' });
    expect(error.option).toBe('');
    expect(error.message).toBe(
      `unknown option '${name}' (did you mean '${near}'?); known are verifier, tls, policy, policies, policyFile, policyTimeoutSeconds, statuses, allowCorsPreflight, trust, trustSets, revocation, closeAfterSeconds, clock, logger, keepLastGoodForSeconds, pollSeconds, depth, allowServerAuthPurpose, allowPartialChain, initialPolicies, requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy, permittedSubtrees, excludedSubtrees`,
    );
  });

  it('what the verifier would not take, by the same paths', () => {
    expect(failure({ trust: { cca: 'x' } }).option).toBe('trust.ca');
    expect(failure({ trust: { ca: ca.der, dpeth: 1 } })).toMatchObject({
      option: 'trust',
      message: expect.stringContaining("did you mean 'depth'?"),
    });
    expect(failure({ trust: 'nowhere.crt' }).option).toBe('trust.ca');
    expect(failure({ trust: ca.der, depth: -1 }).option).toBe('depth');
    expect(failure({ trust: null }).option).toBe('trust');
  });

  it.each([[{}], [null], [{ authenticate: () => ({ ok: true }) }]])('the verifier %o', (made) => {
    expect(failure({ verifier: made })).toMatchObject({ option: 'verifier', message: 'verifier: expected what createVerifier() returns' });
  });

  it.each([
    [null],
    [{}],
    [{ verifier }],
    [{ attach }],
    [{ verifier: undefined, attach }],
    [{ verifier: {}, attach }],
    [{ verifier, attach: true }],
  ])('the tls %o', (made) => {
    expect(failure({ tls: made })).toMatchObject({ option: 'tls', message: 'tls: expected what serverTls() returns' });
  });

  it.each(['verifier', 'tls', 'trust', 'trustSets'])('%s that is undefined, where nothing else says whom to trust', (name) => {
    expect(failure({ [name]: undefined, policy: 'optional' })).toMatchObject({
      option: name,
      message: `${name}: is undefined; give it a value, or leave it out to take trust from the TLS server`,
    });
  });

  it.each([
    [undefined, 'is undefined'],
    [null, 'null is no policy'],
    [true, 'true is no policy'],
    ['require', "(did you mean 'required'?)"],
    [{}, 'has no rules'],
    [{ subject: {} }, 'has no attributes'],
    [{ replaceDefault: true }, 'there is no default policy to replace'],
    [{ trustSet: 'nowhere' }, "there is no trust set 'nowhere'"],
  ])('the policy %o', (policy, problem) => {
    const error = failure({ trust: ca.der, policy });
    expect(error.option).toMatch(/^policy/);
    expect(error.message).toContain(problem);
  });

  it.each([[200], [302], [399], [600], [403.5], ['403'], [null], [Number.NaN]])('the status %o', (status) => {
    expect(failure({ trust: ca.der, statuses: { PEERCERT_NOT_TLS: status } })).toMatchObject({
      option: 'statuses.PEERCERT_NOT_TLS',
      message: 'statuses.PEERCERT_NOT_TLS: expected an HTTP status, 400 to 599',
    });
  });

  it('a status for a code that there is not', () => {
    expect(failure({ trust: ca.der, statuses: { PEERCERT_CERT_MISSING: 401 } })).toMatchObject({
      option: 'statuses',
      message: expect.stringContaining("unknown option 'PEERCERT_CERT_MISSING'"),
    });
    expect(failure({ trust: ca.der, statuses: [401] }).option).toBe('statuses');
  });

  it.each([[1], ['true'], [null], [{}]])('allowCorsPreflight %o', (allowCorsPreflight) => {
    expect(failure({ trust: ca.der, allowCorsPreflight })).toMatchObject({
      option: 'allowCorsPreflight',
      message: 'allowCorsPreflight: expected true or false',
    });
  });

  it.each([
    ['trust', ca.der],
    ['trustSets', { staff: ca.der }],
    ['depth', 3],
    ['clock', Date.now],
    ['logger', new LogRecord()],
    ['allowPartialChain', false],
  ])('a verifier and an option for one: %s', (name, value) => {
    for (const given of [{ verifier }, { tls }]) {
      expect(failure({ ...given, [name]: value })).toMatchObject({
        option: name,
        message: `${name}: belongs to the verifier, which is given ready-made; pass it to createVerifier({ ${name}: … })`,
      });
    }
  });

  it('the tls of another verifier', () => {
    expect(failure({ verifier: createVerifier({ trust: ca.der }), tls })).toMatchObject({
      option: 'tls',
      message: 'tls: was made for another verifier; give serverTls() the same one',
    });
  });

  it('and shows nothing of what was given', () => {
    const shown = inspect(failure({ trust: 'SECRET', polcy: 'SECRET', tls: { key: 'SECRET' } }), { depth: 20 });
    expect(shown).not.toContain('SECRET');
  });
});

describe('a guard is made with', () => {
  it('a verifier, which it closes only if it was made for it', async () => {
    const given = createVerifier({ trust: ca.der });
    const own = new Guard({ trust: ca.der });
    for (const guard of [new Guard({ verifier: given }), new Guard({ tls: { verifier: given, attach } }), own]) await guard.close();
    const code = (outcome: unknown): unknown => (outcome as { refusal: { code: string } }).refusal.code;
    expect(code(await given.verify([]))).toBe('PEERCERT_CERTIFICATE_MISSING');
    expect(code(await own.verifier.verify([]))).toBe('PEERCERT_NOT_READY');
  });

  it('a verifier, the tls of one, or options for one', () => {
    expect(new Guard({ verifier }).verifier).toBe(verifier);
    expect(new Guard({ tls }).verifier).toBe(verifier);
    expect(new Guard({ verifier, tls }).verifier).toBe(verifier);
    expect(new Guard({ trust: ca.der, trustSets: { staff: ca.der } }).verifier.trustSets).toEqual(['default', 'staff']);
    expect(new Guard().verifier.trustSets).toBeUndefined();
  });

  it('options that are undefined where another one says whom to trust', () => {
    expect(new Guard({ verifier, tls: undefined, trust: undefined, depth: undefined }).verifier).toBe(verifier);
    expect(
      new Guard({ verifier: undefined, tls: undefined, trust: ca.der, statuses: undefined, allowCorsPreflight: undefined }).verifier
        .trustSets,
    ).toEqual(['default']);
  });

  it('a logger for where the options name none', async () => {
    const [own, given] = [new LogRecord(), new LogRecord()];
    await new Guard({ trust: ca.der }, given).decide(requestWith([]));
    expect(given.lines).toHaveLength(1);
    await new Guard({ trust: ca.der, logger: own }, given).decide(requestWith([]));
    expect([own.lines.length, given.lines.length]).toEqual([1, 1]);
  });
});

describe('guard.compile', () => {
  it('throws by the option it is told', () => {
    const guard = new Guard({ trust: ca.der });
    expect(() => guard.compile(undefined, 'config.mtls')).toThrow(/^config\.mtls: is undefined/);
    expect(() => guard.compile({ trustSet: 'staff' }, 'config.mtls')).toThrow(/^config\.mtls\.trustSet: there is no trust set 'staff'/);
  });

  it('knows the trust set that is taken from the server', () => {
    const guard = new Guard();
    expect(guard.compile({ trustSet: 'default' }, 'policy').demands.trustSets).toEqual(['default']);
    expect(() => guard.compile({ trustSet: 'staff' }, 'policy')).toThrow(ConfigurationError);
  });

  it('adds the default policy', () => {
    const guard = new Guard({ trust: ca.der, policy: { subject: { O: 'Example' } } });
    expect(guard.compile({ subject: { OU: 'payments' } }, 'policy').demands.policies).toHaveLength(2);
    expect(guard.compile({ subject: { OU: 'payments' }, replaceDefault: true }, 'policy').demands.policies).toHaveLength(1);
  });
});
