import { randomBytes } from 'node:crypto';
import { access, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface FileToWrite {
  readonly path: string;
  readonly content: string | Uint8Array;
  /** The permissions, with which the file is created, so that a key is at no moment readable for others. */
  readonly mode: number;
}

/** Files that lie complete beside their places, on the disk, and wait for being renamed into them. */
export interface StagedFiles {
  /** Puts them into their places in the order in which they were listed, whatever is there already, and makes that last. */
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Writes files aside, each in the folder where it belongs, since a rename is atomic only there. Whoever is killed in the middle leaves
 * each file as it was before or as it is to be, and perhaps some of those that are removed by `sweep`.
 */
export async function stageFiles(files: readonly FileToWrite[]): Promise<StagedFiles> {
  const staged = files.map((file) => ({ ...file, aside: asideOf(file.path) }));
  const discard = async (): Promise<void> => {
    for (const { aside } of staged) await rm(aside, { force: true });
  };
  try {
    for (const { aside, content, mode } of staged) await writeDurably(aside, content, mode);
  } catch (error) {
    await discard();
    throw error;
  }
  return {
    async commit() {
      for (const { aside, path } of staged) await rename(aside, path);
      for (const folder of new Set(staged.map(({ path }) => dirname(path)))) await syncFolder(folder);
    },
    discard,
  };
}

/** Removes what a killed process has left aside. Only for the holder of the lock: to anyone else it may be a file in the making. */
export async function sweep(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (/^\..+\.[0-9a-f]{12}\.tmp$/.test(name)) await rm(join(folder, name), { force: true });
  }
}

export async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** Removes a file in such a way that it stays removed if the power fails. */
export async function removeDurably(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}

function asideOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
}

async function writeDurably(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The rename itself must reach the disk; Windows has no such call, and does it by itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
