import type { TlsOptions } from 'node:tls';
import { createAuthority, createSelfSigned } from '@peercert/pki';

/** Who plays in the tests of the adapters. Everyone's key is new in every run. */
const hour = 3_600_000;

/** The authority that servers trust. */
export const root = await createAuthority({ subject: { CN: 'Root' } });
/** One that nobody trusts. */
const stranger = await createAuthority({ subject: { CN: 'Stranger' } });

const server = await root.issueServer({ dns: 'localhost', ip: ['127.0.0.1', '::1'] });

export const alice = await root.issueClient({ subject: { CN: 'alice', OU: 'payments' } });
export const bob = await root.issueClient({ subject: { CN: 'bob', OU: 'sales' } });
/** Certificates that get nobody in, each for one reason. */
export const expired = await root.issueClient({
  subject: { CN: 'alice', OU: 'payments' },
  notBefore: new Date(Date.now() - 2 * hour),
  notAfter: new Date(Date.now() - hour),
});
export const mallory = await stranger.issueClient({ subject: { CN: 'alice', OU: 'payments' } });
export const selfSigned = await createSelfSigned({ subject: { CN: 'alice', OU: 'payments' } });

/** A TLS server that asks for certificates, and takes any: the decision is the guard's. */
export const asking: TlsOptions = { ...server.tls, ca: root.certificate, requestCert: true, rejectUnauthorized: false };
/** One that asks for none. */
export const notAsking: TlsOptions = server.tls;

/** Options of `mtls()`. */
export const trusting = { trust: root.certificate };
export const payments = { subject: { OU: 'payments' } } as const;
