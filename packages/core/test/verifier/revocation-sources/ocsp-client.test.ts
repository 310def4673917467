import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { ValidatedPath } from '../../../src/path/index.js';
import type { FetchOptions, FetchResult } from '../../../src/sources/index.js';
import { OcspClient, type OcspStatus, type ResponderCheck } from '../../../src/verifier/revocation-sources/ocsp-client.js';
import type { OcspOptions } from '../../../src/verifier/revocation-sources/options.js';
import { run, wait } from '../../../src/verifier/steps.js';
import type { Certificate } from '../../../src/x509/index.js';
import { client, issue, search } from '../../path/pki.js';
import { listen } from '../../sources/test-server.js';
import { cRLDistributionPoints, cRLNumber, issuingDistributionPoint } from '../../support/crl-builder.js';
import { ascii, implicit, oid, sequence } from '../../support/der-writer.js';
import { extendedKeyUsage, extension, generalName, keyUsage } from '../../support/extensions.js';
import {
  buildOcspResponse,
  byName,
  certStatus,
  errorResponse,
  noCheck,
  type OcspResponseOptions,
  type SingleResponseOptions,
} from '../../support/ocsp-builder.js';
import { FakeClock } from '../fakes.js';
import { alice, at, ca, crl, mallory, stranger, watched } from './scene.js';

const responder = 'http://ocsp.example';
const [path] = search(alice, { trusted: [ca] }).found as [ValidatedPath];
const ocspSigning = [keyUsage('digitalSignature'), extendedKeyUsage('1.3.6.1.5.5.7.3.9')];
const checked = issue('Responder', { issuer: ca, extensions: [...ocspSigning, noCheck()] });
const responders = generalName.uniformResourceIdentifier('http://crl.example/responders.crl');
const unchecked = issue('Unchecked', { issuer: ca, extensions: [...ocspSigning, cRLDistributionPoints({ fullName: [responders] })] });

type Said = Partial<SingleResponseOptions> & { readonly response?: Partial<OcspResponseOptions> };

/** About alice: good from the beginning of the day, for a day; signed by the root. */
function answer({ response = {}, ...single }: Said = {}): FetchResult {
  const about = { certificate: alice, issuer: ca.certificate, ...single };
  return bytes(buildOcspResponse({ responses: [about], responderId: byName('Root'), key: ca.key, ...response }));
}

function bytes(content: Uint8Array): FetchResult {
  return { ok: true, status: 200, bytes: content, headers: {} as never };
}

/** The nonce of a request, which is its last 32 octets. */
function nonceOf({ body }: FetchOptions): Uint8Array {
  return (body as Uint8Array).subarray(-32);
}

const unreachable: FetchResult = { ok: false, why: 'timeout', detail: 'was not answered in full within 100 ms' };
const day = 86_400_000;

function scene(
  options: Partial<OcspOptions> = {},
  check: ResponderCheck = () => wait<number | undefined>(undefined),
  isDenied: (responder: Certificate) => boolean = () => false,
) {
  const clock = new FakeClock(at + 3_600_000);
  const asked: string[] = [];
  const failures: string[] = [];
  const changes = { count: 0 };
  const network = { answer: (_url: string, _options: FetchOptions): FetchResult | Promise<FetchResult> => answer() };
  const ocsp = new OcspClient({
    options: { ...(options.fromCertificates === undefined ? { responder } : {}), ...options },
    responderCertificates: [],
    now: clock.now,
    onChange: () => void changes.count++,
    onFailure: (host, problem) => failures.push(`${host}: ${problem}`),
    fetchBytes: async (url, given) => {
      asked.push(url);
      return await network.answer(url, given);
    },
  });
  const status = (of: ValidatedPath = path) => run(ocsp.statusOf(of, 0, check, isDenied));
  const says = async (of?: ValidatedPath) => shown(await status(of));
  return { clock, asked, failures, changes, network, status, says };
}

function shown(status: OcspStatus): string {
  return status.status === 'unknown' ? `${status.why}: ${status.detail}` : status.status;
}

describe('an answer is not taken', () => {
  it.each<[string, FetchResult, string]>([
    ['that does not come', unreachable, 'unavailable: ocsp.example: was not answered in full'],
    ['of gibberish', bytes(Buffer.from('<html>')), 'malformed: ocsp.example'],
    ['of no bytes', bytes(new Uint8Array(0)), 'malformed: ocsp.example'],
    ['that tells an error, since anyone can', bytes(errorResponse(3)), 'unavailable: ocsp.example: the responder answered tryLater'],
    [
      'about another certificate, whose signature nobody has looked at',
      answer({ certificate: mallory }),
      'malformed: ocsp.example: the response is not about the certificate',
    ],
    [
      'that does not know the certificate',
      answer({ status: certStatus.unknown() }),
      'noInformation: ocsp.example: the responder does not know the certificate',
    ],
    ['that a stranger signed', answer({ response: { key: stranger.key } }), 'signature: ocsp.example'],
    [
      'that a stranger signed in its own name',
      answer({ response: { key: stranger.key, responderId: byName('Stranger') } }),
      'notAuthorized: ocsp.example',
    ],
    [
      'that is too old',
      answer({ thisUpdate: '2029-12-01T00:00:00Z', nextUpdate: '2029-12-02T00:00:00Z' }),
      'expired: ocsp.example: the answer counts until',
    ],
    ['that is to come', answer({ thisUpdate: '2030-02-01T00:00:00Z', nextUpdate: '2030-02-02T00:00:00Z' }), 'notYetValid: ocsp.example'],
    [
      'with another nonce',
      answer({ response: { nonce: new Uint8Array(32) } }),
      'nonce: ocsp.example: the nonce is not the one that was sent',
    ],
    [
      'of a responder of whom nothing is known',
      answer({ response: { key: unchecked.key, responderId: byName('Unchecked'), certs: [unchecked.certificate.der] } }),
      'notAuthorized: ocsp.example: the responder has no id-pkix-ocsp-nocheck',
    ],
  ])('%s', async (_, given, expected) => {
    const { says, network, failures } = scene();
    network.answer = () => given;
    expect(await says()).toContain(expected);
    expect(failures).toHaveLength(1);
  });

  it('when nobody may be asked', async () => {
    const { says, asked } = scene({ fromCertificates: { allowHosts: ['ocsp.example'] } });
    expect(await says()).toBe('noInformation: no OCSP responder is named that may be asked');
    expect(asked).toEqual([]);
  });
});

describe('an answer is taken', () => {
  it('until its nextUpdate and the skew, and asked for once', async () => {
    const { status, asked, clock } = scene();
    expect(await status()).toMatchObject({ status: 'good', validUntil: at + day + 300_000 });
    clock.set(at + day + 299_999);
    expect(status()).toMatchObject({ status: 'good' });
    expect(asked).toHaveLength(1);
    clock.advance(1);
    expect(status()).toBeInstanceOf(Promise);
    expect(asked).toHaveLength(2);
  });

  it('without nextUpdate for an hour, or for as long as is told', async () => {
    for (const [options, end] of [
      [{ clockSkewSeconds: 0 }, 7_200_000],
      [{ clockSkewSeconds: 10, maxAgeSeconds: 5 }, 3_615_000],
    ] as const) {
      const { status, network } = scene(options);
      network.answer = () => answer({ thisUpdate: '2030-01-01T01:00:00Z', nextUpdate: null });
      expect(await status()).toMatchObject({ status: 'good', validUntil: at + end });
    }
  });

  it('of a delegated responder that needs no check, unless it is denied', async () => {
    const denied = scene({}, undefined, ({ fingerprint256 }) => fingerprint256 === checked.certificate.fingerprint256);
    denied.network.answer = () =>
      answer({ response: { key: checked.key, responderId: byName('Responder'), certs: [checked.certificate.der] } });
    expect(await denied.says()).toBe('notAuthorized: ocsp.example: the responder is on a deny list');
    const { says, network } = scene();
    network.answer = () => answer({ response: { key: checked.key, responderId: byName('Responder'), certs: [checked.certificate.der] } });
    expect(await says()).toBe('good');
  });

  const byUnchecked = answer({ response: { key: unchecked.key, responderId: byName('Unchecked'), certs: [unchecked.certificate.der] } });

  it('of one that is known not to be revoked, for as long as that is known', async () => {
    const { status, network } = scene({}, (certificate) => {
      expect(certificate.subject.toString()).toBe('CN=Unchecked');
      return wait<number | undefined>(at + 4_000_000);
    });
    network.answer = () => byUnchecked;
    expect(await status()).toMatchObject({ status: 'good', validUntil: at + 4_000_000 });
  });

  it('of one of whom nothing is known, where that is allowed', async () => {
    const { says, network } = scene({ allowUncheckedResponders: true });
    network.answer = () => byUnchecked;
    expect(await says()).toBe('good');
  });

  it('of one of whom a list tells, and as long as none tells otherwise', async () => {
    const host = await listen(createServer((_, response) => response.end((byUnchecked as { bytes: Uint8Array }).bytes)));
    // A list for a distribution point that the responder alone names: of alice it tells nothing.
    const says = (revoked: readonly number[]) => {
      const list = crl({ revoked, extensions: [cRLNumber(1), issuingDistributionPoint({ fullName: [responders] })] });
      return watched({ ocsp: { responder: `http://${host}` }, crl: list }).says(alice);
    };
    expect(await says([])).toBe('good');
    expect(await says([Number(`0x${unchecked.certificate.serialNumberHex}`)])).toBe('PEERCERT_REVOCATION_UNKNOWN');
  });
});

describe('a nonce', () => {
  it('is sent by POST, and has to be repeated where it is required', async () => {
    const { says, network, asked } = scene({ nonce: 'require' });
    let body: Uint8Array | undefined;
    network.answer = (_, options) => {
      body = options.body;
      expect(options).toMatchObject({
        contentType: 'application/ocsp-request',
        accept: 'application/ocsp-response',
        timeoutMilliseconds: 5_000,
        largestBytes: 65_536,
      });
      return answer({ response: { nonce: nonceOf(options) } });
    };
    expect(await says()).toBe('good');
    expect(asked).toEqual([responder]);
    expect(body?.length).toBeGreaterThan(100);
  });

  it('that is required and not there is refused', async () => {
    const { says } = scene({ nonce: 'require' });
    expect(await says()).toBe('nonce: ocsp.example: the response has no nonce');
  });

  it('is another one each time', async () => {
    const { says, network, clock } = scene();
    const nonces: string[] = [];
    network.answer = (_, options) => {
      nonces.push(Buffer.from(nonceOf(options)).toString('hex'));
      return unreachable;
    };
    await says();
    clock.advance(20_000);
    await says();
    expect(new Set(nonces).size).toBe(2);
  });

  it('that is not sent lets a GET do, which caches can answer', async () => {
    const { says, network, asked } = scene({ nonce: 'none' });
    network.answer = (_, options) => {
      expect(options.body).toBeUndefined();
      return answer({ response: { nonce: new Uint8Array(32) } });
    };
    expect(await says()).toBe('good');
    expect(asked[0]).toMatch(/^http:\/\/ocsp\.example\/[A-Za-z0-9%]+$/);
  });

  it('that is not sent needs a POST where the URL would be too long', async () => {
    const { says, network, asked } = scene({ nonce: 'none', responder: `${responder}/${'x'.repeat(200)}` });
    network.answer = (_, options) => {
      expect(options.body).toBeDefined();
      return answer();
    };
    expect(await says()).toBe('good');
    expect(asked[0]).toMatch(/x{200}$/);
  });
});

describe('responders', () => {
  it('are asked in their order, until one knows', async () => {
    const { says, network, asked, failures } = scene({ responder: ['http://a.example', 'http://b.example', 'http://c.example'] });
    network.answer = (url) => (url === 'http://a.example' ? unreachable : answer());
    expect(await says()).toBe('good');
    expect(asked).toEqual(['http://a.example', 'http://b.example']);
    expect(failures).toEqual(['a.example: was not answered in full within 100 ms']);
  });

  it('that all fail give the reason of the last', async () => {
    const { says, network, failures } = scene({ responder: ['http://a.example', 'http://b.example'] });
    network.answer = (url) => (url === 'http://a.example' ? unreachable : bytes(errorResponse(2)));
    expect(await says()).toBe('unavailable: b.example: the responder answered internalError');
    expect(failures).toHaveLength(2);
  });

  it('of the certificate are asked within the rules, those that are configured within none', async () => {
    const aia = extension('1.3.6.1.5.5.7.1.1', sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), implicit(6, ascii('http://aia.example/x')))));
    const named = client(ca, { serialNumber: 77, extensions: [aia] }, 'named');
    const [namedPath] = search(named, { trusted: [ca] }).found as [ValidatedPath];
    const rules = { allowHosts: ['aia.example'], allowPorts: [8080], timeoutSeconds: 2 };
    const fromCertificate = scene({ fromCertificates: rules });
    fromCertificate.network.answer = (_, options) => {
      expect(options).toMatchObject({ allowHosts: ['aia.example'], allowPorts: [8080], timeoutMilliseconds: 2_000 });
      expect(options.allowPrivateAddresses).toBeUndefined();
      return answer({ certificate: named });
    };
    expect(await fromCertificate.says(namedPath)).toBe('good');
    expect(fromCertificate.asked).toEqual(['http://aia.example/x']);

    const configured = scene({ responder: 'https://own.example:8443', fromCertificates: rules, timeoutSeconds: 1 });
    configured.network.answer = (_, options) => {
      expect(options).toMatchObject({ allowHosts: 'any', allowPrivateAddresses: true, allowPorts: [8443], timeoutMilliseconds: 1_000 });
      return answer({ certificate: named });
    };
    expect(await configured.says(namedPath)).toBe('good');
    expect(configured.asked).toEqual(['https://own.example:8443']);
  });
});

describe('a certificate', () => {
  it('is asked about once at a time, whoever waits', async () => {
    const { says, network, asked } = scene();
    let reply: (result: FetchResult) => void = () => undefined;
    network.answer = () => new Promise((resolve) => (reply = resolve));
    const waiting = [says(), says(), says()];
    await Promise.resolve();
    reply(answer());
    expect(await Promise.all(waiting)).toEqual(['good', 'good', 'good']);
    expect(asked).toHaveLength(1);
  });

  it('is not asked about again within 10 s of a failure', async () => {
    const { status, says, network, asked, clock } = scene();
    network.answer = () => unreachable;
    await says();
    clock.advance(9_999);
    expect(status()).toMatchObject({ status: 'unknown', why: 'unavailable' });
    expect(asked).toHaveLength(1);
    clock.advance(1);
    network.answer = () => answer();
    expect(await says()).toBe('good');
    clock.advance(-3_600_000);
    expect(status()).toMatchObject({ status: 'good' });
    expect(asked).toHaveLength(2);
  });

  it('counts as unreachable when too many are asked about', async () => {
    const { status, network, asked } = scene();
    network.answer = () => new Promise(() => undefined);
    for (let index = 0; index < 256; index++) {
      const [one] = search(client(ca, { serialNumber: 1_000 + index }, `c${index}`), { trusted: [ca] }).found;
      expect(status(one)).toBeInstanceOf(Promise);
    }
    expect(status()).toMatchObject({ status: 'unknown', why: 'unavailable', detail: '256 OCSP requests are under way' });
    expect(asked).toHaveLength(256);
  });

  it('that was revoked stays so when nobody answers any more, and until a newer answer says otherwise', async () => {
    const { says, network, clock, asked } = scene();
    network.answer = () => answer({ status: certStatus.revoked(1) });
    expect(await says()).toBe('revoked');
    clock.advance(2 * day);
    network.answer = () => unreachable;
    expect(await says()).toBe('revoked');
    expect(await says()).toBe('revoked');
    expect(asked).toHaveLength(2);
    clock.advance(20_000);
    // A replay from before: signed, and older.
    network.answer = () => answer({ thisUpdate: '2029-12-31T00:00:00Z', nextUpdate: '2030-02-01T00:00:00Z' });
    expect(await says()).toBe('revoked');
    clock.advance(20_000);
    network.answer = () => answer({ thisUpdate: '2030-01-03T00:00:00Z', nextUpdate: '2030-01-04T00:00:00Z' });
    expect(await says()).toBe('good');
  });

  it('of which the news is another tells everybody, and the first word of it nobody', async () => {
    const { says, network, clock, changes } = scene();
    expect(await says()).toBe('good');
    expect(changes.count).toBe(0);
    clock.advance(2 * day);
    network.answer = () => answer({ status: certStatus.revoked(), thisUpdate: '2030-01-01T12:00:00Z', nextUpdate: '2030-01-04T00:00:00Z' });
    expect(await says()).toBe('revoked');
    expect(changes.count).toBe(1);
  });
});
