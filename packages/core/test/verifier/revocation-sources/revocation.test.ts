import { channel } from 'node:diagnostics_channel';
import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/errors/index.js';
import type { RevocationEvent, RevocationOptions, VerifierOptions } from '../../../src/verifier/index.js';
import type { Certificate } from '../../../src/x509/index.js';
import { client } from '../../path/pki.js';
import { serving } from '../../sources/test-server.js';
import { cRLDistributionPoints } from '../../support/crl-builder.js';
import { generalName } from '../../support/extensions.js';
import { requestWith } from '../fakes.js';
import { alice, ca, carol, certificatePem, crl, folder, mallory, stranger, sub, watched } from './scene.js';

const unknown = 'PEERCERT_REVOCATION_UNKNOWN';
const revoked = 'PEERCERT_CERTIFICATE_REVOKED';
const ofSub = (options: Parameters<typeof crl>[0] = {}) => crl({ issuer: 'Sub', issuerKey: sub.key, ...options });
const number = ({ serialNumberHex }: { serialNumberHex: string }) => Number(`0x${serialNumberHex}`);

describe('without revocation', () => {
  it('nothing is asked, and the identity says so', async () => {
    expect(await watched(undefined).says(alice)).toBe('notConfigured');
  });

  it('code can deny and take back all the same, and on open connections', async () => {
    const { verifier, says } = watched(undefined);
    const request = requestWith([mallory.der]);
    expect(await verifier.authenticate(request)).toMatchObject({ ok: true });
    expect(verifier.deny({ issuer: 'CN=Root', serialNumber: 'F0:0D' })).toBe(true);
    expect(verifier.deny({ issuer: 'CN=Root', serialNumber: 'f00d' })).toBe(false);
    expect(await verifier.authenticate(request)).toMatchObject({ ok: false, refusal: { code: revoked } });
    expect([await says(mallory), await says(alice)]).toEqual([revoked, 'notConfigured']);
    expect(verifier.undeny({ issuer: 'CN=Root', serialNumber: 'f00d' })).toBe(true);
    expect(await verifier.authenticate(request)).toMatchObject({ ok: true, value: { revocation: 'notConfigured' } });
  });

  it('code that names nobody is told so', () => {
    const { verifier } = watched(undefined);
    expect(() => verifier.deny('mallory')).toThrow(ConfigurationError);
    expect(() => verifier.deny('mallory')).toThrow('deny: names no certificate');
    expect(() => verifier.undeny({ spki256: 'ab' })).toThrow('undeny: expected a SHA-256');
  });

  it('who denies an authority in code denies all below it', async () => {
    const { verifier, says, why } = watched(undefined);
    verifier.deny(sub.certificate.der);
    expect([await says(carol, sub.certificate), await says(alice)]).toEqual([revoked, 'notConfigured']);
    expect(await why(carol, sub.certificate)).toBe('it is on a deny list, by issuer and serial number');
  });

  it('who denies an anchor in code denies all below it, though nobody could revoke it', async () => {
    const { verifier, says } = watched(undefined);
    verifier.deny(ca.certificate.der);
    expect([await says(carol, sub.certificate), await says(alice)]).toEqual([revoked, revoked]);
  });
});

describe('a path', () => {
  it('needs good news of every certificate but the anchor', async () => {
    const says = (...crls: Uint8Array[]) => watched({ crl: crls }).says(carol, sub.certificate);
    expect(await says(crl())).toBe(unknown);
    expect(await says(ofSub())).toBe(unknown);
    expect(await says(crl(), ofSub())).toBe('good');
    expect(await says(crl(), ofSub({ revoked: [0xca01] }))).toBe(revoked);
    expect(await says(crl({ revoked: [number(sub.certificate)] }), ofSub())).toBe(revoked);
  });

  it('with a revoked authority is refused for that, whatever else is unknown', async () => {
    expect(await watched({ crl: crl({ revoked: [number(sub.certificate)] }) }).says(carol, sub.certificate)).toBe(revoked);
  });

  it.each<[Partial<RevocationOptions>, string, string]>([
    [{}, unknown, unknown],
    [{ allowNoInformation: 'intermediates' }, unknown, 'accepted'],
    [{ allowNoInformation: 'all' }, 'accepted', 'accepted'],
    [{ allowUnavailable: 'all' }, unknown, unknown],
  ])('of which nothing is known, with %o', async (exceptions, endEntity, intermediate) => {
    expect(await watched({ crl: crl(), ...exceptions }).says(carol, sub.certificate)).toBe(endEntity);
    expect(await watched({ crl: ofSub(), ...exceptions }).says(carol, sub.certificate)).toBe(intermediate);
  });

  it('of which the news has expired is let through for as long as was allowed', async () => {
    const { says, clock } = watched({ crl: crl(), acceptExpiredForSeconds: 3_600 });
    const strict = watched({ crl: crl() });
    for (const [at, lenient, other] of [
      ['2030-01-31T23:59:59Z', 'good', 'good'],
      ['2030-02-01T00:00:00Z', 'accepted', unknown],
      ['2030-02-01T00:59:59Z', 'accepted', unknown],
      ['2030-02-01T01:00:00Z', unknown, unknown],
      // A clock that goes back finds what it found before.
      ['2030-01-01T00:00:00Z', 'good', 'good'],
      ['2029-11-30T00:00:00Z', unknown, unknown],
    ] as const) {
      clock.set(at);
      strict.clock.set(at);
      expect([at, await says(alice), await strict.says(alice)]).toEqual([at, lenient, other]);
    }
  });
});

describe('the rules of a trust set', () => {
  const sets = (general: RevocationOptions | undefined, own: RevocationOptions | undefined, more: Partial<VerifierOptions> = {}) =>
    watched(general, {
      trust: { ca: ca.certificate.der, revocation: own },
      trustSets: { partners: { ca: stranger.certificate.der } },
      ...more,
    });
  const partner = client(stranger, { serialNumber: 9 }, 'partner');

  it('are added to the general ones', async () => {
    const files = folder();
    const { says } = sets({ denyList: files.write('deny.pem', certificatePem(mallory)) }, { crl: crl({ revoked: [0xa11ce] }) });
    expect([await says(mallory), await says(alice), await says(partner)]).toEqual([revoked, revoked, 'denyListOnly']);
  });

  it('hold for that set alone', async () => {
    const { says } = sets(undefined, { crl: crl({ revoked: [0xf00d] }) });
    expect([await says(mallory), await says(alice), await says(partner)]).toEqual([revoked, 'good', 'notConfigured']);
  });

  it('that are general hold for every set', async () => {
    const { says } = sets({ crl: crl() }, undefined);
    expect([await says(alice), await says(partner)]).toEqual(['good', unknown]);
  });

  it('make its own exceptions, before the general ones', async () => {
    const { says } = sets(
      { crl: crl({ issuer: 'Nobody' }), allowNoInformation: 'all' },
      { crl: crl({ issuer: 'Nobody' }), allowNoInformation: 'intermediates' },
    );
    expect([await says(alice), await says(partner)]).toEqual([unknown, 'accepted']);
  });
});

it('what is in force is told on peercert:revocation', async () => {
  const events: RevocationEvent[] = [];
  const listen = (message: unknown) => void events.push(message as RevocationEvent);
  const events$ = channel('peercert:revocation');
  events$.subscribe(listen);
  const files = folder();
  const file = files.write('crl.pem', crl());
  const { verifier, says } = watched({ crl: file });
  await verifier.ready;
  files.write('crl.pem', crl({ number: 8, revoked: [0xf00d] }));
  for (const end = performance.now() + 30_000; (await says(mallory)) !== revoked && performance.now() < end; )
    await new Promise(setImmediate);
  events$.unsubscribe(listen);
  expect(events).toEqual([{ source: file, detail: 'the CRL of CN=Root, number 8, 1 entries' }]);
});

it('a verifier that is closed says nothing any more', async () => {
  const { verifier, says } = watched({ crl: crl() });
  await verifier.close();
  expect(await says(alice)).toBe('PEERCERT_NOT_READY');
});

describe('while a verdict waits for', () => {
  const patience = { timeoutSeconds: 60 };

  it.each<[string, (base: string) => RevocationOptions, (base: string) => Certificate]>([
    ['a responder', (base) => ({ ocsp: { responder: base, ...patience } }), () => alice],
    [
      'a distribution point',
      (base) => {
        const allowPorts = [Number(new URL(base).port)];
        return { distributionPoints: { allowHosts: ['127.0.0.1'], allowPrivateAddresses: true, allowPorts, ...patience } };
      },
      (base) => client(ca, { extensions: [cRLDistributionPoints({ fullName: [generalName.uniformResourceIdentifier(base)] })] }, 'dave'),
    ],
  ])('%s, close() calls the request off, and nobody is let in', async (_whom, options, holder) => {
    const requests = new EventEmitter();
    const asked = once(requests, 'request') as Promise<[Socket]>;
    const base = await serving(({ socket }) => void requests.emit('request', socket));
    const { verifier, says, log } = watched(options(base));
    const said = says(holder(base));
    const [socket] = await asked;
    const calledOff = once(socket, 'close');
    await verifier.close();
    expect(await said).toBe('PEERCERT_NOT_READY');
    await calledOff;
    expect(log.of('warn')).toEqual([]);
  });
});
