import { describe, expect, it } from 'vitest';
import { ConfigurationError, type Outcome, type RefusalCode, refusalCodes, refused } from '../../src/errors/index.js';
import { type Decision, Guard, type GuardOptions, type GuardRequest } from '../../src/guard/index.js';
import { type ClientIdentity, isClientIdentity } from '../../src/identity/index.js';
import type { RoutePolicy } from '../../src/policy/index.js';
import { createVerifier, Verifier } from '../../src/verifier/index.js';
import { atOnce } from '../support/at-once.js';
import { client, FakeSocket, LogRecord, requestOver, requestWith, root } from '../verifier/fakes.js';

const ca = root();
const partners = root('Partners');
const alice = client(ca, { CN: 'alice', OU: 'payments' });
const verified = atOnce(createVerifier({ trust: ca.der }).verify([alice]));
const identity: object = verified.ok ? verified.value : {};
const throwing = (value: unknown) => (): never => {
  throw value;
};

/** A verifier whose answer is this; everything else about it is genuine. */
class StubVerifier extends Verifier {
  readonly #answer: () => unknown;

  constructor(answer: () => unknown, logger: LogRecord = new LogRecord()) {
    super({ trust: ca.der, logger });
    this.#answer = answer;
  }

  override authenticate(): Outcome<ClientIdentity> {
    return this.#answer() as Outcome<ClientIdentity>;
  }
}

function guardWith(options: GuardOptions = {}): Guard {
  return new Guard({ ...(options.verifier === undefined ? { trust: ca.der, logger: new LogRecord() } : {}), ...options });
}

const guardOf = (answer: () => unknown): Guard => guardWith({ verifier: new StubVerifier(answer) });

function show(decision: Decision): string {
  if (!decision.ok) return decision.refusal.code;
  return decision.identity === null ? 'anonymous' : (decision.identity.subject.attributes.CN?.[0] ?? 'no name');
}

async function decide(guard: Guard, request: object, policy?: RoutePolicy): Promise<string> {
  return show(await guard.decide(request as GuardRequest, policy === undefined ? undefined : guard.compile(policy, 'config.mtls')));
}

describe('a guard refuses with INTERNAL', () => {
  const lookalike = { subject: { attributes: { CN: ['alice'] } }, trustSet: 'default' };

  it.each<[string, () => unknown]>([
    ['throws an error', throwing(new Error('boom'))],
    ['throws a frozen error', throwing(Object.freeze(new Error('boom')))],
    ['throws null', throwing(null)],
    ['throws undefined', throwing(undefined)],
    ['throws a string', throwing('boom')],
    ['rejects', () => Promise.reject(new Error('boom'))],
    ['rejects with nothing', () => Promise.reject()],
    ['returns undefined', () => undefined],
    ['returns null', () => null],
    ['returns true', () => true],
    ['returns a string', () => 'ok'],
    ['returns an identity without outcome', () => identity],
    ['is truthy, but not true', () => ({ ok: 1, value: identity })],
    ['is the string true', () => ({ ok: 'true', value: identity })],
    ['has no identity', () => ({ ok: true })],
    ['has a null identity', () => ({ ok: true, value: null })],
    ['has something that looks like an identity', () => ({ ok: true, value: lookalike })],
    ['has a proxy of an identity', () => ({ ok: true, value: new Proxy(identity, {}) })],
    ['has an heir of an identity', () => ({ ok: true, value: Object.create(identity) })],
    ['has an identity in a promise', () => ({ ok: true, value: Promise.resolve(identity) })],
    ['refuses without refusal', () => ({ ok: false })],
    ['resolves to nothing', () => Promise.resolve()],
    ['resolves to true', () => Promise.resolve(true)],
    ['resolves to something that looks like an identity', () => Promise.resolve({ ok: true, value: lookalike })],
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested.
    ['is thenable, but no promise', () => ({ then: (settle: (outcome: unknown) => void) => settle(verified) })],
  ])('where the verifier’s answer %s', async (_, answer) => {
    for (const policy of ['required', 'optional', { subject: { OU: 'payments' } }] satisfies RoutePolicy[]) {
      expect(await decide(guardOf(answer), requestWith([]), policy)).toBe('PEERCERT_INTERNAL');
    }
  });

  it('and keeps the cause for the log', async () => {
    const error = new TypeError('boom');
    for (const answer of [
      () => {
        throw error;
      },
      () => Promise.reject(error),
    ]) {
      const logger = new LogRecord();
      const guard = guardWith({ verifier: new StubVerifier(answer, logger) });
      const decision = await guard.decide(requestWith([]));
      expect(decision).toMatchObject({ ok: false, refusal: { status: 500, cause: error, trace: [{ detail: 'TypeError: boom' }] } });
      expect(logger.lines).toMatchObject([{ level: 'error', fields: { code: 'PEERCERT_INTERNAL', err: error } }]);
    }
  });

  it.each<[string, unknown]>([
    ['is undefined', undefined],
    ['is null', null],
    [
      'has headers that throw',
      {
        socket: new FakeSocket([alice]),
        method: 'OPTIONS',
        get headers() {
          throw new Error('boom');
        },
      },
    ],
  ])('where the request %s', async (_, request) => {
    expect(await decide(guardWith({ allowCorsPreflight: true }), request as object)).toBe('PEERCERT_INTERNAL');
  });

  it('where the requirement is none', async () => {
    for (const requirement of [{}, { presence: 'required' }, { presence: 'required', policies: 'none' }, null]) {
      const request = requestWith([alice]);
      expect(show(await guardWith().decide(request, requirement as never))).toBe('PEERCERT_INTERNAL');
    }
  });

  it('where the clock tells no time', async () => {
    const logger = new LogRecord();
    for (const clock of [
      () => Number.NaN,
      () => {
        throw new Error('no time');
      },
    ]) {
      expect(await decide(new Guard({ trust: ca.der, clock, logger }), requestWith([alice]))).toBe('PEERCERT_INTERNAL');
    }
  });

  it('and neither throws nor rejects where the log of the request does', async () => {
    const explode = (): never => {
      throw new Error('disk full');
    };
    const logger = { debug: explode, info: explode, warn: explode, error: explode };
    const requirement = guardWith().requirement;
    expect(show(await guardWith().decide(requestWith([]), requirement, logger))).toBe('PEERCERT_CERTIFICATE_MISSING');
    expect(
      show(
        await guardOf(() => {
          throw new Error('boom');
        }).decide(requestWith([]), requirement, logger),
      ),
    ).toBe('PEERCERT_INTERNAL');
    expect(show(await guardOf(() => Promise.reject(new Error('boom'))).decide(requestWith([]), requirement, logger))).toBe(
      'PEERCERT_INTERNAL',
    );
    expect(show(await guardOf(async () => verified).decide(requestWith([]), requirement, logger))).toBe('alice');
    expect(show(guardWith().misconfigured(requestWith([]), new ConfigurationError('config.mtls', 'is nonsense'), logger))).toBe(
      'PEERCERT_POLICY_INVALID',
    );
  });
});

describe('a guard', () => {
  it('decides at once where nothing has to be waited for', () => {
    expect(guardWith().decide(requestWith([alice]))).not.toBeInstanceOf(Promise);
    expect(guardOf(async () => verified).decide(requestWith([]))).toBeInstanceOf(Promise);
  });

  it('takes the outcome of a promise as it takes one that is there', async () => {
    expect(
      await decide(
        guardOf(async () => verified),
        requestWith([]),
      ),
    ).toBe('alice');
    const missing = async () => refused('PEERCERT_CERTIFICATE_MISSING', { detail: 'none' });
    expect(await decide(guardOf(missing), requestWith([]))).toBe('PEERCERT_CERTIFICATE_MISSING');
    expect(await decide(guardOf(missing), requestWith([]), 'optional')).toBe('anonymous');
    expect(
      await decide(
        guardOf(async () => verified),
        requestWith([]),
        { subject: { OU: 'sales' } },
      ),
    ).toBe('PEERCERT_POLICY_MISMATCH');
  });

  it('asks the verifier for the trust sets that the requirement allows', async () => {
    const guard = new Guard({ trust: ca.der, trustSets: { partners: partners.der }, logger: new LogRecord() });
    const request = requestWith([client(partners, 'bob')]);
    expect(await decide(guard, request)).toBe('bob');
    expect(await decide(guard, request, { trustSet: 'default' })).toBe('PEERCERT_POLICY_MISMATCH');
    expect(await decide(guard, request, { trustSet: ['default', 'partners'] })).toBe('bob');
  });

  it('tells a client of another trust set from one that nobody stands behind', async () => {
    const logger = new LogRecord();
    const guard = new Guard({ trust: ca.der, trustSets: { partners: partners.der }, logger });
    expect(await decide(guard, requestWith([client(partners, 'bob')]), { trustSet: 'default' })).toBe('PEERCERT_POLICY_MISMATCH');
    expect(logger.lines.filter(({ level }) => level === 'info')).toMatchObject([
      { fields: { trace: [{ rule: 'trustSet', expected: '"default"', found: '"partners"' }] } },
    ]);
    expect(await decide(guard, requestWith([client(root('Stranger'), 'eve')]), { trustSet: 'default' })).toBe('PEERCERT_ISSUER_UNKNOWN');
  });

  it('tells the client nothing of the policy, and the log which rule failed', async () => {
    const logger = new LogRecord();
    const guard = new Guard({ trust: ca.der, logger });
    const decision = await guard.decide(requestWith([alice]), guard.compile({ subject: { OU: 'sales' } }, 'config.mtls'));
    expect(decision).toMatchObject({
      ok: false,
      refusal: { code: 'PEERCERT_POLICY_MISMATCH', text: 'The client certificate does not satisfy the policy' },
    });
    expect(logger.lines).toMatchObject([
      { level: 'debug', fields: { rules: [{ rule: 'subject.OU', holds: false, expected: '"sales"', found: '"payments"' }] } },
      { level: 'info', fields: { trace: [{ rule: 'subject.OU' }] } },
    ]);
  });

  it('logs the peer’s faults as info, its own as errors, to the logger it is given', async () => {
    const [own, given] = [new LogRecord(), new LogRecord()];
    const guard = new Guard({ trust: ca.der, logger: own });
    await guard.decide(requestWith([]), guard.requirement, given);
    await guard.decide(requestWith([], { server: {} }), guard.requirement, given);
    expect(given.lines.map(({ level, fields }) => [level, fields.code, fields.status])).toEqual([
      ['info', 'PEERCERT_CERTIFICATE_MISSING', 403],
      ['error', 'PEERCERT_NOT_REQUESTED', 500],
    ]);
    expect(given.lines[0]?.message).toMatch(
      /^\S+ "[^"]*": PEERCERT_CERTIFICATE_MISSING: the client sent no certificate; mend: Send a certificate/,
    );
    expect(own.lines).toEqual([]);
    await guard.decide(requestWith([]));
    expect(own.lines).toHaveLength(1);
  });

  it('logs nothing of who is let in', async () => {
    const logger = new LogRecord();
    const guard = new Guard({ trust: ca.der, logger });
    expect(await decide(guard, requestWith([alice]))).toBe('alice');
    expect(await decide(guard, requestWith([]), 'optional')).toBe('anonymous');
    expect(logger.lines).toEqual([]);
  });
});

describe('what is demanded', () => {
  const stranger = client(root('Stranger'));
  const expired = client(ca, 'alice', { notAfter: '2021-01-01' });

  it.each<[RoutePolicy, string, readonly Uint8Array[], string]>([
    ['required', 'nothing', [], 'PEERCERT_CERTIFICATE_MISSING'],
    ['required', 'a stranger', [stranger], 'PEERCERT_ISSUER_UNKNOWN'],
    ['required', 'alice', [alice], 'alice'],
    ['optional', 'nothing', [], 'anonymous'],
    ['optional', 'a stranger', [stranger], 'PEERCERT_ISSUER_UNKNOWN'],
    ['optional', 'somebody expired', [expired], 'PEERCERT_CERTIFICATE_EXPIRED'],
    ['optional', 'garbage', [Uint8Array.of(1)], 'PEERCERT_CERTIFICATE_MALFORMED'],
    ['optional', 'alice', [alice], 'alice'],
    [false, 'nothing', [], 'anonymous'],
    [false, 'a stranger', [stranger], 'anonymous'],
    [false, 'alice', [alice], 'anonymous'],
    [{ subject: { OU: 'payments' } }, 'nothing', [], 'PEERCERT_CERTIFICATE_MISSING'],
    [{ subject: { OU: 'payments' } }, 'alice', [alice], 'alice'],
    [{ subject: { OU: 'sales' } }, 'alice', [alice], 'PEERCERT_POLICY_MISMATCH'],
  ])('%o of %s', async (policy, _, certificates, expected) => {
    expect(await decide(guardWith(), requestWith(certificates), policy)).toBe(expected);
    expect(await decide(guardWith({ policy }), requestWith(certificates))).toBe(expected);
  });

  it('is `required` unless told', async () => {
    expect(await decide(guardWith(), requestWith([]))).toBe('PEERCERT_CERTIFICATE_MISSING');
  });

  it('optional is not met by a server that does not ask, nor by a connection without TLS', async () => {
    expect(await decide(guardWith(), requestWith([], { server: {} }), 'optional')).toBe('PEERCERT_NOT_REQUESTED');
    expect(await decide(guardWith(), requestOver({ remoteAddress: '127.0.0.1' }), 'optional')).toBe('PEERCERT_NOT_TLS');
    expect(await decide(guardWith(), requestOver({}, { stream: {} }), 'optional')).toBe('PEERCERT_CONNECTION_CLOSED');
  });

  it('false reads nothing at all', async () => {
    const socket = new FakeSocket([alice]);
    expect(await decide(guardWith(), requestOver(socket), false)).toBe('anonymous');
    expect(
      await decide(
        guardOf(() => {
          throw new Error('boom');
        }),
        requestOver({}),
        false,
      ),
    ).toBe('anonymous');
    expect(socket.reads).toBe(0);
  });

  it('gives an identity that only the verifier can have made', async () => {
    const decision = await guardWith().decide(requestWith([alice]));
    expect(decision.ok && isClientIdentity(decision.identity)).toBe(true);
  });
});

describe('a CORS preflight', () => {
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'PUT' };
  const preflight = (more: object = {}): object => ({ ...requestWith([]), method: 'OPTIONS', headers, ...more });

  it('is refused like any request unless it is allowed', async () => {
    expect(await decide(guardWith(), preflight())).toBe('PEERCERT_CERTIFICATE_MISSING');
    expect(await decide(guardWith({ allowCorsPreflight: false }), preflight())).toBe('PEERCERT_CERTIFICATE_MISSING');
  });

  it('passes without identity where it is allowed, and nothing is read', async () => {
    const socket = new FakeSocket([alice]);
    expect(await decide(guardWith({ allowCorsPreflight: true }), preflight({ socket }))).toBe('anonymous');
    expect(await decide(guardWith({ allowCorsPreflight: true }), preflight({ socket }), { subject: { OU: 'nobody' } })).toBe('anonymous');
    expect(socket.reads).toBe(0);
  });

  it.each([
    ['another method', { method: 'GET' }],
    ['the method in lower case', { method: 'options' }],
    ['no method', { method: undefined }],
    ['no origin', { headers: { 'access-control-request-method': 'PUT' } }],
    ['an empty origin', { headers: { ...headers, origin: '' } }],
    ['no requested method', { headers: { origin: 'https://app.example' } }],
    ['an empty requested method', { headers: { ...headers, 'access-control-request-method': '' } }],
    ['an upgrade, which no preflight asks for', { headers: { ...headers, connection: 'upgrade', upgrade: 'raw' } }],
    ['the requested method under another name', { headers: { origin: 'https://app.example', 'access-control-request-headers': 'PUT' } }],
  ])('is none with %s', async (_, more) => {
    expect(await decide(guardWith({ allowCorsPreflight: true }), preflight(more))).toBe('PEERCERT_CERTIFICATE_MISSING');
  });

  it('makes no other request of the same connection pass', async () => {
    const guard = guardWith({ allowCorsPreflight: true });
    const socket = new FakeSocket([]);
    expect(await decide(guard, preflight({ socket }))).toBe('anonymous');
    expect(await decide(guard, requestOver(socket, { method: 'PUT' }))).toBe('PEERCERT_CERTIFICATE_MISSING');
  });
});

describe('misconfigured', () => {
  it('refuses with POLICY_INVALID, and tells the log why', () => {
    const logger = new LogRecord();
    const guard = new Guard({ trust: ca.der, logger });
    const error = new ConfigurationError('config.mtls', 'is nonsense');
    const text = refusalCodes.PEERCERT_POLICY_INVALID.text;
    expect(guard.misconfigured(requestWith([alice]), error)).toMatchObject({
      ok: false,
      refusal: { code: 'PEERCERT_POLICY_INVALID', status: 500, text, cause: error, trace: [{ detail: 'config.mtls: is nonsense' }] },
    });
    expect(text).not.toContain('nonsense');
    expect(logger.of('error')).toEqual([expect.stringContaining('config.mtls: is nonsense')]);
  });
});

describe('statuses', () => {
  it('replace those of the table, by code', async () => {
    const guard = guardWith({ statuses: { PEERCERT_CERTIFICATE_MISSING: 401, PEERCERT_POLICY_INVALID: 503 } });
    const statusOf = async (certificates: readonly Uint8Array[]): Promise<unknown> => {
      const decision = await guard.decide(requestWith(certificates));
      return decision.ok || [decision.refusal.code, decision.refusal.status];
    };
    expect(await statusOf([])).toEqual(['PEERCERT_CERTIFICATE_MISSING', 401]);
    expect(await statusOf([client(root('Stranger'))])).toEqual(['PEERCERT_ISSUER_UNKNOWN', 403]);
    expect(guard.misconfigured(requestWith([]), new ConfigurationError('', 'x'))).toMatchObject({ refusal: { status: 503 } });
  });

  it('change no refusal that another guard of the same verifier hands out', async () => {
    const verifier = createVerifier({ trust: ca.der, logger: new LogRecord() });
    const request = requestWith([]);
    const status = async (statuses: Partial<Record<RefusalCode, number>>): Promise<unknown> => {
      const decision = await new Guard({ verifier, statuses }).decide(request);
      return decision.ok || decision.refusal.status;
    };
    expect(await status({ PEERCERT_CERTIFICATE_MISSING: 401 })).toBe(401);
    expect(await status({})).toBe(403);
  });
});
