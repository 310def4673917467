import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { ConfigurationError } from '../errors/index.js';
import type { Logger } from '../verifier/index.js';
import type { Credentials, TlsSettings } from './options.js';

/**
 * What is wrong with the server's own key and certificate shows at start-up, not at the first handshake: unreadable PEM, a wrong passphrase,
 * a key of another certificate. A certificate outside its validity is logged: clients will refuse it, but the guard is not harmed.
 */
export function checkCredentials({ key, cert }: Credentials, settings: TlsSettings, logger: Logger): X509Certificate {
  const certificate = attempt(
    () => new X509Certificate(cert),
    'cert',
    "holds no certificate; give the server's PEM, its own certificate first",
  );
  // OpenSSL passes over a block that is cut off, and so over intermediates that clients need.
  if (count(cert, '-----BEGIN CERTIFICATE-----') !== count(cert, '-----END CERTIFICATE-----')) {
    throw new ConfigurationError('cert', 'is cut off inside a certificate; write the file anew');
  }
  const { passphrase, ciphers } = settings;
  const privateKey = readKey(key, passphrase);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new ConfigurationError('key', `is not the key of ${certificate.subject ?? 'the certificate'}; give the two that belong together`);
  }
  if (ciphers !== undefined)
    attempt(() => createSecureContext({ ciphers }), 'ciphers', 'is refused by OpenSSL; name ciphers as openssl ciphers lists them');
  attempt(() => createSecureContext({ key, cert, ...settings }), 'cert', 'is refused by OpenSSL');
  const [from, to, now] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo), Date.now()];
  if (now < from || now > to) {
    logger.warn(
      { validFrom: certificate.validFrom, validTo: certificate.validTo },
      `the server's own certificate is outside its validity: renew it`,
    );
  }
  return certificate;
}

function count(cert: Buffer, line: string): number {
  return cert.toString('latin1').split(line).length - 1;
}

function readKey(key: Buffer, passphrase: string | undefined): KeyObject {
  const advice = passphrase === undefined ? 'give a PEM key, and its passphrase if it has one' : 'give a PEM key and its passphrase';
  return attempt(
    () => createPrivateKey(passphrase === undefined ? { key } : { key, passphrase }),
    'key',
    `cannot be used as a private key; ${advice}`,
  );
}

function attempt<T>(work: () => T, option: string, problem: string): T {
  try {
    return work();
  } catch (error) {
    throw new ConfigurationError(option, `${problem} (${error instanceof Error ? error.message : String(error)})`, { cause: error });
  }
}
