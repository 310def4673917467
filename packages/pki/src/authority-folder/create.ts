import { mkdir } from 'node:fs/promises';
import { type Authority, createAuthority } from '../authority.js';
import { Failure } from '../failure.js';
import type { AuthorityOptions } from '../profiles.js';
import { AuthorityFolder } from './authority-folder.js';
import { nextCrl } from './crl-file.js';
import { exists, type FileToWrite, removeDurably, stageFiles } from './files.js';
import { emptyIndex, writeIndex } from './index-file.js';
import { layoutOf } from './layout.js';
import { withLock } from './lock.js';

export interface NewFolder {
  readonly options: AuthorityOptions;
  /** The folder of the authority that issues this one's certificate; without it, it issues its own. */
  readonly issuer?: AuthorityFolder;
  /** Replaces the authority that the folder holds, and forgets what that one issued. */
  readonly force: boolean;
}

/**
 * Makes an authority in a folder: its certificate, its key, an empty index and an empty CRL. The certificate comes last, and, where
 * one is replaced, goes first: a folder that has one is complete. Whoever is killed in the middle leaves a folder without it.
 */
export async function createAuthorityFolder(path: string, { options, issuer, force }: NewFolder): Promise<AuthorityFolder> {
  const layout = layoutOf(path);
  if (!force) await refuseToReplace(path);
  const authority = issuer === undefined ? await createAuthority(options) : await issuer.issueAuthority(options);
  const certificate = issuer === undefined ? authority.certificate : authority.certificate + issuer.certificate;

  await mkdir(path, { recursive: true });
  await withLock(layout.lock, async (lock) => {
    if (!force) await refuseToReplace(path);
    const files = await stageFiles([...(await filesOf(path, authority)), { path: layout.certificate, content: certificate, mode: 0o644 }]);
    await lock.confirm();
    await removeDurably(layout.certificate);
    await files.commit();
  });
  return await AuthorityFolder.open(path);
}

async function refuseToReplace(path: string): Promise<void> {
  const { certificate, privateKey, index } = layoutOf(path);
  if (await exists(certificate)) {
    throw new Failure(`${path} holds an authority already: choose another folder with --dir, or replace this one with --force`);
  }
  for (const remains of [privateKey, index]) {
    if (await exists(remains)) {
      throw new Failure(`${remains} is there without ca.crt, as an interrupted command leaves it: remove it, or replace it with --force`);
    }
  }
}

async function filesOf(path: string, authority: Authority): Promise<FileToWrite[]> {
  const layout = layoutOf(path);
  const { index, pem } = await nextCrl(authority, emptyIndex);
  // Nothing of this belongs into a repository; whoever thinks otherwise may say so in the file, which is written once.
  const ignore = (await exists(layout.ignore)) ? [] : [{ path: layout.ignore, content: '*\n', mode: 0o644 }];
  return [
    ...ignore,
    { path: layout.privateKey, content: authority.privateKey, mode: 0o600 },
    { path: layout.index, content: writeIndex(index), mode: 0o644 },
    { path: layout.crl, content: pem, mode: 0o644 },
  ];
}
