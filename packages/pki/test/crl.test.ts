import { createPublicKey, verify } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Authority, createAuthority } from '../src/authority.js';
import type { Credential } from '../src/credential.js';
import type { Crl, CrlOptions } from '../src/crl.js';
import { children, contentOf } from '../src/der.js';
import type { KeyName } from '../src/keys.js';
import { X509Crl } from '../src/peculiar.js';
import { fieldsOf } from './certificate-parts.js';

let ca: Authority;
let client: Credential;
beforeAll(async () => {
  ca = await createAuthority({ subject: 'CN=CA' });
  client = await ca.issueClient({ subject: 'CN=a', serialNumber: '80' });
});

const dates = { thisUpdate: new Date('2030-01-01T00:00:00Z'), nextUpdate: new Date('2060-01-01T00:00:00Z') };
const bare = { ...dates, number: null, authorityKeyIdentifier: null } as const;
const text = (digits: string) => Buffer.from(digits).toString('hex');

/** The entries, each in hexadecimal. */
const entriesOf = ({ der }: Crl) => {
  const [toBeSigned] = children(der) as [Uint8Array];
  return children(children(toBeSigned)[5] as Uint8Array).map((entry) => Buffer.from(entry).toString('hex'));
};
const isSignedBy = ({ der }: Crl, issuer: Credential, hash: string | undefined) => {
  const [toBeSigned, , signature] = children(der) as [Uint8Array, Uint8Array, Uint8Array];
  return verify(hash, toBeSigned, createPublicKey(issuer.keyObject), contentOf(signature).subarray(1));
};

describe('refusals', () => {
  test.each<[string, unknown, string]>([
    ['a slip', { revocations: [] }, "issueCrl: unknown option 'revocations'; known are revoked, thisUpdate"],
    [
      'an end before the beginning',
      { thisUpdate: dates.nextUpdate, nextUpdate: dates.thisUpdate },
      'nextUpdate (2030-01-01T00:00:00.000Z) lies before thisUpdate',
    ],
    ['a date that is none', { thisUpdate: 'today' }, 'thisUpdate: expected a valid Date'],
    ['a negative number', { number: -1 }, 'number: must not be negative'],
    ['half a number', { number: 0.5 }, 'number: expected a whole number'],
    ['half a base', { baseNumber: 0.5 }, 'baseNumber: expected a whole number'],
    ['an entry without certificate', { revoked: [{}] }, 'revoked[0]: give either certificate or serialNumber'],
    [
      'an entry for two',
      { revoked: [{ serialNumber: '01' }, { serialNumber: '01', certificate: '' }] },
      'revoked[1]: give either certificate or serialNumber',
    ],
    ['text without certificate', { revoked: [{ certificate: 'a' }] }, 'revoked[0].certificate: expected one certificate in PEM'],
    ['a slip in an entry', { revoked: [{ serial: '01' }] }, "revoked[0]: unknown option 'serial'"],
    [
      'an unknown reason',
      { revoked: [{ serialNumber: '01', reason: 'lost' }] },
      "unknown reason 'lost'; known are unspecified, keyCompromise",
    ],
    ['an entry without valid date', { revoked: [{ serialNumber: '01', date: new Date('x') }] }, 'revoked[0].date: expected a valid Date'],
    ['a serial number of zero', { revoked: [{ serialNumber: '00' }] }, 'serialNumber: must be positive'],
    ['a hash without its ugly name', { signatureHash: 'SHA-1' }, "unknown signatureHash 'SHA-1'"],
  ])('%s', async (_title, options, problem) => {
    await expect(ca.issueCrl(options as CrlOptions)).rejects.toThrow(TypeError);
    await expect(ca.issueCrl(options as CrlOptions)).rejects.toThrow(problem);
  });

  test('two certificates in one PEM', async () => {
    await expect(ca.issueCrl({ revoked: [{ certificate: client.certificate + ca.certificate }] })).rejects.toThrow(
      'expected one certificate in PEM',
    );
  });
});

describe('what comes out', () => {
  test('an empty list has no entries at all, and every field in its place', async () => {
    const [version, signature, issuer, thisUpdate, nextUpdate, ...others] = fieldsOf((await ca.issueCrl(bare)).der);
    expect(version).toBe('020101');
    expect(signature).toBe('300a06082a8648ce3d040302');
    expect(issuer).toBe(fieldsOf(ca.der)[5]);
    expect(thisUpdate).toBe(`170d${text('300101000000Z')}`);
    expect(nextUpdate).toBe(`180f${text('20600101000000Z')}`);
    expect(others).toEqual([]);
  });

  test('an entry without reason has no extensions, not an empty sequence of them', async () => {
    const revoked = [{ serialNumber: '01' }, { certificate: client, reason: 'unspecified' }] as const;
    const date = `170d${text('300101000000Z')}`;
    expect(entriesOf(await ca.issueCrl({ ...bare, revoked }))).toEqual([`3012020101${date}`, `301302020080${date}`]);
  });

  test('reason, dates and other extensions of an entry', async () => {
    const revoked = [
      {
        serialNumber: 7n,
        date: new Date('2029-12-31T00:00:00.999Z'),
        reason: 'aACompromise',
        invalidityDate: new Date('2001-01-01T00:00:00Z'),
        extensions: [{ oid: '1.2.3', critical: true, value: Uint8Array.of(5, 0) }],
      },
    ] as const;
    const extensions = ['300a0603551d1504030a010a', `30180603551d180411180f${text('20010101000000Z')}`, '300b06022a030101ff04020500'];
    expect(entriesOf(await ca.issueCrl({ ...bare, revoked }))).toEqual([
      `3047020107170d${text('291231000000Z')}3033${extensions.join('')}`,
    ]);
  });

  test('a certificate in each of its forms', async () => {
    const forms = [client, client.x509, client.certificate, client.der];
    const made = entriesOf(await ca.issueCrl({ ...bare, revoked: forms.map((certificate) => ({ certificate })) }));
    expect(new Set(made)).toEqual(new Set([`301302020080170d${text('300101000000Z')}`]));
    expect(made).toHaveLength(4);
  });

  test("number, base number and the issuer's key identifier", async () => {
    const identifier = fieldsOf(ca.der)
      .at(-1)
      ?.match(/0603551d0e04160414([0-9a-f]{40})/)?.[1];
    const { der } = await ca.issueCrl({ ...dates, number: 255, baseNumber: 2n });
    const [keyIdentifier, number, base] = [
      `301f0603551d23041830168014${identifier}`,
      '300b0603551d140404020200ff',
      '300d0603551d1b0101ff0403020102',
    ];
    expect(fieldsOf(der).at(-1)).toBe(`a03f303d${keyIdentifier}${number}${base}`);
  });

  test('numbers grow from list to list', async () => {
    const lists = await Promise.all([ca.issueCrl(), ca.issueCrl(), ca.issueCrl()]);
    const numbers = lists.map(({ der }) =>
      BigInt(
        `0x${
          fieldsOf(der)
            .at(-1)
            ?.match(/0603551d14040[0-9a-f]02..([0-9a-f]+)$/)?.[1]
        }`,
      ),
    );
    expect(numbers[0]).toBeGreaterThan(1_700_000_000_000n);
    expect((numbers[1] as bigint) > (numbers[0] as bigint) && (numbers[2] as bigint) > (numbers[1] as bigint)).toBe(true);
  });

  test('a raw extension stands instead of the generated one', async () => {
    const extensions = [{ oid: '2.5.29.20', critical: true, value: Uint8Array.of(2, 1, 9) }];
    const { der } = await ca.issueCrl({ ...dates, authorityKeyIdentifier: null, extensions });
    expect(fieldsOf(der).at(-1)).toBe('a011300f300d0603551d140101ff0403020109');
  });

  test('without nextUpdate, on demand', async () => {
    const fields = fieldsOf((await ca.issueCrl({ ...bare, nextUpdate: null, revoked: [{ serialNumber: '01' }] })).der);
    expect(fields.map((field) => field.slice(0, 2))).toEqual(['02', '30', '30', '17', '30']);
  });

  test('an expired list needs its end alone', async () => {
    const fields = fieldsOf((await ca.issueCrl({ nextUpdate: new Date('2020-01-02T00:00:00Z') })).der);
    expect(fields.slice(3, 5)).toEqual([`170d${text('200101000000Z')}`, `170d${text('200102000000Z')}`]);
  });

  test.each<[KeyName, string | undefined]>([
    ['ecdsa-p256', 'SHA-256'],
    ['ecdsa-p384', 'SHA-384'],
    ['ecdsa-p521', 'SHA-512'],
    ['ed25519', undefined],
    ['rsa-2048', 'SHA-256'],
  ])('signed with %s', async (key, hash) => {
    const issuer = await createAuthority({ subject: 'CN=CA', key });
    expect(isSignedBy(await issuer.issueCrl(), issuer, hash)).toBe(true);
    expect(isSignedBy(await issuer.issueCrl({ revoked: [{ serialNumber: '01' }] }), issuer, hash)).toBe(true);
    expect(isSignedBy(await issuer.issueCrl(), ca, hash)).toBe(false);
  });

  test('PEM under the label that OpenSSL wants, and @peculiar/x509 reads it', async () => {
    const crl = await ca.issueCrl({ revoked: [{ certificate: client, reason: 'keyCompromise' }] });
    expect(crl.pem).toMatch(/^-----BEGIN X509 CRL-----\n[A-Za-z0-9+/=\n]+-----END X509 CRL-----\n$/);
    const read = new X509Crl(Uint8Array.from(crl.der));
    expect(read.entries.map(({ serialNumber, reason }) => [serialNumber, reason])).toEqual([['80', 1]]);
  });

  test('more entries than a call takes arguments', { timeout: 60_000 }, async () => {
    const crl = await ca.issueCrl({ revoked: Array.from({ length: 150_000 }, (_, index) => ({ serialNumber: BigInt(index + 1) })) });
    const [toBeSigned] = children(crl.der) as [Uint8Array];
    expect(children(children(toBeSigned)[5] as Uint8Array)).toHaveLength(150_000);
    expect(isSignedBy(crl, ca, 'SHA-256')).toBe(true);
  });
});
