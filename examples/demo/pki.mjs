import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority, createSelfSigned } from '@peercert/pki';

/**
 * Everyone who appears in the story: an authority that the servers trust, and clients whose certificates are good or have one
 * fault each.
 *
 * @typedef {import('@peercert/pki').TlsCredential} TlsCredential
 * @typedef {Awaited<ReturnType<typeof createPki>>} Pki
 * @typedef {keyof Pki['clients']} ClientName also the name of the client's files
 */
export async function createPki() {
  const subject = { O: 'Example', CN: 'Example CA' };
  const ca = await createAuthority({ subject });
  const intermediate = await ca.issueAuthority({ subject: { O: 'Example', CN: 'Example Devices CA' } });
  const otherCa = await createAuthority({ subject: { O: 'Elsewhere', CN: 'Elsewhere CA' } });
  const namesake = await createAuthority({ subject });

  const alice = { CN: 'alice', OU: 'payments' };
  const server = await ca.issueServer({ dns: 'localhost', ip: '127.0.0.1' });
  const client = await ca.issueClient({ subject: alice, subjectAltName: { email: 'alice@example.com' } });
  const otherDepartment = await ca.issueClient({ subject: { CN: 'bob', OU: 'sales' } });
  const device = await intermediate.issueClient({ subject: { CN: 'sensor-7', OU: 'devices' } });
  const revoked = await ca.issueClient({ subject: { CN: 'dora', OU: 'payments' } });
  const leaving = await ca.issueClient({ subject: { CN: 'erin', OU: 'payments' } });

  return {
    ca,
    otherCa,
    server,
    clients: {
      client: client.tls,
      'other-department': otherDepartment.tls,
      expired: (await ca.issueClient({ subject: alice, days: -1 })).tls,
      'not-yet-valid': (await ca.issueClient({ subject: alice, notBefore: new Date(Date.now() + day), days: 90 })).tls,
      'other-ca-client': (await otherCa.issueClient({ subject: alice })).tls,
      'namesake-client': (await namesake.issueClient({ subject: alice })).tls,
      'self-signed': (await createSelfSigned({ subject: alice, extendedKeyUsage: ['clientAuth'] })).tls,
      'server-only': server.tls,
      'without-intermediate': { key: device.privateKey, cert: device.certificate },
      'with-intermediate': device.tls,
      revoked: revoked.tls,
      leaving: leaving.tls,
      // An X.509-SVID, as SPIFFE gives it to a workload.
      workload: (await ca.issueClient({ subjectAltName: { uri: 'spiffe://example.com/ns/payments/sa/api' } })).tls,
      'version-1': (await ca.issueClient({ subject: { CN: 'carol', OU: 'payments' }, version: 1 })).tls,
    },
    /** Who may come by browser. */
    byBrowser: { alice: client, bob: otherDepartment },
    /** What the servers ask for revoked certificates: a CRL of each authority, in one file; with the certificate of who leaves, or still without. */
    issueCrls: async (/** @type {{ hasLeft: boolean }} */ { hasLeft }) => {
      const gone = [{ certificate: revoked.certificate, reason: /** @type {const} */ ('keyCompromise') }];
      if (hasLeft) gone.push({ certificate: leaving.certificate, reason: 'keyCompromise' });
      const crls = [await ca.issueCrl({ number: hasLeft ? 2 : 1, revoked: gone }), await intermediate.issueCrl({ number: 1 })];
      return crls.map(({ pem }) => pem).join('');
    },
    /** A certificate with one to two seconds to live: X.509 counts whole seconds, and the last of them is still valid. */
    issueBrief: async () => (await ca.issueClient({ subject: alice, notAfter: new Date(Date.now() + second) })).tls,
  };
}

const second = 1_000;
const day = 86_400 * second;

/**
 * Writes the authorities, the server and the clients to a folder as NAME.crt and NAME.key. Nobody but the owner may read the
 * keys; those of the authorities are not written at all.
 *
 * @param {Pki} pki
 * @param {string} folder
 */
export async function writeFiles({ ca, otherCa, server, clients, issueCrls }, folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (/** @type {string} */ name, /** @type {string} */ text, mode = 0o644) =>
    writeFileSync(join(folder, name), text, { mode, flag: 'wx' });
  write('ca.crt', ca.certificate);
  write('other-ca.crt', otherCa.certificate);
  write('crl.pem', await issueCrls({ hasLeft: false }));
  for (const [name, { key, cert }] of Object.entries({ server: server.tls, ...clients })) {
    write(`${name}.crt`, cert);
    write(`${name}.key`, key, 0o600);
  }
}

/**
 * Puts other CRLs in the place of those that are there: written aside and renamed, so that nobody sees half of them.
 *
 * @param {string} crls PEM
 * @param {string} folder
 */
export function replaceCrls(crls, folder) {
  writeFileSync(join(folder, 'crl.pem.new'), crls);
  renameSync(join(folder, 'crl.pem.new'), join(folder, 'crl.pem'));
}
