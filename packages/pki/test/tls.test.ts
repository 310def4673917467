import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Authority, createAuthority, createSelfSigned } from '../src/authority.js';
import type { Credential } from '../src/credential.js';
import type { KeyName } from '../src/keys.js';

let root: Authority;
let intermediate: Authority;
let server: Credential;
beforeAll(async () => {
  root = await createAuthority({ subject: 'CN=Root' });
  intermediate = await root.issueAuthority({ subject: 'CN=Intermediate' });
  server = await intermediate.issueServer({ dns: 'localhost', ip: '127.0.0.1' });
});

/** What Node's own check says of the client on the server's side: `true`, or the reason. */
async function handshake(client: Credential, options: { crl?: string[] } = {}, ca: Authority = root): Promise<true | string> {
  const listener = createServer({ ...server.tls, ca: ca.certificate, requestCert: true, rejectUnauthorized: false, ...options });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const socket = connect({ ...client.tls, ca: root.certificate, port: (listener.address() as AddressInfo).port, host: '127.0.0.1' });
  try {
    const [[peer]] = (await Promise.all([once(listener, 'secureConnection'), once(socket, 'secureConnect')])) as [[TLSSocket], unknown];
    expect(socket.authorized).toBe(true);
    expect(peer.getPeerX509Certificate()?.raw).toEqual(Buffer.from(client.der));
    return peer.authorized || String(peer.authorizationError);
  } finally {
    socket.destroy();
    listener.close();
  }
}

describe('refused by Node, as each fault should be', () => {
  test('a client of another authority', async () => {
    const other = await createAuthority({ subject: 'CN=Other' });
    expect(await handshake(await other.issueClient({ subject: 'CN=a' }))).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  test('a client that vouches for itself', async () => {
    expect(await handshake(await createSelfSigned({ subject: 'CN=a' }))).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  test('a client that has expired, and one to come', async () => {
    expect(await handshake(await root.issueClient({ subject: 'CN=a', days: -1 }))).toBe('CERT_HAS_EXPIRED');
    expect(await handshake(await root.issueClient({ subject: 'CN=a', notBefore: new Date(Date.now() + 86_400_000) }))).toBe(
      'CERT_NOT_YET_VALID',
    );
  });

  test('a server in the place of a client', async () => {
    expect(await handshake(server)).toBe('INVALID_PURPOSE');
  });

  test('a path that is too long', async () => {
    const last = await root.issueAuthority({ subject: 'CN=Last', pathLength: 0 });
    const beyond = await last.issueAuthority({ subject: 'CN=Beyond' });
    expect(await handshake(await beyond.issueClient({ subject: 'CN=a' }))).toBe('PATH_LENGTH_EXCEEDED');
  });

  test('a revoked client, while its neighbour passes', async () => {
    const revoked = await intermediate.issueClient({ subject: 'CN=revoked' });
    const lists = [await root.issueCrl(), await intermediate.issueCrl({ revoked: [{ certificate: revoked, reason: 'keyCompromise' }] })];
    const crl = lists.map(({ pem }) => pem);
    expect(await handshake(revoked, { crl })).toBe('CERT_REVOKED');
    expect(await handshake(await intermediate.issueClient({ subject: 'CN=good' }), { crl })).toBe(true);
  });
});

describe('admitted by Node', () => {
  test.each<KeyName>(['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'ed25519', 'rsa-2048'])('a client with %s all the way up', async (key) => {
    const ca = await createAuthority({ subject: 'CN=CA', key });
    const below = await ca.issueAuthority({ subject: 'CN=Below', key });
    expect(await handshake(await below.issueClient({ subject: 'CN=a', key }), {}, ca)).toBe(true);
  });

  test('a client signed with RSASSA-PSS', async () => {
    const ca = await createAuthority({ subject: 'CN=CA', key: 'rsa-2048', rsaPadding: 'pss' });
    expect(await handshake(await ca.issueClient({ subject: 'CN=a', rsaPadding: 'pss', signatureHash: 'SHA-384' }), {}, ca)).toBe(true);
  });

  test('a client of version 1, without any extension', async () => {
    expect(await handshake(await root.issueClient({ subject: 'CN=a', version: 1 }))).toBe(true);
  });
});
