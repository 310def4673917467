import type { CertificatePolicy, RefusalCode } from '@peercert/core';
import { type Authority, createAuthority, createSelfSigned, loadAuthority } from '../authority.js';
import { Credential, type TlsCredential } from '../credential.js';
import { element, sequence } from '../der.js';
import type { RawExtension } from '../extensions.js';

/** A client of the test kit: a certificate with its key, and what becomes of whoever shows it. */
export interface TestClient<Code extends RefusalCode | null = RefusalCode | null> {
  readonly name: ClientName;
  /** Certificate and key in every form; not enumerable, as it holds the key. */
  readonly credential: Credential;
  /** What it presents on a connection, DER: the end entity first, no root. */
  readonly chain: readonly Uint8Array[];
  /** `{ key, cert }`, PEM, to be spread into the options of any TLS client. */
  readonly tls: TlsCredential;
  /** The refusal it gets wherever `kit.trust` is trusted, whatever the policy says; null for a certificate that is accepted. */
  readonly code: Code;
  /** What is special about the certificate, as a sentence. */
  readonly why: string;
  /** A policy that this certificate, though valid, does not satisfy: a route that demands it answers PEERCERT_POLICY_MISMATCH. */
  readonly refusedBy?: CertificatePolicy;
}

export type ClientName = keyof typeof recipes;

/** Every client of the kit by its name. */
export type TestClients = { readonly [Name in ClientName]: TestClient<(typeof recipes)[Name]['code'] extends null ? null : RefusalCode> };

/** Who issues the certificates that servers are to accept. */
export interface Issuers {
  readonly root: Authority;
  readonly intermediate: Authority;
}

/** Issues every client's certificate; the kinds of fault are independent of each other, so they are made side by side. */
export async function issueClients(issuers: Issuers): Promise<TestClients> {
  const names = Object.keys(recipes) as ClientName[];
  const clients = await Promise.all(names.map(async (name) => testClient(name, recipes[name], await recipes[name].issue(issuers))));
  return Object.freeze(Object.fromEntries(clients.map((client) => [client.name, client]))) as TestClients;
}

interface Recipe {
  readonly code: RefusalCode | null;
  readonly why: string;
  readonly refusedBy?: CertificatePolicy;
  issue(issuers: Issuers): Promise<Credential>;
}

/** Whom they all claim to be: so that it is never the name that gets them refused. */
const subject = { O: 'Example', OU: 'payments', CN: 'alice' };
const alice = { subject, subjectAltName: { email: 'alice@example.com', uri: 'spiffe://example.com/payments/alice' } };

const day = 86_400_000;
const daysFromNow = (days: number): Date => new Date(Date.now() + days * day);

const recipes = {
  alice: {
    code: null,
    why: 'issued by the root, with O, OU=payments and CN=alice, a mailbox and a SPIFFE id',
    issue: ({ root }) => root.issueClient(alice),
  },
  viaIntermediate: {
    code: null,
    why: 'issued by an intermediate, which it presents',
    issue: ({ intermediate }) => intermediate.issueClient(alice),
  },
  otherDepartment: {
    code: null,
    why: 'valid, but of OU=sales: for policies to refuse',
    refusedBy: { subject: { OU: 'payments' } },
    issue: ({ root }) =>
      root.issueClient({ subject: { ...subject, OU: 'sales', CN: 'bob' }, subjectAltName: { email: 'bob@example.com' } }),
  },
  duplicatedName: {
    code: null,
    why: 'valid, but its subject has two CNs, alice and mallory: no policy on CN may take either',
    refusedBy: { subject: { CN: 'alice' } },
    issue: ({ root }) => root.issueClient({ ...alice, subject: { ...subject, CN: ['alice', 'mallory'] } }),
  },
  version1: {
    code: null,
    why: 'X.509 version 1, without any extension, as plain `openssl x509 -req` makes them: a good end entity',
    issue: ({ root }) => root.issueClient({ subject, version: 1 }),
  },
  revoked: {
    code: null,
    why: 'listed in kit.crl: accepted where revocation is not asked for, PEERCERT_CERTIFICATE_REVOKED with `revocation: kit.revocation`',
    issue: ({ root }) => root.issueClient({ subject: { ...subject, CN: 'carol' } }),
  },
  expired: {
    code: 'PEERCERT_CERTIFICATE_EXPIRED',
    why: 'expired yesterday',
    issue: ({ root }) => root.issueClient({ ...alice, notAfter: daysFromNow(-1) }),
  },
  notYetValid: {
    code: 'PEERCERT_CERTIFICATE_NOT_YET_VALID',
    why: 'valid from tomorrow on',
    issue: ({ root }) => root.issueClient({ ...alice, notBefore: daysFromNow(1) }),
  },
  expiredIssuer: {
    code: 'PEERCERT_CERTIFICATE_EXPIRED',
    why: 'in force itself, but the intermediate that issued it expired yesterday',
    issue: async ({ root }) => (await intermediate(root, 'Example Former CA', { notAfter: daysFromNow(-1) })).issueClient(alice),
  },
  wrongAuthority: {
    code: 'PEERCERT_ISSUER_UNKNOWN',
    why: 'issued by an authority that is not trusted',
    issue: async () => (await createAuthority({ subject: { O: 'Elsewhere', CN: 'Elsewhere Root CA' } })).issueClient(alice),
  },
  selfSigned: {
    code: 'PEERCERT_ISSUER_UNKNOWN',
    why: 'signed with its own key',
    issue: () => createSelfSigned({ ...alice, extendedKeyUsage: ['clientAuth'] }),
  },
  missingIntermediate: {
    code: 'PEERCERT_ISSUER_UNKNOWN',
    why: 'issued by an intermediate that it does not present and the server does not know',
    // Of an intermediate of its own: a verifier remembers those that good clients have presented.
    issue: async ({ root }) => withoutIssuers(await (await intermediate(root, 'Example Silent CA')).issueClient(alice)),
  },
  impostor: {
    code: 'PEERCERT_SIGNATURE_INVALID',
    why: "issued by another authority under the trusted one's name",
    issue: async () => (await createAuthority({ subject: rootSubject })).issueClient(alice),
  },
  issuerNotAuthority: {
    code: 'PEERCERT_ISSUER_NOT_CA',
    why: "issued with the key of a client's certificate, which is no authority",
    issue: async ({ root }) => {
      // Without keyUsage: Node.js drops an issuer that may not sign certificates from the chain that it shows.
      const client = await root.issueClient({ ...alice, keyUsage: null });
      return await loadAuthority({ certificate: client.chain, privateKey: client.keyObject }).issueClient({
        ...alice,
        subject: { ...subject, CN: 'mallory' },
      });
    },
  },
  pathLengthExceeded: {
    code: 'PEERCERT_PATH_LENGTH_EXCEEDED',
    why: 'issued by an intermediate below another whose pathLenConstraint is 0',
    issue: async ({ root }) => {
      const last = await intermediate(root, 'Example Last CA', { pathLength: 0 });
      return await (await intermediate(last, 'Example One Too Many CA')).issueClient(alice);
    },
  },
  nameNotPermitted: {
    code: 'PEERCERT_NAME_NOT_PERMITTED',
    why: "for a host outside of the domain that its issuer's nameConstraints permit",
    issue: async ({ root }) => {
      const constrained = await intermediate(root, 'Example Partners CA', { extensions: [permittedDomain('partners.example')] });
      return await constrained.issueClient({ subject, dns: 'alice.payments.example' });
    },
  },
  unknownCriticalExtension: {
    code: 'PEERCERT_CRITICAL_EXTENSION_UNRECOGNIZED',
    why: 'has a critical extension that nobody knows',
    issue: ({ root }) => root.issueClient({ ...alice, extensions: [{ ...unknownExtension, critical: true }] }),
  },
  wrongKeyPurpose: {
    code: 'PEERCERT_PURPOSE_MISMATCH',
    why: "a server's certificate: its extendedKeyUsage is serverAuth alone",
    issue: ({ root }) => root.issueClient({ ...alice, extendedKeyUsage: ['serverAuth'] }),
  },
  wrongKeyUsage: {
    code: 'PEERCERT_KEY_USAGE_MISMATCH',
    why: 'its keyUsage is keyEncipherment alone, so its key may not sign a handshake',
    issue: ({ root }) => root.issueClient({ ...alice, keyUsage: ['keyEncipherment'] }),
  },
  weakKey: {
    code: 'PEERCERT_KEY_NOT_ALLOWED',
    why: 'for an RSA key of 1024 bits',
    issue: ({ root }) => root.issueClient({ ...alice, key: { dangerouslyRsaBits: 1024 } }),
  },
  sha1Signature: {
    code: 'PEERCERT_ALGORITHM_NOT_ALLOWED',
    why: 'signed by the root with SHA-1',
    issue: ({ root }) => root.issueClient({ ...alice, dangerouslySignatureHash: 'SHA-1' }),
  },
  duplicateExtension: {
    code: 'PEERCERT_CERTIFICATE_MALFORMED',
    why: 'has the same extension twice',
    issue: ({ root }) => root.issueClient({ ...alice, extensions: [unknownExtension, unknownExtension] }),
  },
  nulInName: {
    code: 'PEERCERT_CERTIFICATE_MALFORMED',
    why: 'its CN goes on behind a NUL, where careless readers stop: alice, NUL, .mallory.example',
    issue: ({ root }) => root.issueClient({ ...alice, subject: { ...subject, CN: 'alice\0.mallory.example' } }),
  },
} satisfies Record<string, Recipe>;

/** The name of the authority that `kit.trust` holds. */
export const rootSubject = { O: 'Example', CN: 'Example Root CA' };

/** The arc that RFC 5612 keeps for examples; nobody knows what it means. */
const unknownExtension: RawExtension = { oid: '1.3.6.1.4.1.32473.1', value: Uint8Array.of(0x05, 0x00) };

/** RFC 5280, section 4.2.1.10: nameConstraints with one permitted subtree, a dNSName; conforming authorities mark it critical. */
function permittedDomain(domain: string): RawExtension {
  const [permittedSubtrees, dNSName] = [0xa0, 0x82];
  return { oid: '2.5.29.30', critical: true, value: sequence(element(permittedSubtrees, sequence(element(dNSName, Buffer.from(domain))))) };
}

function intermediate(
  above: Authority,
  CN: string,
  options: Omit<Parameters<Authority['issueAuthority']>[0], 'subject'> = {},
): Promise<Authority> {
  return above.issueAuthority({ subject: { O: 'Example', CN }, ...options });
}

function withoutIssuers({ der, keyObject }: Credential): Credential {
  return new Credential(der, keyObject);
}

function testClient(name: ClientName, { code, why, refusedBy }: Recipe, credential: Credential): TestClient {
  const client = { name, code, why, ...(refusedBy === undefined ? {} : { refusedBy }) };
  Object.defineProperty(client, 'credential', { value: credential });
  Object.defineProperty(client, 'chain', { value: Object.freeze([credential.der, ...credential.intermediates]) });
  Object.defineProperty(client, 'tls', { get: () => credential.tls });
  return Object.freeze(client) as TestClient;
}
