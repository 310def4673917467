import { afterEach, describe, expect, it, vi } from 'vitest';
import { createVerifier } from '../../src/verifier/index.js';
import { atOnce } from '../support/at-once.js';
import { client, FakeSocket, requestOver, root } from './fakes.js';

const ca = root();

describe('a logger that throws', () => {
  it('changes no verdict', () => {
    const explode = (): never => {
      throw new Error('disk full');
    };
    const verifier = createVerifier({ logger: { debug: explode, info: explode, warn: explode, error: explode } });
    // Both outcomes of reading the server's ca are told to the log.
    expect(atOnce(verifier.authenticate(requestOver(new FakeSocket([client(ca)], { server: { requestCert: true } })))).ok).toBe(false);
    const server = { requestCert: true, ca: Buffer.from(ca.der) };
    expect(atOnce(verifier.authenticate(requestOver(new FakeSocket([client(ca)], { server })))).ok).toBe(true);
    for (const level of ['debug', 'info', 'warn', 'error'] as const) expect(() => verifier.logger[level]({}, 'message')).not.toThrow();
  });
});

describe('a logger', () => {
  it('is called as the methods that its own state needs', () => {
    class Counter {
      count = 0;
      debug(): void {
        this.count += 1;
      }
      info(): void {
        this.count += 10;
      }
      warn(): void {
        this.count += 100;
      }
      error(): void {
        this.count += 1_000;
      }
    }
    const logger = new Counter();
    const { debug, info, warn, error } = createVerifier({ trust: ca.der, logger }).logger;
    for (const log of [debug, info, warn, error]) log({}, 'message');
    expect(logger.count).toBe(1_111);
  });
});

describe('without a logger', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('warnings and errors become process warnings, the rest is silent', () => {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { logger } = createVerifier({ trust: ca.der });
    logger.debug({}, 'debug');
    logger.info({}, 'info');
    expect(emitWarning).not.toHaveBeenCalled();
    logger.warn({}, 'warn');
    logger.error({}, 'error');
    expect(emitWarning.mock.calls).toEqual([
      ['warn', 'PeercertWarning'],
      ['error', 'PeercertWarning'],
    ]);
  });
});

describe('the console as a logger', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is given messages alone', () => {
    const info = vi.spyOn(console, 'info').mockImplementation(() => undefined);
    createVerifier({ trust: ca.der, logger: console }).logger.info({ trace: [] }, 'message');
    expect(info.mock.calls).toEqual([['message']]);
  });
});
