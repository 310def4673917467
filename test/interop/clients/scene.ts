import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVerifier, serverTls } from '@peercert/core';
import { type Credential, createAuthority, toPkcs12 } from '@peercert/pki';
import { type Running, startExpress, startFastify } from '../../support/servers.js';

/** Whom a client program is run for: with whose certificate it comes. */
export const people = ['nobody', 'alice', 'stranger', 'expired', 'revoked'] as const;
export type Person = (typeof people)[number];

/** A server, and what it tells clients of whose certificates it takes: the truth, nothing, or somebody else's name. */
export interface Door {
  readonly framework: 'Fastify' | 'Express';
  readonly hints: 'right' | 'none' | 'wrong';
  readonly port: number;
}

const kinds = [
  ['Fastify', 'right'],
  ['Fastify', 'none'],
  ['Express', 'right'],
  ['Express', 'wrong'],
] as const;

/** Servers, and in a folder what client programs are given: `ca.crt`, and for each person a chain, a key and a .p12 file. */
export interface Scene {
  readonly folder: string;
  readonly doors: readonly Door[];
  close(): Promise<void>;
}

export const p12Password = 'correct-horse';

const silent = (): void => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const hour = 3_600_000;

export async function openScene(): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-clients-'));
  const file = (name: string): string => join(folder, name);
  const root = await createAuthority({ subject: { CN: 'Root', O: 'Example' } });
  const sub = await root.issueAuthority({ subject: { CN: 'Issuing CA', O: 'Example' } });
  const elsewhere = await createAuthority({ subject: { CN: 'Root', O: 'Elsewhere' } });
  const past = { notBefore: new Date(Date.now() - 2 * hour), notAfter: new Date(Date.now() - hour) };
  const credentials: Readonly<Record<Exclude<Person, 'nobody'>, Credential>> = {
    alice: await sub.issueClient({ subject: { CN: 'alice' } }),
    stranger: await elsewhere.issueClient({ subject: { CN: 'alice' } }),
    expired: await sub.issueClient({ subject: { CN: 'alice' }, ...past }),
    revoked: await sub.issueClient({ subject: { CN: 'alice' } }),
  };
  for (const [name, credential] of Object.entries(credentials)) {
    writeFileSync(file(`${name}.crt`), String(credential.tls.cert));
    writeFileSync(file(`${name}.key`), String(credential.tls.key));
    writeFileSync(file(`${name}.p12`), await toPkcs12(credential, { password: p12Password, friendlyName: name }));
  }
  const server = await root.issueServer({ dns: 'localhost', ip: '127.0.0.1' });
  writeFileSync(file('ca.crt'), root.certificate);
  writeFileSync(file('server.crt'), String(server.tls.cert));
  writeFileSync(file('server.key'), String(server.tls.key));
  const lists = [await root.issueCrl(), await sub.issueCrl({ revoked: [{ certificate: credentials.revoked }] })];
  writeFileSync(file('revoked.crl'), lists.map(({ pem }) => pem).join(''));

  const running: Running[] = [];
  const doors: Door[] = [];
  for (const [framework, hints] of kinds) {
    const trust = { ca: file('ca.crt'), intermediates: sub.certificate };
    const verifier = createVerifier({ trust, revocation: { crl: file('revoked.crl') }, logger });
    const tls = serverTls(verifier, { key: file('server.key'), cert: file('server.crt'), caHints: hints === 'none' ? 'none' : 'anchors' });
    // As somebody might have written it who thinks that `ca` is about the server's own certificate.
    const options = hints === 'wrong' ? { ...tls.options, ca: elsewhere.certificate } : tls.options;
    const started = await (framework === 'Fastify' ? startFastify : startExpress)({ mtls: { verifier, tls }, tls: options });
    running.push(started);
    doors.push({ framework, hints, port: started.port });
  }
  return {
    folder,
    doors,
    async close() {
      await Promise.all(running.map((one) => one.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What everybody is to be told who shows what they have. */
const told: Readonly<Record<Person, string>> = {
  nobody: '403 PEERCERT_CERTIFICATE_MISSING',
  alice: '200 alice',
  stranger: '403 PEERCERT_ISSUER_UNKNOWN',
  expired: '403 PEERCERT_CERTIFICATE_EXPIRED',
  revoked: '403 PEERCERT_CERTIFICATE_REVOKED',
};

/**
 * What each person is to be told at a door. `sends`: whether the program sends whatever certificate it was given, or, where the server tells which
 * authorities it takes, one of theirs alone.
 */
export function expected({ hints }: Door, sends: 'anything' | 'what is hinted'): Readonly<Record<Person, string>> {
  if (sends === 'anything' || hints === 'none') return told;
  if (hints === 'right') return { ...told, stranger: told.nobody };
  return { ...told, alice: told.nobody, expired: told.nobody, revoked: told.nobody };
}

/** An answer in the words of `expected`. */
export function verdict(status: number | string, body: string): string {
  return `${status} ${/PEERCERT_\w+/.exec(body)?.[0] ?? /"CN":\["(\w+)"/.exec(body)?.[1] ?? body}`;
}

/** Of an answer as it came over the socket. */
export function verdictOf(text: string): string {
  return verdict(/^HTTP\/1\.1 (\d{3})/m.exec(text)?.[1] ?? 'no answer', text);
}

/** What everybody is told at a door, by a client program that is run for each. */
export async function everybody(ask: (person: Person) => Promise<string>): Promise<Record<Person, string>> {
  const heard: Partial<Record<Person, string>> = {};
  for (const person of people) heard[person] = await ask(person);
  return heard as Record<Person, string>;
}
