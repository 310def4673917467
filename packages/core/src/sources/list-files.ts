import { readdirSync, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, isAbsolute, join, resolve } from 'node:path';
import { glob, globSync, isDynamicPattern } from 'tinyglobby';
import { unread } from './read-whole.js';

/** What an operator named: one file, a folder's files, or what a glob finds. */
export interface NamedFiles {
  /** As the operator wrote it. */
  readonly name: string;
  /** Where relative names begin; what the process's working folder becomes later does not matter. */
  readonly cwd: string;
  /** Of a folder's files, those that count, in lower case and with the dot. */
  readonly extensions: ReadonlySet<string>;
}

export type FilesKind = 'file' | 'folder' | 'glob';

export type Listing =
  | { readonly ok: true; readonly kind: FilesKind; readonly files: readonly string[] }
  /** Goes on after the name. */
  | { readonly ok: false; readonly problem: string };

/** More in one folder or glob is a mistake, not a configuration: each is looked at every few seconds. */
const mostFiles = 10_000;

/**
 * The files that a name stands for, each as the operator would write it, sorted. `kind` is what the name stood for before: a file in whose
 * place there is a folder now is a problem, and not a change of mind.
 */
export async function listFiles(named: NamedFiles, kind?: FilesKind): Promise<Listing> {
  try {
    const path = pathOf(named, named.name);
    if (kind === 'file') return { ok: true, kind, files: [named.name] };
    const status = kind === 'glob' ? undefined : await stat(path).catch(missing);
    const found = kind ?? kindOf(named.name, status?.isDirectory());
    if (found === 'file') return { ok: true, kind: found, files: [named.name] };
    if (found === 'glob') return listing(named, found, await glob(named.name, globOptions(named)));
    return status?.isDirectory() === false ? noFolder : listing(named, found, await readdir(path));
  } catch (error) {
    return unlisted(error);
  }
}

/** The same, at once. */
export function listFilesNow(named: NamedFiles): Listing {
  try {
    const path = pathOf(named, named.name);
    const kind = kindOf(named.name, statSync(path, { throwIfNoEntry: false })?.isDirectory());
    if (kind === 'file') return { ok: true, kind, files: [named.name] };
    return listing(named, kind, kind === 'glob' ? globSync(named.name, globOptions(named)) : readdirSync(path));
  } catch (error) {
    return unlisted(error);
  }
}

/** Where a file of these is. */
export function pathOf({ cwd }: NamedFiles, file: string): string {
  return resolve(cwd, file);
}

/** The folder below which a glob looks: its leading segments without a pattern. */
export function globBase({ name, cwd }: NamedFiles): string {
  const segments = name.split('/');
  const dynamic = segments.findIndex((segment) => isDynamicPattern(segment));
  const fixed = segments.slice(0, dynamic === -1 ? -1 : dynamic).join('/');
  return resolve(cwd, fixed === '' && isAbsolute(name) ? '/' : fixed);
}

function kindOf(name: string, isFolder: boolean | undefined): FilesKind {
  if (isFolder === true) return 'folder';
  return isFolder === undefined && isDynamicPattern(name) ? 'glob' : 'file';
}

function globOptions({ cwd }: NamedFiles): { cwd: string; onlyFiles: true; expandDirectories: false } {
  return { cwd, onlyFiles: true, expandDirectories: false };
}

function listing({ name, cwd, extensions }: NamedFiles, kind: 'folder' | 'glob', names: readonly string[]): Listing {
  const files =
    kind === 'glob'
      ? names
      : names.filter((file) => extensions.has(extname(file).toLowerCase()) && !file.startsWith('.')).map((file) => join(name, file));
  if (files.length > mostFiles)
    return { ok: false, problem: `stands for ${files.length} files, more than the ${mostFiles} that are allowed` };
  if (files.length > 0) return { ok: true, kind, files: [...files].sort() };
  if (kind === 'glob') return { ok: false, problem: `matches no file, relative to ${cwd}` };
  return { ok: false, problem: `holds no ${[...extensions].join(', ')} file` };
}

const noFolder: Listing = { ok: false, problem: 'is a file, where a folder was expected' };

function unlisted(error: unknown): Listing {
  return { ok: false, problem: unread(error).problem };
}

/** Nothing there is no error yet: the name may be a pattern. */
function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
  return undefined;
}
