import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import { createVerifier, type RefusalCode } from '@peercert/core';
import { type Authority, createAuthority } from '@peercert/pki';
import { createTestKit } from '@peercert/pki/testing';
import { vi } from 'vitest';
import { z } from 'zod';
import { exchange, get, getPlain } from '../../support/client.js';
import { asked, errorCode, nodeItself } from './node-itself.js';
import { type Play, type Played, play, shown, start, strictTls } from './play.js';
import { throughProxy } from './proxy.js';

/** One mistake, played against real servers. */
export interface SetUp {
  /** What is wrong. */
  readonly title: string;
  /** What the line begins with, behind the request: the refusal's code, or what names the kind of line. */
  readonly names: RefusalCode | 'a TLS handshake failed' | 'ConfigurationError' | 'stays in force';
  /** The cause, in the words of the log. */
  readonly cause: RegExp;
  /** The mend, in the words of the log. */
  readonly mend: RegExp;
  play(): Promise<Played>;
  /** What Node.js itself says, without peercert. */
  node(): Promise<string>;
}

const kit = await createTestKit();
const { root, clients } = kit;
export const folder = mkdtempSync(join(tmpdir(), 'peercert-set-ups-'));

const other = await createAuthority({ subject: { O: 'Elsewhere', CN: 'Other CA' } });
const alice = clients.alice.tls;
const day = 86_400_000;
const careless = { ciphers: 'DEFAULT@SECLEVEL=0' };
const crl = async (authority: Authority, options: Parameters<Authority['issueCrl']>[0] = {}) => (await authority.issueCrl(options)).pem;
const outdated = { thisUpdate: new Date(Date.now() - 8 * day), nextUpdate: new Date(Date.now() - day) };
const [expiredCrl, otherCrl, goodCrl] = [await crl(root, outdated), await crl(other), kit.crl.pem];
const sales = (await root.issueClient({ subject: { O: 'Example', OU: 'sales', CN: 'dave' } })).tls;
const shouting = (await root.issueClient({ subject: { O: 'Example', OU: 'PAYMENTS', CN: 'dave' } })).tls;
const ofIntermediate = await (await root.issueAuthority({ subject: { O: 'Example', CN: 'Example Passing CA' } })).issueClient({
  subject: { CN: 'dave' },
});
const sane = { ...kit.https, ca: root.certificate };
const nothing = async (): Promise<string> => 'nothing: it knows no policies';

/** A client whose certificate is refused for itself. */
function certificate(title: string, name: keyof typeof clients, cause: RegExp, mend: RegExp): SetUp {
  const client = { ...clients[name].tls, ...careless };
  return {
    title,
    names: clients[name].code as RefusalCode,
    cause,
    mend,
    play: () => play(kit, { client }),
    node: () => nodeItself(sane, client),
  };
}

function revocation(title: string, names: RefusalCode, list: string, client: ConnectionOptions, cause: RegExp, mend: RegExp): SetUp {
  return {
    title,
    names,
    cause,
    mend,
    play: () => play(kit, { mtls: { revocation: { crl: Buffer.from(list) } }, client }),
    node: () => nodeItself({ ...sane, crl: list }, client),
  };
}

function policy(title: string, names: RefusalCode, set: Play, cause: RegExp, mend: RegExp): SetUp {
  return { title, names, cause, mend, play: () => play(kit, { client: alice, ...set }), node: () => nodeItself(sane, set.client ?? alice) };
}

/** Of a server that does not ask. */
function unasked(title: string, requestCert: unknown, cause: RegExp): SetUp {
  const tls = { ...kit.https, requestCert: requestCert as boolean };
  return {
    title,
    names: 'PEERCERT_NOT_REQUESTED',
    cause,
    mend: /requestCert: true.*exactly true/,
    play: () => play(kit, { tls, client: alice }),
    node: () => nodeItself({ ...tls, rejectUnauthorized: false }, alice),
  };
}

const ticketKeys = Buffer.alloc(48, 9);
const lines = ['GET / HTTP/1.1', 'Host: a', 'Connection: close'];
const resumable = { ...kit.https, ca: root.certificate, ticketKeys };

/** A session that another server of the same ticket keys has made. */
async function session(): Promise<ConnectionOptions> {
  let ticket: Buffer | undefined;
  await asked(resumable, ofIntermediate.tls, async (port, _path, tls) => {
    ticket = (await exchange(port, lines, tls)).session;
    return { status: 200, headers: {}, body: '' };
  });
  return { ...ofIntermediate.tls, ...(ticket === undefined ? {} : { session: ticket }) };
}

const upgrade = ['GET / HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket'];
const upgraded = (text: string): string => shown(Number(text.split(' ')[1]), text);

export const setUps: readonly SetUp[] = [
  certificate(
    'The certificate is of a CA that is not trusted',
    'wrongAuthority',
    /its issuer, CN=Elsewhere Root CA,O=Elsewhere, is neither trusted nor known/,
    /add it to trust/,
  ),
  certificate(
    'The client does not send its intermediate',
    'missingIntermediate',
    /its issuer, CN=Example Silent CA,O=Example, is neither trusted nor known/,
    /trust\.intermediates, or have the client send it/,
  ),
  certificate('The certificate is signed with its own key', 'selfSigned', /its own issuer and no trust anchor/, /add it to trust/),
  certificate('The issuer is no CA: basicConstraints is missing or CA:FALSE', 'issuerNotAuthority', /CA:FALSE|absent/, /CA:TRUE/),
  certificate('The certificate has expired', 'expired', /notAfter was/, /Renew the certificate.*clock/),
  certificate('The certificate is not valid yet, or a clock is wrong', 'notYetValid', /notBefore is/, /set the clocks/),
  certificate(
    "A server's certificate is used by the client",
    'wrongKeyPurpose',
    /extendedKeyUsage lists 1\.3\.6\.1\.5\.5\.7\.3\.1/,
    /clientAuth/,
  ),
  certificate('The key is RSA of 1024 bits', 'weakKey', /1024 bits/, /2048/),
  certificate('The certificate is signed with SHA-1', 'sha1Signature', /1\.2\.840\.10045\.4\.1|SHA-?1/i, /SHA-256/),
  {
    title: "The client sends no certificate: none is configured, or (Java, browsers) none of a CA that the server's hints name",
    names: 'PEERCERT_CERTIFICATE_MISSING',
    cause: /the client sent no certificate/,
    mend: /--cert client\.crt.*Java.*hints/,
    play: () => play(kit, {}),
    node: () => nodeItself(sane, {}),
  },
  revocation(
    'The certificate is revoked',
    'PEERCERT_CERTIFICATE_REVOKED',
    goodCrl,
    clients.revoked.tls,
    /lists it as revoked since .*keyCompromise/,
    /./,
  ),
  revocation('The CRL has expired', 'PEERCERT_REVOCATION_UNKNOWN', expiredCrl, alice, /expired|nextUpdate/, /CRL/),
  revocation(
    'The CRL is of another CA',
    'PEERCERT_REVOCATION_UNKNOWN',
    otherCrl,
    alice,
    /no CRL of CN=Example Root CA,O=Example is known/,
    /CRL/,
  ),
  policy(
    'The certificate is of another department than the policy names',
    'PEERCERT_POLICY_MISMATCH',
    { client: sales, path: '/pay' },
    /subject\.OU does not match/,
    /issue a fitting certificate or change the policy/,
  ),
  policy(
    'The department is written in another case',
    'PEERCERT_POLICY_MISMATCH',
    { client: shouting, path: '/pay' },
    /subject\.OU does not match: they differ in upper and lower case/,
    /issue a fitting certificate/,
  ),
  policy(
    'A schema of the policy does not take the identity',
    'PEERCERT_POLICY_MISMATCH',
    { mtls: { policy: z.object({ subject: z.object({ attributes: z.object({ UID: z.tuple([z.string()]) }) }) }) } },
    /schema does not take the identity: subject\.attributes\.UID: /,
    /issue a fitting certificate or change the policy/,
  ),
  policy(
    'A function of the policy throws',
    'PEERCERT_POLICY_FAILED',
    {
      mtls: {
        policy: () => {
          throw new Error('the directory is down');
        },
      },
    },
    /policy could not be evaluated: the function policy threw: the directory is down/,
    /the cause is in the log/,
  ),
  policy(
    'A function of the policy takes too long',
    'PEERCERT_POLICY_TIMED_OUT',
    { mtls: { policy: () => new Promise(() => undefined), policyTimeoutSeconds: 0.05 } },
    /took longer than 0\.05 s/,
    /give it more time/,
  ),
  {
    title: 'A rule of a policy is misspelt',
    names: 'ConfigurationError',
    cause: /unknown attribute 'Ou'/,
    mend: /did you mean 'OU'\?/,
    play: () => start(() => play(kit, { mtls: { policy: { subject: { Ou: 'payments' } } as never } })),
    node: nothing,
  },
  {
    title: 'The policy file is broken when the server starts',
    names: 'ConfigurationError',
    cause: /policyFile: .*broken\.yaml.*unknown option 'subjct'/,
    mend: /did you mean 'subject'\?/,
    play: () =>
      start(() => {
        writeFileSync(join(folder, 'broken.yaml'), 'subjct: { OU: payments }\n');
        return play(kit, { mtls: { policyFile: join(folder, 'broken.yaml') } });
      }),
    node: nothing,
  },
  {
    title: 'The policy file is replaced by a broken one',
    names: 'stays in force',
    cause: /policies\.yaml .*unknown option 'subjct'/,
    mend: /did you mean 'subject'\?.*the last good policies stay in force/,
    play: () => {
      const policyFile = join(folder, 'policies.yaml');
      writeFileSync(policyFile, 'subject: { OU: payments }\n');
      const ask = async (port: number, logged: readonly string[]) => {
        writeFileSync(policyFile, 'subjct: { OU: payments }\n');
        await vi.waitFor(
          () => {
            if (!logged.some((line) => line.includes('subjct'))) throw new Error('nothing is logged');
          },
          { timeout: 30_000, interval: 20 },
        );
        return get(port, '/', alice);
      };
      return play(kit, { mtls: { policyFile }, ask });
    },
    node: nothing,
  },
  unasked('requestCert is missing', undefined, /requestCert is false/),
  unasked('requestCert is 1', 1, /requestCert is false/),
  {
    title: '`rejectUnauthorized: true`, and the certificate is of an unknown CA',
    names: 'a TLS handshake failed',
    cause: /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT|SELF_SIGNED_CERT_IN_CHAIN/,
    mend: /put its CA into trust/,
    play: async () => {
      const logged: string[] = [];
      const { verifier, tls } = strictTls(kit, (line) => logged.push(line), { rejectUnauthorized: true });
      const client = { ...clients.wrongAuthority.tls, maxVersion: 'TLSv1.2' } as const;
      const played = await play(kit, {
        mtls: { verifier, tls } as never,
        tls: tls.options,
        whenListening: (server) => tls.attach(server),
        client,
        ask: async (port) => {
          const heard = await get(port, '/', client).then(({ status }) => String(status), errorCode);
          await vi.waitFor(() => {
            if (logged.length === 0) throw new Error('nothing is logged');
          });
          return `\`${heard}\``;
        },
      });
      await verifier.close();
      return { ...played, lines: logged };
    },
    node: () => nodeItself(sane, clients.wrongAuthority.tls),
  },
  {
    title: 'The client speaks HTTP to the port of HTTPS',
    names: 'a TLS handshake failed',
    cause: /plain HTTP on a TLS port/,
    mend: /use https:\/\//,
    play: async () => {
      const logged: string[] = [];
      const { verifier, tls } = strictTls(kit, (line) => logged.push(line));
      const played = await play(kit, {
        mtls: { verifier, tls } as never,
        tls: tls.options,
        whenListening: (server) => tls.attach(server),
        ask: async (port) => `\`${await getPlain(port).then(({ status }) => String(status), errorCode)}\``,
      });
      await verifier.close();
      return { ...played, lines: logged };
    },
    node: () =>
      nodeItself(sane, {})
        .then(() => asked(sane, {}, (port) => getPlain(port)))
        .then(({ client, server }) => `the server hears \`${server}\`, the client \`${client}\``),
  },
  {
    title: 'A proxy in front ends TLS, and speaks HTTP to the service',
    names: 'PEERCERT_NOT_TLS',
    cause: /not come over a TLS connection/,
    mend: /https options/,
    play: () => play(kit, { tls: undefined, ask: (port) => throughProxy(kit, port, 'http') }),
    node: async () => {
      const plain = createPlainServer(({ socket }, response) => response.end(String((socket as { authorized?: unknown }).authorized)));
      await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
      const { body } = await getPlain((plain.address() as AddressInfo).port);
      plain.close();
      return `\`authorized\` is ${body}`;
    },
  },
  {
    title: 'A proxy in front ends TLS, and speaks HTTPS to the service',
    names: 'PEERCERT_CERTIFICATE_MISSING',
    cause: /the client sent no certificate/,
    mend: /Send a certificate/,
    play: () => play(kit, { ask: (port) => throughProxy(kit, port, 'https') }),
    node: () => nodeItself(sane, {}),
  },
  {
    title: 'A resumed session, which carries no intermediates, and the server does not know them',
    names: 'PEERCERT_CHAIN_INCOMPLETE',
    cause: /its issuer, CN=Example Passing CA,O=Example, is neither trusted nor known/,
    mend: /trust\.intermediates/,
    play: async () => {
      const client = await session();
      return play(kit, {
        mtls: { trust: root.certificate },
        tls: resumable,
        ask: async (port) => upgraded((await exchange(port, lines, client)).text),
      });
    },
    node: async () => {
      const client = await session();
      let resumed = false;
      const { body } = await asked(resumable, client, async (port, _path, tls) => {
        const answer = await exchange(port, lines, tls);
        resumed = answer.resumed;
        return { status: 200, headers: {}, body: /\{.*\}/.exec(answer.text)?.[0] ?? '' };
      });
      return `resumed: ${resumed}, \`authorized\` is ${String((JSON.parse(body) as { authorized: unknown }).authorized)}`;
    },
  },
  {
    title: "The server's key is that of another certificate",
    names: 'ConfigurationError',
    cause: /key: is not the key of CN=localhost/,
    mend: /give the two that belong together/,
    play: () => start(async () => strictTls(kit, () => undefined, { key: (await root.issueServer({ dns: 'localhost' })).tls.key })),
    node: async () => {
      const { key } = (await root.issueServer({ dns: 'localhost' })).tls;
      try {
        createSecureContext({ key, cert: kit.https.cert });
        return 'nothing';
      } catch (error) {
        return `throws \`${errorCode(error)}\``;
      }
    },
  },
  {
    title: 'The file of the CA is not there',
    names: 'ConfigurationError',
    cause: /trust\.ca: .*absent\.crt/,
    mend: /./,
    play: () => start(() => createVerifier({ trust: join(folder, 'absent.crt') })),
    node: () => nodeItself({ ...kit.https, ca: 'absent.crt' }, alice),
  },
  {
    title: 'A WebSocket listens on the server, and no guard is before it',
    names: 'PEERCERT_UPGRADE_UNGUARDED',
    cause: /no guarded listener for 'upgrade'/,
    mend: /upgrade/,
    play: () =>
      play(kit, {
        whenListening: (server) => server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')),
        ask: async (port) => {
          // The guard meets its server at the first request, if not before.
          await get(port, '/', alice);
          return upgraded((await exchange(port, upgrade, alice)).text);
        },
      }),
    node: async () => {
      const server = createServer({ ...sane }, () => undefined).on('upgrade', (_request, socket) =>
        socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
      );
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { text } = await exchange((server.address() as AddressInfo).port, upgrade, {});
      server.close();
      return `nothing: a client without certificate gets ${upgraded(text)}`;
    },
  },
];
