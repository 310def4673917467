import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors/index.js';
import { Guard, type GuardRequest } from '../../src/guard/index.js';
import { createVerifier, type DecisionEvent } from '../../src/verifier/index.js';
import { client, LogRecord, requestWith, root } from '../verifier/fakes.js';

const ca = root('Root');
const alice = client(ca, 'alice', { notBefore: '2025-01-01T00:00:00Z', notAfter: '2035-01-01T00:00:00Z' });

let events: DecisionEvent[];
const record = (event: unknown): void => void events.push(event as DecisionEvent);

beforeEach(() => {
  events = [];
  subscribe('peercert:decision', record);
});

afterEach(() => {
  unsubscribe('peercert:decision', record);
});

const guard = new Guard({ trust: ca.der, logger: new LogRecord(), statuses: { PEERCERT_CERTIFICATE_MISSING: 401 } });

describe('peercert:decision', () => {
  it('tells of each refusal, with the status of the answer, and of no identity', () => {
    const request = requestWith([]);
    void guard.decide(request);
    expect(events).toHaveLength(1);
    expect(events[0]).toEqual({
      request,
      identity: null,
      refusal: expect.objectContaining({ code: 'PEERCERT_CERTIFICATE_MISSING', status: 401 }),
      attributes: { 'peercert.verify': 'FAILED:PEERCERT_CERTIFICATE_MISSING' },
      rules: [],
      reported: [],
    });
  });

  it('tells of each acceptance in the words of OpenTelemetry', () => {
    const request = requestWith([alice], { resumed: true });
    const decision = guard.decide(request) as { identity: { fingerprint256: string } };
    expect(events).toEqual([
      {
        request,
        identity: decision.identity,
        attributes: {
          'peercert.verify': 'SUCCESS',
          'tls.client.subject': 'CN=alice',
          'tls.client.issuer': 'CN=Root',
          'tls.client.hash.sha256': decision.identity.fingerprint256.toUpperCase(),
          'tls.client.not_before': '2025-01-01T00:00:00.000Z',
          'tls.client.not_after': '2035-01-01T00:00:00.000Z',
          'tls.resumed': true,
          'peercert.trust_set': 'default',
          'peercert.source': 'tls',
          'peercert.revocation': 'notConfigured',
        },
        rules: [],
        reported: [],
      },
    ]);
    expect(Object.hasOwn(events[0] as object, 'refusal')).toBe(false);
    expect(events[0]?.attributes['tls.client.hash.sha256']).toMatch(/^[0-9A-F]{64}$/);
  });

  it('tells of the second request of a connection as of the first', () => {
    const request = requestWith([alice]);
    void guard.decide(request);
    void guard.decide(request);
    expect(events).toHaveLength(2);
  });

  it('tells of those that pass without identity', () => {
    void guard.decide(requestWith([alice]), guard.compile(false, 'policy'));
    void guard.decide(requestWith([]), guard.compile('optional', 'policy'));
    expect(events.map(({ identity, attributes }) => [identity, attributes])).toEqual([
      [null, { 'peercert.verify': 'NONE' }],
      [null, { 'peercert.verify': 'NONE' }],
    ]);
  });

  it('tells nothing of who failed a policy beside the refusal itself', () => {
    void guard.decide(requestWith([alice]), guard.compile({ subject: { OU: 'sales' } }, 'policy'));
    expect(events).toMatchObject([{ identity: null, attributes: { 'peercert.verify': 'FAILED:PEERCERT_POLICY_MISMATCH' } }]);
  });

  it('tells of what failed inside', async () => {
    const verifier = createVerifier({ trust: ca.der, logger: new LogRecord(), clock: () => Number.NaN });
    await new Guard({ verifier }).decide(requestWith([alice]));
    guard.misconfigured(requestWith([alice]), new ConfigurationError('config.mtls', 'is nonsense'));
    expect(events.map(({ attributes }) => attributes['peercert.verify'])).toEqual([
      'FAILED:PEERCERT_INTERNAL',
      'FAILED:PEERCERT_POLICY_INVALID',
    ]);
  });
});

describe('a subscriber', () => {
  it('that throws changes no decision: Node.js reports it, once the request is decided', async () => {
    const thrown = new Error('subscriber');
    const explode = (): never => {
      throw thrown;
    };
    // Vitest listens for uncaught exceptions to fail the run; here one is expected.
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const reported: unknown[] = [];
    process.on('uncaughtException', (error) => reported.push(error));
    subscribe('peercert:decision', explode);
    try {
      expect(guard.decide(requestWith([alice]))).toMatchObject({ ok: true });
      expect(guard.decide(requestWith([]))).toMatchObject({ ok: false, refusal: { code: 'PEERCERT_CERTIFICATE_MISSING' } });
      await new Promise(setImmediate);
      expect(reported).toEqual([thrown, thrown]);
    } finally {
      unsubscribe('peercert:decision', explode);
      process.removeAllListeners('uncaughtException');
      for (const listener of listeners) process.on('uncaughtException', listener);
    }
  });

  it('cannot turn a refusal into an acceptance by what it does to the event', async () => {
    const meddle = (event: unknown): void => {
      Object.assign(event as object, { identity: {}, refusal: undefined });
      delete (event as { refusal?: unknown }).refusal;
    };
    subscribe('peercert:decision', meddle);
    try {
      expect(await guard.decide(requestWith([]) as GuardRequest)).toMatchObject({ ok: false });
    } finally {
      unsubscribe('peercert:decision', meddle);
    }
  });
});
