import { describe, expect, it } from 'vitest';
import { explainHandshake, type HandshakeEvidence } from '../../src/server/handshake-causes.js';

const nothing: HandshakeEvidence = { code: undefined, reason: undefined, authorizationError: undefined, wasGreeted: false };
const explain = (evidence: Partial<HandshakeEvidence>) => explainHandshake({ ...nothing, ...evidence });

describe('the cause of a handshake that failed', () => {
  it.each([
    // OpenSSL 3.0 says sslv3 where 3.2 and later say ssl/tls.
    ['tlsv1 alert unknown ca', 'server-untrusted', /give it that CA/],
    ['sslv3 alert bad certificate', 'server-untrusted', /its name, its dates or its issuer/],
    ['ssl/tls alert bad certificate', 'server-untrusted', /its name, its dates or its issuer/],
    ['sslv3 alert certificate unknown', 'server-untrusted', /ask the client/],
    ['ssl/tls alert certificate unknown', 'server-untrusted', /ask the client/],
    ['sslv3 alert certificate expired', 'server-untrusted', /it has expired/],
    ['ssl/tls alert certificate expired', 'server-untrusted', /it has expired/],
    ['sslv3 alert certificate revoked', 'server-untrusted', /it is revoked/],
    ['sslv3 alert unsupported certificate', 'server-untrusted', /ask the client/],
    ['tlsv1 alert protocol version', 'version', /minVersion/],
    ['sslv3 alert handshake failure', 'cipher', /compare ciphers/],
    ['tlsv1 alert internal error', 'other', /^tlsv1 alert internal error$/],
  ])('is told by an alert: %s', (reason, cause, sentence) => {
    const found = explain({ code: `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`, reason });
    expect(found).toEqual({ cause, sentence: expect.stringMatching(sentence) });
  });

  it.each([
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'version'],
    ['ERR_SSL_VERSION_TOO_LOW', 'version'],
    ['ERR_SSL_NO_SHARED_CIPHER', 'cipher'],
    ['ERR_SSL_NO_SUITABLE_KEY_SHARE', 'cipher'],
    ['ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM', 'cipher'],
    ['ERR_SSL_NO_APPLICATION_PROTOCOL', 'application-protocol'],
    ['ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE', 'certificate-missing'],
    ['ERR_SSL_HTTP_REQUEST', 'not-tls'],
    ['ERR_SSL_HTTPS_PROXY_REQUEST', 'not-tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'not-tls'],
    ['ERR_TLS_HANDSHAKE_TIMEOUT', 'timeout'],
    ['ECONNRESET', 'vanished'],
    ['EPIPE', 'vanished'],
    ['ERR_SSL_SOMETHING_NEW', 'other'],
    [undefined, 'other'],
  ])('is told by the code %s', (code, cause) => {
    expect(explain({ code }).cause).toBe(cause);
  });

  it.each([
    ['CERT_HAS_EXPIRED', 'certificate-expired'],
    ['CERT_NOT_YET_VALID', 'certificate-expired'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'issuer-unknown'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'issuer-unknown'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'issuer-unknown'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'issuer-unknown'],
    ['INVALID_PURPOSE', 'certificate-refused'],
  ])('is the socket’s own reason before the error: %s', (authorizationError, cause) => {
    const found = explain({ code: 'ECONNRESET', authorizationError });
    expect(found.cause).toBe(cause);
    expect(found.sentence).toContain(`(${authorizationError})`);
  });
});
