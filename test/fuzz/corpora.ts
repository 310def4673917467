import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The certificates of the public test corpora, each once: of the files that `$PEERCERT_CORPORA`, or else `../shared/corpora` beside the
 * repository, holds. None where there is no such folder.
 */
export function corpusCertificates(): readonly Uint8Array[] {
  const folder = corporaFolder();
  if (folder === undefined) return [];
  const distinct = new Map<string, Uint8Array>();
  for (const file of files) {
    const path = join(folder, file);
    if (!existsSync(path)) continue;
    for (const der of certificatesIn(readFileSync(path, 'utf8'))) distinct.set(der.toString('latin1'), Uint8Array.from(der));
  }
  return [...distinct.values()];
}

const files = ['limbo.json', 'limbo-bettertls-small.json', 'limbo-mldsa-extra.json', 'pkits.json'];

function corporaFolder(): string | undefined {
  const named = process.env.PEERCERT_CORPORA;
  if (named !== undefined && named !== '') return named;
  const beside = join(repository(dirname(fileURLToPath(import.meta.url))), '..', 'shared', 'corpora');
  return existsSync(beside) ? beside : undefined;
}

/** This file runs from where it stands and from where it is compiled to; the root is the one with the workspace's description. */
function repository(folder: string): string {
  const parent = dirname(folder);
  return existsSync(join(folder, 'pnpm-workspace.yaml')) || parent === folder ? folder : repository(parent);
}

/** limbo has PEM in JSON strings, PKITS an object of base64. */
function certificatesIn(json: string): readonly Buffer[] {
  const pem = [...json.matchAll(/-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----/gs)].map(([, body = '']) =>
    body.replaceAll('\\n', ''),
  );
  const { certs = {} } = JSON.parse(json) as { certs?: Record<string, string> };
  return [...pem, ...Object.values(certs)].map((base64) => Buffer.from(base64, 'base64'));
}
