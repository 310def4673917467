import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Credential, createAuthority } from '@peercert/pki';

const hour = 3_600_000;

/** The files that several processes or threads watch, and the people whom they are about. Everyone's key is new in every run. */
export async function watchedFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-watched-'));
  const write = (name: string, text: string): void => {
    writeFileSync(join(folder, `${name}.new`), text);
    renameSync(join(folder, `${name}.new`), join(folder, name));
  };
  const root = await createAuthority({ subject: { CN: 'Root' } });
  const other = await createAuthority({ subject: { CN: 'Other Root' } });
  const former = await createAuthority({ subject: { CN: 'Former Root' } });
  const sub = await root.issueAuthority({ subject: { CN: 'Issuing CA' } });
  const server = await root.issueServer({ dns: 'localhost', ip: '127.0.0.1' });
  const named = (CN: string) => root.issueClient({ subject: { CN } });
  const people = {
    alice: await named('alice'),
    /** Whom a test may revoke or deny. */
    mallory: await named('mallory'),
    trudy: await named('trudy'),
    revoked: await named('revoked'),
    stranger: await other.issueClient({ subject: { CN: 'alice' } }),
    /** Of an authority that a test may take out. */
    victor: await former.issueClient({ subject: { CN: 'victor' } }),
    expired: await root.issueClient({
      subject: { CN: 'alice' },
      notBefore: new Date(Date.now() - 2 * hour),
      notAfter: new Date(Date.now() - hour),
    }),
    /** Sends its issuer along, which no server was told of. */
    carol: await sub.issueClient({ subject: { CN: 'carol' } }),
  };
  const revoked: Credential[] = [people.revoked];
  const writeLists = async (): Promise<void> => {
    const own = await root.issueCrl({ revoked: revoked.map((certificate) => ({ certificate })) });
    const lists = [own, await sub.issueCrl(), await former.issueCrl(), await other.issueCrl()];
    write('root.crl', lists.map(({ pem }) => pem).join(''));
  };
  write('root.crt', `${root.certificate}${former.certificate}`);
  write('other.crt', other.certificate);
  write('server.crt', String(server.tls.cert));
  write('server.key', String(server.tls.key));
  write('denied.txt', '');
  await writeLists();
  return {
    folder,
    people,
    async revoke(client: Credential): Promise<void> {
      revoked.push(client);
      await writeLists();
    },
    async deny({ x509 }: Credential): Promise<void> {
      appendFileSync(join(folder, 'denied.txt'), `fingerprint256 ${x509.fingerprint256}\n`);
    },
    /** From now on nobody trusts the former authority. */
    async distrust(): Promise<void> {
      write('root.crt', root.certificate);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export type WatchedFolder = Awaited<ReturnType<typeof watchedFolder>>;

/** Whoever comes, and what every server has to say to them: a name, or the code of the refusal. */
export function expectedVerdicts({ people }: WatchedFolder): readonly (readonly [string, Credential | undefined, string])[] {
  return [
    ['nobody', undefined, 'PEERCERT_CERTIFICATE_MISSING'],
    ['a stranger', people.stranger, 'PEERCERT_ISSUER_UNKNOWN'],
    ['who has expired', people.expired, 'PEERCERT_CERTIFICATE_EXPIRED'],
    ['who was revoked', people.revoked, 'PEERCERT_CERTIFICATE_REVOKED'],
    ['alice', people.alice, 'alice'],
    ['carol', people.carol, 'carol'],
  ];
}
