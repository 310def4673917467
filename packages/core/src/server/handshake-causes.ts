/** Why a handshake failed, as far as the server can tell. */
export type HandshakeCause =
  | 'version'
  | 'cipher'
  | 'application-protocol'
  | 'server-untrusted'
  | 'certificate-missing'
  | 'certificate-expired'
  | 'issuer-unknown'
  | 'certificate-refused'
  | 'not-tls'
  | 'timeout'
  | 'vanished'
  | 'other';

export interface HandshakeExplanation {
  readonly cause: HandshakeCause;
  /** What happened, and what helps. */
  readonly sentence: string;
}

/** What Node.js tells of a handshake that failed. */
export interface HandshakeEvidence {
  /** `code` of the error. */
  readonly code: string | undefined;
  /** OpenSSL's own words, where the error is one of its. */
  readonly reason: string | undefined;
  /** What the socket says of the client's certificate, where `rejectUnauthorized` has Node.js ask. */
  readonly authorizationError: string | undefined;
  /** Whether the client had said hello, as its server name shows. */
  readonly wasGreeted: boolean;
}

/** Names what is behind an error, in the words of whoever has to mend it. The codes are those of Node.js 20 to 26. */
export function explainHandshake({ code = '', reason = '', authorizationError, wasGreeted }: HandshakeEvidence): HandshakeExplanation {
  if (authorizationError !== undefined) return certificateRefused(authorizationError);
  const known = byCode.find(([pattern]) => pattern.test(code))?.[1] ?? byReason.find(([pattern]) => pattern.test(reason))?.[1];
  if (known !== undefined) return known;
  if (!/^(?:ECONNRESET|EPIPE|ECONNABORTED|ETIMEDOUT)$/.test(code))
    return { cause: 'other', sentence: reason || code || 'no reason is known' };
  const sentence = wasGreeted
    ? 'the client went away after the server had shown its certificate; some clients do so when they do not trust it: give them the CA that issued it'
    : "the client went away before the handshake was over; port scanners and health checks do so, and clients that do not trust the server's certificate";
  return { cause: 'vanished', sentence };
}

const version: HandshakeExplanation = {
  cause: 'version',
  sentence: 'there is no TLS version that both sides speak; update the client, or allow an older one by minVersion',
};
const cipher: HandshakeExplanation = {
  cause: 'cipher',
  sentence:
    "there is no cipher, group or signature algorithm that both sides know and that fits the server's key; compare ciphers with what the client offers",
};
const untrusted = (why: string): HandshakeExplanation => ({
  cause: 'server-untrusted',
  sentence: `the client refused the server's certificate: ${why}`,
});

const byCode: readonly (readonly [RegExp, HandshakeExplanation])[] = [
  [/^ERR_SSL_(?:UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|VERSION_TOO_HIGH|INAPPROPRIATE_FALLBACK|NO_PROTOCOLS_AVAILABLE)$/, version],
  [/^ERR_SSL_NO_(?:SHARED_CIPHER|SUITABLE_KEY_SHARE|SHARED_GROUPS?|SUITABLE_GROUPS|SUITABLE_SIGNATURE_ALGORITHM)$/, cipher],
  [
    /^ERR_SSL_NO_APPLICATION_PROTOCOL$/,
    {
      cause: 'application-protocol',
      sentence:
        'the client speaks none of the protocols that the server offers (ALPN); offer the one that it wants, such as http/1.1 beside h2',
    },
  ],
  [
    /^ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE$/,
    {
      cause: 'certificate-missing',
      sentence:
        'the client sent no certificate, and rejectUnauthorized demands one; it has none, was not told to use it, or its CA is not among those that this server names: Java and browsers then send nothing, so put that CA into trust',
    },
  ],
  [
    /^ERR_SSL_HTTPS?_(?:PROXY_)?REQUEST$/,
    {
      cause: 'not-tls',
      sentence: 'the client spoke plain HTTP on a TLS port; let it use https://, and check proxies and health checks that do not',
    },
  ],
  [
    /^ERR_SSL_(?:WRONG_VERSION_NUMBER|BAD_RECORD_TYPE|RECORD_LENGTH_MISMATCH|UNEXPECTED_MESSAGE|PACKET_LENGTH_TOO_LONG|BAD_PROTOCOL_VERSION_NUMBER)$/,
    { cause: 'not-tls', sentence: 'what the client sent is no TLS; it speaks another protocol on this port' },
  ],
  [/^ERR_TLS_HANDSHAKE_TIMEOUT$/, { cause: 'timeout', sentence: 'the client did not finish the handshake in time (handshakeTimeout)' }],
];

/** Alerts that the client sent; OpenSSL's words for them differ between its versions, their ends do not. */
const byReason: readonly (readonly [RegExp, HandshakeExplanation])[] = [
  [/alert protocol version$/, version],
  [/alert (?:handshake failure|insufficient security|illegal parameter)$/, cipher],
  [/alert unknown ca$/, untrusted('it does not know the CA that issued it; give it that CA, and let cert hold the intermediates too')],
  [/alert certificate expired$/, untrusted('it has expired, by the client’s clock; renew it, and check that clock')],
  [/alert certificate revoked$/, untrusted('it is revoked; replace it')],
  [
    /alert (?:bad certificate|certificate unknown|unsupported certificate|access denied|unrecognized name|decrypt error)$/,
    untrusted('its name, its dates or its issuer are not what the client wants; ask the client for its reason'),
  ],
];

/** By OpenSSL's X509_V_ERR names, as `socket.authorizationError` has them. */
function certificateRefused(error: string): HandshakeExplanation {
  if (error === 'CERT_HAS_EXPIRED' || error === 'CERT_NOT_YET_VALID') {
    return {
      cause: 'certificate-expired',
      sentence: `the client's certificate, or one above it, is outside its validity (${error}); renew it`,
    };
  }
  if (issuerErrors.has(error)) {
    const mend = 'put its CA into trust, or have the client send its intermediates';
    return {
      cause: 'issuer-unknown',
      sentence: `the client's certificate was issued by nobody that this server trusts (${error}); ${mend}`,
    };
  }
  const mend = 'leave rejectUnauthorized false, and the guard says more';
  return { cause: 'certificate-refused', sentence: `OpenSSL refused the client's certificate (${error}); ${mend}` };
}

const issuerErrors: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);
