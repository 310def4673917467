import { createServer } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { listen } from '../../sources/test-server.js';
import { buildOcspResponse, byName, certStatus } from '../../support/ocsp-builder.js';
import { alice, ca, crl, watched } from './scene.js';

/** About alice, as of the beginning of the day, for a day; signed by the root. */
function answer(status: Uint8Array): Uint8Array {
  return buildOcspResponse({
    responses: [{ certificate: alice, issuer: ca.certificate, status }],
    responderId: byName('Root'),
    key: ca.key,
  });
}

describe('through the verifier, over a real network', () => {
  let requests: { method: string | undefined; length: number }[];
  let reply: (() => Uint8Array) | undefined;
  let base: string;

  beforeEach(async () => {
    requests = [];
    reply = undefined;
    const server = createServer((request, response) => {
      let length = 0;
      request.on('data', (chunk: Buffer) => (length += chunk.length));
      request.on('end', () => {
        requests.push({ method: request.method, length });
        if (reply !== undefined) response.end(reply());
      });
    });
    base = `http://${await listen(server)}`;
  });

  const good = () => answer(certStatus.good());

  it('a responder is asked once for all who come at the same time', async () => {
    reply = good;
    const { says } = watched({ ocsp: { responder: base } });
    expect(await Promise.all([says(alice), says(alice), says(alice)])).toEqual(['good', 'good', 'good']);
    expect(requests).toEqual([{ method: 'POST', length: expect.any(Number) }]);
    const cached = watched({ ocsp: { responder: base, nonce: 'none' } });
    expect(await cached.says(alice)).toBe('good');
    expect(requests[1]).toEqual({ method: 'GET', length: 0 });
  });

  it('one that does not answer is given up on in time, which is unavailable and no less', async () => {
    const ocsp = { responder: base, timeoutSeconds: 0.1 };
    const strict = watched({ ocsp, allowNoInformation: 'all' });
    expect(await strict.says(alice)).toBe('PEERCERT_REVOCATION_UNKNOWN');
    expect(strict.log.of('warn')).toEqual([`revocation: OCSP responder ${base.slice(7)}: was not answered in full within 100 ms`]);
    expect(await watched({ ocsp, allowUnavailable: 'all' }).says(alice)).toBe('accepted');
  });

  it('that a responder knows nothing does not make up for a list that might', async () => {
    reply = () => answer(certStatus.unknown());
    const rules = { ocsp: { responder: base }, allowNoInformation: 'all' } as const;
    expect(await watched(rules).says(alice)).toBe('accepted');
    expect(await watched({ ...rules, crl: 'http://127.0.0.1:1/root.crl' }).says(alice)).toBe('PEERCERT_REVOCATION_UNKNOWN');
  });

  it('a list that tells comes first, and revoked is what any of them says', async () => {
    reply = () => answer(certStatus.revoked());
    expect(await watched({ ocsp: { responder: base }, crl: crl() }).says(alice)).toBe('good');
    expect(requests).toEqual([]);
    expect(await watched({ ocsp: { responder: base }, crl: crl({ nextUpdate: '2029-12-31' }) }).says(alice)).toBe(
      'PEERCERT_CERTIFICATE_REVOKED',
    );
  });
});
