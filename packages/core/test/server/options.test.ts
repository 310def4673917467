import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors/index.js';
import { type ServerTlsOptions, serverTls } from '../../src/server/index.js';
import { createVerifier } from '../../src/verifier/index.js';
import { buildCertificate, testKey } from '../support/certificate-builder.js';
import { LogRecord } from '../verifier/fakes.js';
import { keyPem, pem, serverCredentials, verifierOf } from './credentials.js';

const { key, cert } = serverCredentials();
const { verifier } = verifierOf();

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-server-'));
  writeFileSync(join(folder, 'server.key'), key);
  writeFileSync(join(folder, 'server.crt'), cert);
});

afterAll(() => rmSync(folder, { recursive: true }));

function failure(options: unknown): ConfigurationError {
  try {
    serverTls(verifier, options as ServerTlsOptions);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('serverTls refuses', () => {
  it('a verifier that takes its trust from the server', () => {
    expect(() => serverTls(createVerifier({ logger: new LogRecord() }), { key, cert })).toThrow(
      "the verifier was given no trust, so there is none to build a server with; use createVerifier({ trust: 'ca.crt' })",
    );
  });

  it.each([[undefined], [null], ['server.key'], [[]]])('%o instead of options', (options) => {
    expect(failure(options)).toMatchObject({
      option: '',
      message: "expected an object of options, such as { key: 'server.key', cert: 'server.crt' }",
    });
  });

  it.each([
    ['certificate', undefined],
    ['certs', 'cert'],
    ['pasphrase', 'passphrase'],
    ['rejectUnauthorised', 'rejectUnauthorized'],
    ['cahints', 'caHints'],
    ['allowSessionResume', 'allowSessionResumption'],
    ['minVerson', 'minVersion'],
    ['cipher', 'ciphers'],
    ['ALPNProtocol', 'ALPNProtocols'],
    ['ca', undefined],
    ['requestCert', undefined],
    ['SNICallback', undefined],
    ['ticketKeys', undefined],
    ['secureOptions', undefined],
  ])('the unknown option %s', (name, near) => {
    const error = failure({ key, cert, [name]: 'x' });
    expect(error.option).toBe('');
    if (near !== undefined) expect(error.message).toContain(`unknown option '${name}' (did you mean '${near}'?)`);
    expect(error.message).toContain(`unknown option '${name}'`);
    expect(error.message).toContain(
      'known are key, cert, passphrase, rejectUnauthorized, caHints, allowSessionResumption, minVersion, ciphers, ALPNProtocols, pollSeconds',
    );
  });

  it.each([
    ['key', { key: undefined }, "is missing: name the server's file, or give PEM"],
    ['cert', { cert: undefined }, "is missing: name the server's file, or give PEM"],
    ['key', { key: '' }, "expected a file's name, PEM text or bytes, not empty"],
    ['key', { key: ' ' }, "expected a file's name, PEM text or bytes, not empty"],
    ['cert', { cert: new Uint8Array(0) }, "expected a file's name, PEM text or bytes, not empty"],
    ['cert', { cert: ['server.crt'] }, "expected a file's name, PEM text or bytes, not empty"],
    ['key', { key: null }, "expected a file's name, PEM text or bytes, not empty"],
    ['passphrase', { passphrase: 7 }, 'expected a string'],
    ['rejectUnauthorized', { rejectUnauthorized: 1 }, 'expected true or false'],
    ['allowSessionResumption', { allowSessionResumption: 'yes' }, 'expected true or false'],
    ['caHints', { caHints: 'all' }, "expected 'anchors' or 'none'"],
    ['caHints', { caHints: false }, "expected 'anchors' or 'none'"],
    ['minVersion', { minVersion: 'TLSv1.1' }, "expected 'TLSv1.2' or 'TLSv1.3'"],
    ['minVersion', { minVersion: 1.3 }, "expected 'TLSv1.2' or 'TLSv1.3'"],
    ['pollSeconds', { pollSeconds: 0 }, 'expected a number of seconds, 0.1 to 31536000'],
    ['ciphers', { ciphers: '' }, 'is empty'],
    ['ciphers', { ciphers: ['AES'] }, 'expected an OpenSSL cipher list'],
    ['ALPNProtocols', { ALPNProtocols: [] }, 'the list is empty'],
    ['ALPNProtocols', { ALPNProtocols: 'h2' }, "expected a list of protocols, such as ['h2', 'http/1.1']"],
    ['ALPNProtocols[1]', { ALPNProtocols: ['h2', ''] }, 'expected the name of a protocol'],
    ['ALPNProtocols[0]', { ALPNProtocols: [7] }, 'expected the name of a protocol'],
  ])('%s: %o', (option, more, problem) => {
    expect(failure({ key, cert, ...more })).toMatchObject({ option, message: `${option}: ${problem}` });
  });

  it('caHints none with rejectUnauthorized, which would leave Node.js no authorities', () => {
    expect(failure({ key, cert, caHints: 'none', rejectUnauthorized: true })).toMatchObject({
      option: 'caHints',
      message: "caHints: 'none' leaves Node.js no authorities to verify with; leave rejectUnauthorized false, or the hints on",
    });
  });

  it.each(['key', 'cert'])('a %s whose file cannot be read', (option) => {
    const missing = failure({ key, cert, [option]: 'nowhere.pem' });
    expect(missing).toMatchObject({
      option,
      message: `${option}: cannot read nowhere.pem, relative to ${process.cwd()} (ENOENT); correct the name or the permissions`,
    });
    expect(failure({ key, cert, [option]: folder }).message).toContain('(EISDIR)');
    expect(failure({ key, cert, [option]: 'a\0b' }).message).toContain('(ERR_INVALID_ARG_VALUE)');
  });

  it('a key of another certificate', () => {
    expect(failure({ key: keyPem(testKey('ec', 'other')), cert })).toMatchObject({
      option: 'key',
      message: 'key: is not the key of CN=localhost; give the two that belong together',
    });
    const above = pem(buildCertificate({ subject: 'Issuer', key: testKey('ec', 'issuer') }));
    expect(failure({ key, cert: above + cert }).message).toContain('is not the key of CN=Issuer');
  });

  it.each([
    ['a wrong passphrase', keyPem(testKey('ec', 'server'), 'right'), 'wrong', /; give a PEM key and its passphrase \(/],
    ['no passphrase', keyPem(testKey('ec', 'server'), 'right'), undefined, /; give a PEM key, and its passphrase if it has one \(/],
    ['an empty passphrase', keyPem(testKey('ec', 'server'), 'right'), '', /; give a PEM key and its passphrase \(/],
    ['a certificate', cert, undefined, /cannot be used as a private key/],
    ['damaged PEM', key.slice(0, 80), undefined, /cannot be used as a private key/],
    [
      'DER',
      Buffer.from(testKey('ec', 'server').privateKey.export({ type: 'pkcs8', format: 'der' })),
      undefined,
      /cannot be used as a private key/,
    ],
  ])('a key that cannot be used: %s', (_, given, passphrase, message) => {
    const error = failure({ key: given, cert, ...(passphrase === undefined ? {} : { passphrase }) });
    expect(error.option).toBe('key');
    expect(error.message).toMatch(message);
  });

  it.each([
    ['garbage', 'garbage -----BEGIN '],
    ['a key', key],
    ['damaged PEM', cert.slice(0, 100)],
    ['bytes', Buffer.of(1, 2, 3)],
  ])('a certificate that cannot be used: %s', (_, given) => {
    const error = failure({ key, cert: given });
    expect(error.option).toBe('cert');
    expect(error.message).toMatch(/^cert: holds no certificate; give the server's PEM, its own certificate first \(/);
  });

  it('a certificate in DER, which TLS options do not take', () => {
    expect(failure({ key, cert: buildCertificate({ key: testKey('ec', 'server') }) })).toMatchObject({
      option: 'cert',
      message: expect.stringMatching(/^cert: is refused by OpenSSL \(/),
    });
  });

  it('ciphers that OpenSSL does not know', () => {
    expect(failure({ key, cert, ciphers: 'NONSENSE' })).toMatchObject({
      option: 'ciphers',
      message: expect.stringMatching(/^ciphers: is refused by OpenSSL; name ciphers as openssl ciphers lists them \(/),
    });
  });
});

describe('what is refused is never shown', () => {
  const body = key.split('\n').slice(1, -2).join('');

  it.each([
    ['an unknown option', { key, cert, passphrase: 'SECRET', pasphrase: 'SECRET' }],
    ['another option', { key, cert, passphrase: 'SECRET', minVersion: 'SSLv3' }],
    ['the key itself: base64 without its BEGIN line', { key: body, cert }],
    ['the key itself: base64 in lines', { key: key.split('\n').slice(1, -2).join('\n'), cert }],
    ['the key itself: base64 with its line ends written out', { key: key.split('\n').slice(1, -2).join(String.raw`\n`), cert }],
    ['the key itself: base64 with something before it', { key: `key: ${body.repeat(3)}`, cert }],
    ['the key itself: damaged', { key: key.replace('BEGIN PRIVATE', 'BEGIN PRIVTE'), cert }],
    ['the passphrase', { key: keyPem(testKey('ec', 'server'), 'right'), cert, passphrase: 'SECRET' }],
    ['another certificate’s key', { key, cert: pem(buildCertificate({ key: testKey('ec', 'other') })), passphrase: 'SECRET' }],
  ])('where the fault is %s', (_, options) => {
    const shown = inspect(failure(options), { depth: 20, showHidden: true, maxStringLength: null });
    expect(shown).not.toContain('SECRET');
    expect(shown).not.toContain(body.slice(40, 60));
  });

  it('though a key without BEGIN line is told to be one', () => {
    expect(failure({ key: body, cert }).message).toBe(
      'key: is neither PEM, which has a BEGIN line, nor a file that is there; give one of them',
    );
  });
});

describe('serverTls takes', () => {
  it('key and cert as files, PEM text and PEM bytes', () => {
    const files = { key: join(folder, 'server.key'), cert: join(folder, 'server.crt') };
    for (const given of [files, { key, cert }, { key: Buffer.from(key), cert: Uint8Array.from(Buffer.from(cert)) }]) {
      const { options } = serverTls(verifier, given);
      expect([String(options.key), String(options.cert)]).toEqual([key, cert]);
    }
  });

  it('an encrypted key with its passphrase, and no other', () => {
    const encrypted = keyPem(testKey('ec', 'server'), 'right');
    expect(serverTls(verifier, { key: encrypted, cert, passphrase: 'right' }).options.passphrase).toBe('right');
  });

  it('a server certificate that has expired or is not valid yet, with a warning', () => {
    for (const validity of [{ notAfter: '2021-01-01T00:00:00Z' }, { notBefore: '2039-01-01T00:00:00Z' }]) {
      const { verifier: other, logger } = verifierOf();
      serverTls(other, serverCredentials(validity));
      expect(logger.of('warn')).toEqual(["the server's own certificate is outside its validity: renew it"]);
    }
    const { verifier: other, logger } = verifierOf();
    serverTls(other, { key, cert });
    expect(logger.lines).toEqual([]);
  });
});
