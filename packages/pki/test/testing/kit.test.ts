import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { createVerifier, serverTls } from '@peercert/core';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../../core/test/support/at-once.js';
import { Credential } from '../../src/credential.js';
import { X509Crl } from '../../src/peculiar.js';
import { createTestKit, type TestClient } from '../../src/testing/index.js';

const kit = await createTestKit();
const clients: readonly [string, TestClient][] = Object.entries(kit.clients);

describe('createTestKit', () => {
  it('trusts nobody of another kit', async () => {
    const other = await createTestKit();
    const verifier = createVerifier({ trust: other.trust });
    for (const { chain } of kit.good) expect(atOnce(verifier.verify(chain))).toMatchObject({ ok: false, refusal: { status: 403 } });
    expect(other.trust).not.toBe(kit.trust);
  });

  it('makes the same kinds of client whenever it is called, each accepted or refused as it says', async () => {
    const verifier = createVerifier({ trust: kit.trust });
    for (const [, { chain, code }] of clients) {
      const outcome = atOnce(verifier.verify(chain));
      expect(outcome.ok ? null : outcome.refusal.code).toBe(code);
    }
  });

  it('lists good and broken clients, every one of them once', () => {
    expect([...kit.good, ...kit.broken].map(({ name }) => name).sort()).toEqual(clients.map(([name]) => name).sort());
    expect(kit.good.map(({ code }) => code)).toEqual(kit.good.map(() => null));
    expect(kit.broken.filter(({ code }) => code === null)).toEqual([]);
  });

  it('cannot be changed by a test, for the next one', () => {
    const frozen = [kit, kit.clients, kit.https, kit.good, kit.broken, ...clients.flatMap(([, client]) => [client, client.chain])];
    expect(frozen.filter((part) => !Object.isFrozen(part))).toEqual([]);
  });
});

describe.each(clients)('the client %s', (name, client) => {
  it('is named as its key, and says what is special about it', () => {
    expect(client.name).toBe(name);
    expect(client.why).toMatch(/^\S.{15,}[^.]$/);
  });

  it('presents its certificate and the intermediates above it, no root', () => {
    const { credential, chain } = client;
    expect(chain).toEqual([credential.der, ...credential.intermediates]);
    expect(chain.filter((der) => Buffer.from(der).equals(kit.root.der))).toEqual([]);
    expect(client.tls).toEqual(credential.tls);
  });

  it('holds the key of its certificate', () => {
    expect(client.credential).toBeInstanceOf(Credential);
    expect(new X509Certificate(client.credential.der).checkPrivateKey(client.credential.keyObject)).toBe(true);
  });

  it('shows no key when it is logged, compared or written as JSON', () => {
    expect(inspect(client, { depth: 10 })).not.toContain('PRIVATE');
    expect(JSON.stringify(client)).not.toContain('PRIVATE');
    expect(Object.keys(client).filter((key) => !['name', 'code', 'why', 'refusedBy'].includes(key))).toEqual([]);
  });
});

describe('the kit', () => {
  it('has what a verifier asks for revocation: the revoked client is refused, and no other good one', () => {
    const verifier = createVerifier({ trust: kit.trust, revocation: kit.revocation });
    for (const { name, chain } of kit.good) {
      const outcome = atOnce(verifier.verify(chain));
      expect(outcome.ok ? 'good' : outcome.refusal.code, name).toBe(name === 'revoked' ? 'PEERCERT_CERTIFICATE_REVOKED' : 'good');
    }
  });

  it('has a revocation list of the root, in which the revoked client stands, and nobody else', () => {
    const list = new X509Crl(Uint8Array.from(kit.crl.der));
    expect(list.issuer).toBe('O=Example, CN=Example Root CA');
    const listed = ({ credential }: TestClient): boolean => list.findRevoked(credential.x509.serialNumber.toLowerCase()) !== null;
    expect(clients.filter(([, client]) => listed(client)).map(([name]) => name)).toEqual(['revoked']);
  });

  it('gives key and certificate to serverTls too', () => {
    const verifier = createVerifier({ trust: kit.trust });
    const { options } = serverTls(verifier, { key: kit.https.key, cert: kit.https.cert });
    expect(options).toMatchObject({ requestCert: true });
  });

  it('issues more clients, which are accepted', async () => {
    const verifier = createVerifier({ trust: kit.trust });
    for (const authority of [kit.root, kit.intermediate]) {
      const dave = await authority.issueClient({ subject: { CN: 'dave' } });
      expect(atOnce(verifier.verify([dave.der, ...dave.intermediates]))).toMatchObject({ ok: true });
    }
  });
});

describe('docs/testing.md', () => {
  const page = readFileSync(new URL('../../../../docs/testing.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| .+?(?: \| (PEERCERT_\w+))? \|$/gm)].map(([, name, code]) => [name, code ?? null]);

  it('lists every client, with the code that it gets', () => {
    expect(rows).toEqual([...kit.good, ...kit.broken].map(({ name, code }) => [name, code]));
  });
});
