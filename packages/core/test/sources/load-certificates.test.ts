import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writePem } from '../../src/asn1/index.js';
import { ConfigurationError } from '../../src/errors/index.js';
import { type CertificateSource, loadCertificates } from '../../src/sources/index.js';
import { buildCertificate, extension, testKey } from '../support/certificate-builder.js';
import { concat, sequence } from '../support/der-writer.js';

const [a, b, c] = ['A', 'B', 'C'].map((subject) => buildCertificate({ subject })) as [Uint8Array, Uint8Array, Uint8Array];
const pem = (der: Uint8Array): string => writePem('CERTIFICATE', der);
const privateKey = testKey('ec').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const garbage = Uint8Array.of(0x30, 0x03, 1, 2, 3);

let folder: string;
const file = (name: string): string => join(folder, name);

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(file(name), content);
  return file(name);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-sources-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function failure(source: unknown, option = 'trust.ca'): ConfigurationError {
  try {
    loadCertificates(source as CertificateSource, option);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The common names, to compare with. */
function names(source: CertificateSource): string[] {
  return loadCertificates(source, 'ca').map((certificate) => certificate.subject.toString());
}

describe('loadCertificates refuses', () => {
  it('a missing file, with its name, where it was looked for, why, and what to do', () => {
    const error = failure('nowhere.crt');
    expect(error.option).toBe('trust.ca');
    expect(error.message).toBe(
      `trust.ca: cannot read nowhere.crt, relative to ${process.cwd()} (ENOENT); correct the name or the permissions`,
    );
    expect(error.cause).toMatchObject({ code: 'ENOENT' });
  });

  it.each([
    ['a NUL in the name', 'ca\0.crt', 'ERR_INVALID_ARG_VALUE'],
    ['a name that is too long', 'é'.repeat(200), 'ENAMETOOLONG'],
    ['a name below a file', join(import.meta.filename, 'ca.crt'), 'ENOTDIR'],
  ])('%s like any that cannot be read', (_, name, code) => {
    const error = failure(name);
    expect(error.option).toBe('trust.ca');
    expect(error.message).toContain(`(${code}); correct the name`);
    expect(error.cause).toMatchObject({ code });
  });

  it.each([
    ['base64 that lost its BEGIN line', privateKey.split('\n').slice(1, -2).join('\n')],
    ['base64 in one line', privateKey.split('\n').slice(1, -2).join('')],
    ['base64 with its line ends written out', privateKey.split('\n').slice(1, -2).join(String.raw`\n`)],
    ['anything longer than a name', `key: ${privateKey.split('\n')[1]}`.repeat(5)],
  ])('%s, and shows nothing of it', (_, text) => {
    const error = failure(text);
    expect(error.message).toBe('trust.ca: is neither PEM, which has a BEGIN line, nor a file that is there; give one of them');
    expect(error.cause).toBeUndefined();
  });

  it('nothing that is there, whatever its name looks like', () => {
    const name = 'certificatesOfTheAuthoritiesThatClientsOfTheGatewayAreTrustedBy';
    expect(names(write(name, pem(a)))).toEqual(['CN=A']);
  });

  it('a link to itself', () => {
    symlinkSync('loop.crt', file('loop.crt'));
    expect(failure(file('loop.crt')).message).toContain('(ELOOP)');
  });

  it('a folder named like a certificate in a folder', () => {
    mkdirSync(file('nested/inner.pem'), { recursive: true });
    expect(failure(file('nested')).message).toContain('(EISDIR)');
  });

  it('a folder without certificate files', () => {
    mkdirSync(file('empty'));
    writeFileSync(file('empty/README'), pem(a));
    writeFileSync(file('empty/.hidden.pem'), pem(a));
    expect(failure(file('empty'))).toMatchObject({
      option: 'trust.ca',
      message: `trust.ca: the folder ${file('empty')} holds no .pem, .crt, .cer, .der file; put the certificates there`,
    });
  });

  it('a glob that matches nothing', () => {
    expect(failure(file('*.nothing'))).toMatchObject({
      option: 'trust.ca',
      message: `trust.ca: no file matches ${file('*.nothing')}; correct the pattern, relative to ${process.cwd()}`,
    });
  });

  it.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['UTF-16', Buffer.from(`\ufeff${pem(a)}`, 'utf16le')],
    ['zero bytes', new Uint8Array(3)],
  ])('a file that holds %s', (what, content) => {
    const name = write(`${what.replace(' ', '-')}.crt`, content);
    expect(failure(name).message).toBe(`trust.ca: ${name} holds no certificate: neither PEM nor DER; give the CA's certificate`);
  });

  it.each([
    ['a certificate request', writePem('CERTIFICATE REQUEST', garbage), 'only CERTIFICATE REQUEST'],
    ['a public key and parameters', writePem('PUBLIC KEY', garbage) + writePem('EC PARAMETERS', garbage), 'only PUBLIC KEY, EC PARAMETERS'],
    ['PEM in the middle of a line', `x ${pem(a)}`, 'only PEM that does not begin a line'],
  ])('PEM without certificate: %s', (_, text, found) => {
    expect(failure(text).message).toBe(`trust.ca: the PEM text given holds no certificate, ${found}; give the CA's certificate`);
  });

  it.each([
    ['PKCS #8', 'PRIVATE KEY'],
    ['encrypted', 'ENCRYPTED PRIVATE KEY'],
    ['SEC 1', 'EC PRIVATE KEY'],
    ['PKCS #1', 'RSA PRIVATE KEY'],
    ['OpenSSH', 'OPENSSH PRIVATE KEY'],
  ])('a private key (%s), alone, before and behind a certificate', (_, label) => {
    const key = writePem(label, garbage);
    for (const text of [key, key + pem(a), pem(a) + key]) {
      const error = failure(write('key.pem', text));
      expect(error.message).toBe(
        `trust.ca: ${file('key.pem')} holds a private key; give the certificate alone, and keep the key away from here`,
      );
      expect(`${error.message}${String(error.cause)}`).not.toContain(garbage.toString());
    }
  });

  it('a private key behind a byte order mark', () => {
    expect(failure(`\ufeff${privateKey}`).message).toContain('holds a private key');
    expect(failure(Buffer.from(`\ufeff${privateKey}`)).message).toContain('holds a private key');
  });

  it('a CRL, alone and beside a certificate', () => {
    const crl = writePem('X509 CRL', garbage);
    for (const text of [crl, pem(a) + crl])
      expect(failure(text).message).toBe('trust.ca: the PEM text given holds a CRL; give certificates alone');
  });

  it("OpenSSL's TRUSTED CERTIFICATE, and says how to convert it", () => {
    expect(failure(pem(a) + writePem('TRUSTED CERTIFICATE', a)).message).toBe(
      "trust.ca: the PEM text given holds OpenSSL's TRUSTED CERTIFICATE form; convert it with: openssl x509 -in FILE -out ca.crt",
    );
  });

  it.each([
    ['without END line', pem(a).slice(0, -30), 'has no END line'],
    ['cut behind a line, another behind it', `${pem(a).slice(0, 93)}${pem(b)}`, 'has no END line'],
    ['cut inside a line, another behind it', `${pem(a).slice(0, 100)}${pem(b)}`, 'is not base64'],
    ['with another END line', pem(a).replace('END CERTIFICATE', 'END PUBLIC KEY'), 'ends with another label'],
    ['with a letter too few', pem(a).replace('\nM', '\n'), 'is not base64'],
    ['whose line ends are written out', pem(a).replaceAll('\n', String.raw`\n`), 'has no END line'],
    ['that is empty', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n', 'is empty'],
  ])('damaged PEM: a block %s', (_, text, problem) => {
    const { message } = failure(text);
    expect(message).toMatch(/^trust\.ca: the PEM text given is damaged PEM: PEM block 1/);
    expect(message).toContain(problem);
    expect(message).toMatch(/; write the file anew$/);
  });

  it.each([
    ['garbage', garbage],
    ['a truncated certificate', a.subarray(0, -1)],
    ['two certificates in a row', concat(a, b)],
    ['another DER structure', sequence(sequence())],
  ])('DER that is no certificate: %s', (_, der) => {
    for (const source of [der, writePem('CERTIFICATE', der)]) {
      expect(failure(source).message).toMatch(
        /^trust\.ca: the .* given holds a certificate that cannot be read: PEERCERT_CERTIFICATE_MALFORMED: /,
      );
    }
  });

  it('a certificate with an extension that cannot be decoded, which would fail later', () => {
    const broken = buildCertificate({ extensions: [extension('2.5.29.19', Uint8Array.of(0x04, 0x00), true)] });
    expect(failure(broken).message).toContain('PEERCERT_CERTIFICATE_MALFORMED');
  });

  it('the second certificate of a file as well as the first', () => {
    expect(failure(pem(a) + writePem('CERTIFICATE', garbage)).message).toContain('PEERCERT_CERTIFICATE_MALFORMED');
  });

  it('an item of a list by its index', () => {
    expect(failure([a, 'nowhere.crt']).option).toBe('trust.ca[1]');
    expect(failure([garbage], 'trustSets.staff.intermediates').option).toBe('trustSets.staff.intermediates[0]');
  });
});

describe('loadCertificates reads', () => {
  it('a file of PEM, a file of DER', () => {
    expect(names(write('a.crt', pem(a)))).toEqual(['CN=A']);
    expect(names(write('b.der', b))).toEqual(['CN=B']);
  });

  it('PEM text, PEM bytes, DER bytes, views into larger buffers, an X509Certificate', () => {
    expect(names(pem(a))).toEqual(['CN=A']);
    expect(names(Buffer.from(pem(a)))).toEqual(['CN=A']);
    expect(names(a)).toEqual(['CN=A']);
    expect(names(concat(garbage, a, garbage).subarray(garbage.length, garbage.length + a.length))).toEqual(['CN=A']);
    expect(names(new X509Certificate(a))).toEqual(['CN=A']);
  });

  it('all certificates of a text in their order, with what stands around them', () => {
    expect(
      names(`# the roots\n${pem(b)}\r\nsubject=A\n${pem(a)}${writePem('X509 CERTIFICATE', c)}${writePem('CERTIFICATE REQUEST', garbage)}`),
    ).toEqual(['CN=B', 'CN=A', 'CN=C']);
  });

  it('the first certificate of a file with a byte order mark too', () => {
    expect(names(write('bom.pem', `\ufeff${pem(a)}${pem(b)}`))).toEqual(['CN=A', 'CN=B']);
  });

  it('files that were put together without a line end between them', () => {
    expect(names(pem(a).trimEnd() + pem(b))).toEqual(['CN=A', 'CN=B']);
  });

  it('text around PEM that is not UTF-8', () => {
    expect(names(Buffer.concat([Buffer.from([0xfc, 0x0a]), Buffer.from(pem(a))]))).toEqual(['CN=A']);
  });

  it('the certificate files of a folder by their names, and no others', () => {
    mkdirSync(file('roots'));
    for (const [name, content] of [
      ['2.PEM', pem(b)],
      ['1.crt', pem(c)],
      ['3.der', a],
      ['key.key', privateKey],
      ['.x.pem', 'x'],
    ] as const) {
      writeFileSync(file(`roots/${name}`), content);
    }
    expect(names(file('roots'))).toEqual(['CN=C', 'CN=B', 'CN=A']);
  });

  it('the files that a glob finds by their names', () => {
    mkdirSync(file('glob/deep'), { recursive: true });
    for (const [name, der] of [
      ['z.ca', a],
      ['m.ca', b],
      ['deep/n.ca', c],
    ] as const)
      writeFileSync(file(`glob/${name}`), der);
    expect(names(file('glob/*.ca'))).toEqual(['CN=B', 'CN=A']);
    expect(names(file('glob/**/*.ca'))).toHaveLength(3);
  });

  it('a file whose name looks like a glob', () => {
    expect(names(write('[ca]*.crt', pem(a)))).toEqual(['CN=A']);
  });

  it('a list of any of these, in its order, each certificate once', () => {
    expect(names([write('list.pem', pem(b) + pem(a)), a, new X509Certificate(c), pem(b)])).toEqual(['CN=B', 'CN=A', 'CN=C']);
  });
});
