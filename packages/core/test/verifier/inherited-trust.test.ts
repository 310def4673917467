import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { writePem } from '../../src/asn1/index.js';
import type { Outcome } from '../../src/errors/index.js';
import type { ClientIdentity } from '../../src/identity/index.js';
import { createVerifier, type Verifier } from '../../src/verifier/index.js';
import { atOnce } from '../support/at-once.js';
import { buildCertificate, testKey } from '../support/certificate-builder.js';
import { client, FakeSocket, intermediate, LogRecord, requestOver, root } from './fakes.js';

const ca = root();
const other = root('Other');
const sub = intermediate(ca);
const alice = client(ca);
const pem = (der: Uint8Array): string => writePem('CERTIFICATE', der);

const result = (outcome: Outcome<ClientIdentity>): string => (outcome.ok ? outcome.value.toString() : outcome.refusal.code);
const decide = (verifier: Verifier, server: object, certificates: readonly Uint8Array[] = [alice]): string =>
  result(atOnce(verifier.authenticate(requestOver(new FakeSocket(certificates, { server })))));

function why(server: object, socket: object = {}): { code: string; detail: string | undefined; status: number } {
  const verifier = createVerifier({ logger: new LogRecord() });
  const outcome = atOnce(verifier.authenticate(requestOver(Object.assign(new FakeSocket([alice], { server }), socket))));
  if (outcome.ok) throw new Error('it was accepted');
  return { code: outcome.refusal.code, detail: outcome.refusal.trace[0]?.detail, status: outcome.refusal.status };
}

const notConfigured = (detail: unknown): object => ({ code: 'PEERCERT_TRUST_NOT_CONFIGURED', status: 500, detail });

describe('without trust of its own, a verifier refuses to guess', () => {
  it.each([[undefined], [false], [1], ['true']])('where requestCert is %o', (requestCert) => {
    expect(why({ requestCert, ca: pem(ca.der) })).toEqual(notConfigured("the server's requestCert is not true"));
  });

  it.each([[undefined], [null]])('where the server’s ca is %o', (given) => {
    expect(why({ requestCert: true, ca: given })).toEqual(notConfigured('the server has no ca'));
  });

  it('where contexts for server names may trust others', () => {
    expect(why({ requestCert: true, ca: pem(ca.der) }, { _SNICallback: () => undefined })).toEqual(
      notConfigured('the server has contexts for server names, each of which may trust others'),
    );
  });

  it('where there is no server', () => {
    const verifier = createVerifier({ logger: new LogRecord() });
    const socket = { encrypted: true, authorized: true, getPeerCertificate: () => ({ raw: alice }) };
    expect(result(atOnce(verifier.authenticate(requestOver(socket))))).toBe('PEERCERT_TRUST_NOT_CONFIGURED');
  });

  it('where a public root is among the ca, alone or beside others', () => {
    const publicRoot = rootCertificates[0] as string;
    for (const given of [publicRoot, [pem(ca.der), publicRoot], [pem(ca.der) + publicRoot], Buffer.from(publicRoot)]) {
      expect(why({ requestCert: true, ca: given })).toEqual(
        notConfigured(expect.stringMatching(/^the server's ca holds a public root, .*=/)),
      );
    }
  });

  it.each([
    ['an empty list', [], "the server's ca: holds no authority's certificate; add the root's"],
    ['an empty string', '', /^the server's ca\[0\]: .* holds no certificate/],
    ['a file’s name, which a TLS option never is', import.meta.filename, /^the server's ca\[0\]: the bytes given holds no certificate/],
    ['a number', 7, "the server's ca: holds number, and no PEM"],
    ['null in a list', [pem(ca.der), null], "the server's ca: holds null, and no PEM"],
    ['a list in a list', [[pem(ca.der)]], "the server's ca: holds object, and no PEM"],
    ['garbage', Buffer.of(0x30, 0), /PEERCERT_CERTIFICATE_MALFORMED/],
    ['a private key', testKey('ec').privateKey.export({ type: 'pkcs8', format: 'pem' }), /holds a private key/],
    ['intermediates alone', pem(sub.der), /none of these is self-signed/],
    ['an end entity alone', pem(alice), "the server's ca: holds no authority's certificate; add the root's"],
    ['a key below the floor', pem(buildCertificate({ subject: 'Weak', key: testKey('rsa-1024') })), /CN=Weak: .*1024/],
  ])('where the ca is %s', (_, given, detail) => {
    expect(why({ requestCert: true, ca: given })).toEqual(
      notConfigured(typeof detail === 'string' ? detail : expect.stringMatching(detail)),
    );
  });

  it('but says first that there is no TLS, or that the connection is closed', () => {
    const verifier = createVerifier({ logger: new LogRecord() });
    expect(result(atOnce(verifier.authenticate(requestOver({}))))).toBe('PEERCERT_NOT_TLS');
    expect(result(atOnce(verifier.authenticate(requestOver({}, { stream: {} }))))).toBe('PEERCERT_CONNECTION_CLOSED');
  });

  it('and says it before a missing certificate', () => {
    expect(decide(createVerifier({ logger: new LogRecord() }), { requestCert: true }, [])).toBe('PEERCERT_TRUST_NOT_CONFIGURED');
  });

  it('and tells the mend in the log, once a server', () => {
    const logger = new LogRecord();
    const verifier = createVerifier({ logger });
    const server = { requestCert: true };
    for (let count = 0; count < 3; count++) decide(verifier, server);
    expect(logger.of('warn')).toEqual(["every request is refused: the server has no ca; set trust: 'ca.crt'"]);
    decide(verifier, { requestCert: true });
    expect(logger.of('warn')).toHaveLength(2);
  });
});

describe('trust taken from the server', () => {
  it.each([
    ['PEM text', pem(ca.der)],
    ['PEM bytes', Buffer.from(pem(ca.der))],
    ['any view of bytes', new DataView(Uint8Array.from(Buffer.from(pem(ca.der))).buffer)],
    ['a list of these', [Buffer.from(pem(other.der)), pem(ca.der)]],
    ['a bundle', pem(other.der) + pem(ca.der)],
  ])('is its ca: %s', (_, given) => {
    const logger = new LogRecord();
    const verifier = createVerifier({ logger });
    expect(decide(verifier, { requestCert: true, ca: given })).toBe('CN=alice');
    expect(decide(verifier, { requestCert: true, ca: given }, [client(root('Stranger'))])).toBe('PEERCERT_ISSUER_UNKNOWN');
  });

  it('is told in the log, once for each ca', () => {
    const logger = new LogRecord();
    const verifier = createVerifier({ logger });
    const server = { requestCert: true, ca: [pem(ca.der), pem(other.der)] };
    for (let count = 0; count < 3; count++) decide(verifier, server);
    expect(logger.lines).toMatchObject([
      { level: 'info', message: "trust taken from the TLS server's ca: CN=Root; CN=Other", fields: { anchors: ['CN=Root', 'CN=Other'] } },
    ]);
  });

  it('takes certificates that are not self-signed for intermediates', () => {
    const verifier = createVerifier({ logger: new LogRecord() });
    expect(decide(verifier, { requestCert: true, ca: pem(ca.der) + pem(sub.der) }, [client(sub)])).toBe('CN=alice');
    expect(decide(verifier, { requestCert: true, ca: pem(other.der) + pem(sub.der) }, [client(sub)])).toBe('PEERCERT_ISSUER_UNKNOWN');
  });

  it('lets in no end entity that lies in ca, as a server’s own may: OpenSSL would not either', () => {
    const server = { requestCert: true, ca: pem(client(other, 'server')) + pem(ca.der) };
    const verifier = createVerifier({ logger: new LogRecord() });
    expect(decide(verifier, server, [client(other, 'server')])).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect(decide(verifier, server)).toBe('CN=alice');
  });

  it('goes by the rules that are set beside it', () => {
    const server = { requestCert: true, ca: pem(ca.der) + pem(sub.der) };
    expect(decide(createVerifier({ depth: 0, logger: new LogRecord() }), server, [client(sub)])).toBe('PEERCERT_DEPTH_EXCEEDED');
    expect(decide(createVerifier({ depth: 0, allowPartialChain: true, logger: new LogRecord() }), server, [client(sub)])).toBe('CN=alice');
    const pinned = { requestCert: true, ca: pem(alice) };
    expect(decide(createVerifier({ allowPartialChain: true, logger: new LogRecord() }), pinned)).toBe('CN=alice');
  });

  it('is each server’s own', () => {
    const verifier = createVerifier({ logger: new LogRecord() });
    expect(decide(verifier, { requestCert: true, ca: pem(ca.der) })).toBe('CN=alice');
    expect(decide(verifier, { requestCert: true, ca: pem(other.der) })).toBe('PEERCERT_ISSUER_UNKNOWN');
  });

  it('changes with the server’s ca, on connections that are open too', () => {
    const verifier = createVerifier({ logger: new LogRecord() });
    const server = { requestCert: true, ca: pem(ca.der) };
    const socket = new FakeSocket([alice], { server });
    const again = (): string => result(atOnce(verifier.authenticate(requestOver(socket))));
    expect(again()).toBe('CN=alice');
    server.ca = pem(other.der);
    expect(again()).toBe('PEERCERT_ISSUER_UNKNOWN');
    server.ca = pem(ca.der);
    expect(again()).toBe('CN=alice');
    server.ca = 'nonsense';
    expect(again()).toBe('PEERCERT_TRUST_NOT_CONFIGURED');
    expect(socket.reads).toBe(1);
  });

  it('that changes whenever it is looked at is NOT_READY, after three tries', () => {
    let reads = 0;
    const server = {
      requestCert: true,
      get ca() {
        reads += 1;
        return [pem(ca.der)];
      },
    };
    const outcome = atOnce(createVerifier({ logger: new LogRecord() }).authenticate(requestOver(new FakeSocket([alice], { server }))));
    expect(outcome).toMatchObject({
      ok: false,
      refusal: {
        code: 'PEERCERT_NOT_READY',
        status: 503,
        trace: [{ detail: 'trust or revocation changed 3 times during the verification' }],
      },
    });
    expect(reads).toBe(6);
  });

  it('that changes once, during the verification, is evaluated again under what is in force', () => {
    const server = { requestCert: true, ca: pem(ca.der) };
    const socket = new FakeSocket([alice], { server });
    const { getPeerCertificate } = FakeSocket.prototype;
    socket.getPeerCertificate = function (this: FakeSocket, ...given) {
      server.ca = pem(other.der);
      return getPeerCertificate.apply(this, given);
    };
    expect(result(atOnce(createVerifier({ logger: new LogRecord() }).authenticate(requestOver(socket))))).toBe('PEERCERT_ISSUER_UNKNOWN');
  });

  it('is left alone where the verifier has its own', () => {
    const logger = new LogRecord();
    const verifier = createVerifier({ trust: other.der, logger });
    expect(decide(verifier, { requestCert: true, ca: pem(ca.der) })).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect(decide(verifier, { requestCert: true, ca: pem(ca.der) }, [client(other)])).toBe('CN=alice');
    expect(logger.lines).toEqual([]);
  });
});
