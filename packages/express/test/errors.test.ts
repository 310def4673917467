import { inspect } from 'node:util';
import express from 'express';
import express4 from 'express4';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ask } from '../../../test/support/ask.js';
import { mallory, trusting } from '../../../test/support/cast.js';
import { mtls, RefusedError } from '../src/index.js';
import { listening, serverFor } from './support/hosts.js';

const text = 'The client certificate is not issued by a trusted authority';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The error that a stranger's request ends with. */
async function refusedError(): Promise<RefusedError> {
  const auth = mtls(trusting);
  let found: unknown;
  const port = await listening(
    serverFor((request, response) =>
      auth(request, response, (error) => {
        found = error;
        response.end();
      }),
    ),
  );
  await ask(port, { client: mallory });
  if (!(found instanceof RefusedError)) throw new TypeError('no RefusedError');
  return found;
}

describe('RefusedError', () => {
  it('says what may be told, as Express and http-errors have it', async () => {
    const error = await refusedError();
    expect(error).toBeInstanceOf(Error);
    expect({ ...error, message: error.message, text: String(error) }).toEqual({
      name: 'RefusedError',
      code: 'PEERCERT_ISSUER_UNKNOWN',
      status: 403,
      statusCode: 403,
      expose: true,
      headers: { connection: 'close' },
      message: text,
      text: `RefusedError: ${text}`,
    });
  });

  it('has what was found in refusal.trace, for logs', async () => {
    const { refusal } = await refusedError();
    expect(refusal).toMatchObject({ code: 'PEERCERT_ISSUER_UNKNOWN', trace: [{ depth: 0, detail: expect.stringContaining('Stranger') }] });
    expect(Object.isFrozen(refusal)).toBe(true);
  });

  it('shows the operator what was found and what to do, in one line', async () => {
    const error = await refusedError();
    const line = /^PEERCERT_ISSUER_UNKNOWN: .*CN=Stranger.*; mend: If the issuer that the trace names is to be trusted, .*$/;
    expect(inspect(error)).toMatch(line);
    expect(inspect(error)).not.toContain('\n');
    expect(inspect({ err: error })).toContain('CN=Stranger');
  });

  it.each<[string, (error: RefusedError) => unknown]>([
    ['its JSON', (error) => error],
    ['a copy', (error) => ({ ...error })],
    [
      'all of its own properties',
      (error) => Object.fromEntries(Object.getOwnPropertyNames(error).map((name) => [name, error[name as keyof RefusedError]])),
    ],
    ['its text', (error) => String(error)],
    ['its stack', (error) => error.stack],
    ['its cause', (error) => ({ cause: error.cause, code: error.code })],
  ])('tells nothing of it in %s', async (_what, body) => {
    const sent = JSON.stringify(body(await refusedError()));
    expect(sent).toMatch(/ISSUER_UNKNOWN|trusted authority/);
    expect(sent).not.toMatch(/Stranger|trace|mend|alice|node:|\.[jt]s/);
  });
});

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
] as const)("%s's own error page", (name, make) => {
  it.each([
    ['development', `PEERCERT_ISSUER_UNKNOWN: ${text}`],
    ['production', 'Forbidden'],
    ['test', `PEERCERT_ISSUER_UNKNOWN: ${text}`],
  ])('tells nothing of what was found in %s', async (env, page) => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const app = make();
    app.set('env', env);
    app.use(mtls(trusting));
    const told = await ask(await listening(serverFor(app)), { client: mallory });
    expect(told.status).toBe(403);
    expect(told.headers.connection).toBe('close');
    expect(/<pre>(.*)<\/pre>/s.exec(told.body)?.[1]).toBe(page);
    expect(told.body).not.toMatch(/Stranger|trace|mend|alice|node_modules|\.[jt]s/);
    if (env === 'test') return;
    await expect.poll(() => logged.mock.calls.length).toBe(1);
    const [shown] = logged.mock.calls[0] as [unknown];
    // Express 4 logs the stack, which must not say more than clients may see.
    if (name === 'Express 5') expect(inspect(shown)).toMatch(/CN=Stranger.*; mend: /);
    else expect(shown).toBe(`PEERCERT_ISSUER_UNKNOWN: ${text}`);
  });

  it('has the status and the headers of refusals that may pass', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const auth = mtls(trusting);
    await auth.verifier.close();
    const app = make();
    app.use(auth);
    const told = await ask(await listening(serverFor(app)));
    expect([told.status, told.headers['retry-after']]).toEqual([503, '5']);
  });
});

describe('the log', () => {
  it('is the one that the options name: what a peer did wrong as info, what the operator did as error', async () => {
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const auth = mtls({ ...trusting, logger });
    const port = await listening(serverFor((request, response) => auth(request, response, () => void response.end())));
    await ask(port, { client: mallory });
    expect(logger.info).toHaveBeenCalledWith(
      expect.objectContaining({ code: 'PEERCERT_ISSUER_UNKNOWN', status: 403 }),
      expect.stringContaining('CN=Stranger'),
    );
    await auth.verifier.close();
    await ask(port, { client: mallory });
    expect(logger.error).toHaveBeenCalledWith(
      expect.objectContaining({ code: 'PEERCERT_NOT_READY', status: 503 }),
      expect.stringContaining('PEERCERT_NOT_READY: '),
    );
  });

  it('changes nothing where it throws', async () => {
    const fail = (): never => {
      throw new Error('the disk is full');
    };
    const auth = mtls({ ...trusting, logger: { debug: fail, info: fail, warn: fail, error: fail } });
    let found: unknown;
    const port = await listening(
      serverFor((request, response) =>
        auth(request, response, (error) => {
          found = error;
          response.end();
        }),
      ),
    );
    await ask(port, { client: mallory });
    expect(found).toMatchObject({ code: 'PEERCERT_ISSUER_UNKNOWN' });
  });
});
