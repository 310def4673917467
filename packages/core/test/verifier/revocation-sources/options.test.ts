import { describe, expect, it } from 'vitest';
import { isHttpUrl } from '../../../src/verifier/revocation-sources/options.js';
import { alice, ca, certificatePem, crl, crlPem, failure, watched } from './scene.js';

const list = crl();
const aFile = 'expected the name of a file, folder or glob, an http(s) URL, PEM or DER bytes, or a list of these';
const seconds = (least: number) => `expected a number of seconds, ${least} to 31536000`;
const store = { ready: Promise.resolve(), confirmedAt: 1, staleAfterSeconds: 5, subscribe: () => () => undefined };
const aStore = 'expected an object with ready, confirmedAt, staleAfterSeconds and subscribe';
const asksNobody = "asks nobody: name a responder, or { fromCertificates: { allowHosts: ['ocsp.example.com'] } }";

describe('the options of revocation are refused', () => {
  it.each([
    ['that name no source', {}, '', "names no source: add crl, ocsp, distributionPoints or denyList, such as { crl: 'crl.pem' }"],
    ['that only weaken', { allowNoInformation: 'all' }, '', 'names no source'],
    ['with a key that is unknown', { crl: list, crls: list }, '', "unknown option 'crls' (did you mean 'crl'?)"],
    ['with an unknown exception', { crl: list, allowUnavailable: true }, '.allowUnavailable', "expected 'intermediates' or 'all'"],
    ['with another', { crl: list, allowNoInformation: 'endEntity' }, '.allowNoInformation', "expected 'intermediates' or 'all'"],

    ['with no CRL', { crl: '' }, '.crl', aFile],
    ['with no bytes', { crl: new Uint8Array(0) }, '.crl', aFile],
    ['with a number for a CRL', { crl: 7 }, '.crl', aFile],
    ['with an empty list of CRLs', { crl: [] }, '.crl', 'is an empty list: name a source, or leave it out'],
    ['with an empty name in the list', { crl: [list, ' '] }, '.crl[1]', aFile],

    [
      'with hosts of no kind',
      { distributionPoints: true },
      '.distributionPoints',
      "expected an object such as { allowHosts: ['crl.example.com'] }",
    ],
    [
      'without hosts',
      { distributionPoints: { allowHosts: [] } },
      '.distributionPoints.allowHosts',
      'is an empty list, which allows nothing: name the hosts',
    ],
    [
      'with every host',
      { distributionPoints: { allowHosts: ['*'] } },
      '.distributionPoints.allowHosts[0]',
      "expected a host, such as 'crl.example.com' or '*.example.com'",
    ],
    [
      'with a URL for a host',
      { distributionPoints: { allowHosts: ['http://crl.example'] } },
      '.distributionPoints.allowHosts[0]',
      'expected a host',
    ],
    [
      'with a port in a host',
      { distributionPoints: { allowHosts: ['crl.example:80'] } },
      '.distributionPoints.allowHosts[0]',
      'expected a host',
    ],
    [
      'with a port that is none',
      { distributionPoints: { allowHosts: ['a.example'], allowPorts: ['80'] } },
      '.distributionPoints.allowPorts[0]',
      'expected a port',
    ],
    [
      'with a port that is too large',
      { distributionPoints: { allowHosts: ['a.example'], allowPorts: [65_536] } },
      '.distributionPoints.allowPorts[0]',
      'expected a port, 1 to 65535',
    ],
    [
      'with no time to answer',
      { distributionPoints: { allowHosts: ['a.example'], timeoutSeconds: 0 } },
      '.distributionPoints.timeoutSeconds',
      seconds(0.1),
    ],
    [
      'with private addresses as a word',
      { distributionPoints: { allowHosts: ['a.example'], allowPrivateAddresses: 'yes' } },
      '.distributionPoints.allowPrivateAddresses',
      'expected true or false',
    ],
    [
      'with an unknown key of hosts',
      { distributionPoints: { allowHosts: ['a.example'], allowHost: ['b.example'] } },
      '.distributionPoints',
      "unknown option 'allowHost' (did you mean 'allowHosts'?)",
    ],

    ['that ask no responder', { ocsp: {} }, '.ocsp', asksNobody],
    ['that ask no responder, with a nonce', { ocsp: { nonce: 'require' } }, '.ocsp', asksNobody],
    ['with a responder over LDAP', { ocsp: { responder: 'ldap://a.example' } }, '.ocsp.responder', 'expected an http(s) URL'],
    ['with half a URL', { ocsp: { responder: 'http://' } }, '.ocsp.responder', 'expected an http(s) URL'],
    [
      'with an empty list of responders',
      { ocsp: { responder: [] } },
      '.ocsp.responder',
      'is an empty list: name a source, or leave it out',
    ],
    [
      'with an unknown nonce policy',
      { ocsp: { responder: 'http://a.example', nonce: 'never' } },
      '.ocsp.nonce',
      "expected 'require', 'ifPresent' or 'none'",
    ],
    ['with an unknown hash', { ocsp: { responder: 'http://a.example', hash: 'md5' } }, '.ocsp.hash', "expected 'sha1' or 'sha256'"],
    [
      'with an OCSP time of no number',
      { ocsp: { responder: 'http://a.example', timeoutSeconds: '5' } },
      '.ocsp.timeoutSeconds',
      seconds(0.1),
    ],
    ['with an age before all time', { ocsp: { responder: 'http://a.example', maxAgeSeconds: -1 } }, '.ocsp.maxAgeSeconds', seconds(0)],
    [
      'with a skew without end',
      { ocsp: { responder: 'http://a.example', clockSkewSeconds: Infinity } },
      '.ocsp.clockSkewSeconds',
      seconds(0),
    ],
    [
      'with unchecked responders as a word',
      { ocsp: { responder: 'http://a.example', allowUncheckedResponders: 1 } },
      '.ocsp.allowUncheckedResponders',
      'expected true or false',
    ],
    [
      'with no responder certificate',
      { ocsp: { responder: 'http://a.example', responderCertificates: [] } },
      '.ocsp.responderCertificates',
      'the list is empty',
    ],
    [
      'with a responder certificate that is none',
      { ocsp: { responder: 'http://a.example', responderCertificates: Uint8Array.of(1) } },
      '.ocsp.responderCertificates',
      'PEM',
    ],
    [
      'with hosts of certificates that are none',
      { ocsp: { fromCertificates: { allowHosts: [] } } },
      '.ocsp.fromCertificates.allowHosts',
      'is an empty list',
    ],

    ['with an empty deny list', { denyList: [] }, '.denyList', 'is an empty list: name a source, or leave it out'],
    ['with a deny list without a name', { denyList: ' ' }, '.denyList', 'is empty; name a file'],
    ['with a deny list of bytes', { denyList: list }, '.denyList', 'expected the name of a file, folder or glob, or a list of them'],
    ['with a deny list that is not there', { denyList: 'no-such-file.pem' }, '.denyList', 'no-such-file.pem'],
    ['with a store without ready', { denyStore: { ...store, ready: undefined } }, '.denyStore', aStore],
    ['with a store that is never stale', { denyStore: { ...store, staleAfterSeconds: 0 } }, '.denyStore', aStore],
    ['with a store that cannot be listened to', { denyStore: { ...store, subscribe: undefined } }, '.denyStore', aStore],
    ['with a store that is none', { denyStore: null }, '.denyStore', aStore],

    ['with an age as a text', { crl: list, acceptExpiredForSeconds: '1' }, '.acceptExpiredForSeconds', seconds(0)],
    ['with an age of more than a year', { crl: list, acceptExpiredForSeconds: 31_536_001 }, '.acceptExpiredForSeconds', seconds(0)],
    ['with no time to keep', { crl: list, keepLastGoodForSeconds: 0 }, '.keepLastGoodForSeconds', seconds(1)],
    ['with polling all the time', { crl: list, pollSeconds: 0 }, '.pollSeconds', seconds(0.1)],
    ['with authorities as a word', { crl: list, allowDenyingAuthorities: 'yes' }, '.allowDenyingAuthorities', 'expected true or false'],
    ['with a state folder without a name', { crl: list, stateFolder: '' }, '.stateFolder', 'is empty; name a file'],
    ['with CRLs of no bytes', { crl: list, largestCrlBytes: 0 }, '.largestCrlBytes', 'expected a whole number, 1 to 2147483647'],
    ['with half a byte', { crl: list, largestCrlBytes: 1.5 }, '.largestCrlBytes', 'expected a whole number, 1 to 2147483647'],
    ['with too many entries', { crl: list, mostCrlEntries: 2 ** 28 }, '.mostCrlEntries', 'expected a whole number, 1 to 134217728'],
  ])('%s', (_, options, path, message) => {
    const error = failure(options);
    expect(error.option).toBe(`revocation${path}`);
    expect(error.message).toContain(message);
  });

  it('of a trust set, with its name', () => {
    const of = (trust: object) => {
      try {
        watched(undefined, trust);
      } catch (error) {
        return (error as { option: string }).option;
      }
      throw new Error('nothing was thrown');
    };
    expect(of({ trust: { ca: ca.certificate.der, revocation: {} } })).toBe('trust.revocation');
    expect(of({ trust: undefined, trustSets: { staff: { ca: ca.certificate.der, revocation: { crl: '' } } } })).toBe(
      'trustSets.staff.revocation.crl',
    );
    expect(of({ trust: { ca: ca.certificate.der, revocation: { crl: 'no-such.crl' } } })).toBe('trust.revocation.crl');
    expect(of({ trustSets: { staff: { ca: ca.certificate.der, revocation: { crl: 'no-such.crl' } } } })).toBe(
      'trustSets.staff.revocation.crl',
    );
  });
});

describe('the options of revocation take', () => {
  it.each([
    ['DER', list],
    ['PEM as a text', crlPem()],
    ['PEM as bytes', Buffer.from(crlPem())],
    ['several', [crlPem({ number: 1 }), list]],
  ])('CRLs as %s', async (_, given) => {
    expect(await watched({ crl: given }).says(alice)).toBe('good');
  });

  it('every host form there is', () => {
    const allowHosts = ['crl.example.com', '*.example.com', '127.0.0.1', '[::1]'];
    expect(() =>
      watched({ distributionPoints: { allowHosts, allowPorts: [8080], allowPrivateAddresses: true, timeoutSeconds: 0.5 } }),
    ).not.toThrow();
  });

  it('every option of OCSP', () => {
    const ocsp = { responder: ['http://a.example', 'HTTPS://b.example/x'], nonce: 'none', hash: 'sha256', timeoutSeconds: 1 } as const;
    expect(() =>
      watched({
        ocsp: {
          ...ocsp,
          maxAgeSeconds: 0,
          clockSkewSeconds: 0,
          allowUncheckedResponders: true,
          responderCertificates: certificatePem(alice),
        },
      }),
    ).not.toThrow();
  });
});

it('a URL is one whatever its case, and a file that looks alike is none', () => {
  expect([isHttpUrl('HTTPS://a'), isHttpUrl('http://a')]).toEqual([true, true]);
  expect([isHttpUrl('https'), isHttpUrl('./http://a'), isHttpUrl('httpx://a')]).toEqual([false, false, false]);
});
