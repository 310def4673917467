import { readPem } from '../../asn1/index.js';
import { type DenyEntry, denyEntryKey } from '../../revocation/index.js';
import { type Files, type Read, WatchedFiles } from '../../sources/index.js';
import { readDenied } from './crl-content.js';
import type { FeedSettings } from './crl-feed.js';
import { readDenyLine } from './deny-input.js';

/** A deny list in files. */
export interface DenyFeed {
  readonly denied: readonly DenyEntry[];
  /** Why the list counts for nothing new; undefined when it is in order. */
  readonly unavailable: string | undefined;
  start(): Promise<void>;
  close(): void;
}

/** Reads the files now, and watches them. Throws `ConfigurationError` for what is wrong with them; an empty file is an empty list. */
export function denyFeed(
  names: string | readonly string[],
  option: string,
  settings: Omit<FeedSettings, 'onChange'> & { readonly onChange: (source: string, entries: number) => void },
): DenyFeed {
  const { onProblem, onChange } = settings;
  let inForce: readonly DenyEntry[] = [];
  let isStarted = false;
  const source = [names].flat().join(', ');
  const files = new WatchedFiles<Entries>({
    files: names,
    option,
    extensions: ['.pem', '.crt', '.cer', '.der', '.txt', '.deny'],
    read: (bytes) => readDenyFile(bytes, settings),
    compare: (before, next) => (holdsAll(before, next) ? 'more' : 'less'),
    merge: (before, next) => new Map([...before, ...[...next].map(([file, list]) => [file, union(before.get(file), list)] as const)]),
    accept(next) {
      inForce = [...next.values()].flatMap((list) => [...list.values()]);
      if (isStarted) onChange(source, inForce.length);
      return undefined;
    },
    pollSeconds: settings.pollSeconds,
    keepLastGoodForSeconds: settings.keepLastGoodForSeconds,
    onProblem: (problem) => onProblem(problem, 'failed'),
    onRecovered: (problem) => onProblem(problem, 'recovered'),
    onStale: (problem) => onProblem(problem, 'stale'),
  });
  if (files.readNow() instanceof Promise) throw new TypeError('reading a deny list gave a promise');
  isStarted = true;
  return {
    // Whoever was denied stays so, however old the list.
    get denied() {
      return inForce;
    },
    get unavailable() {
      return files.stale ? files.problems[0]?.message : undefined;
    },
    start: () => files.start(),
    close: () => files.close(),
  };
}

/** By what they say, so that lists can be compared. */
type Entries = ReadonlyMap<string, DenyEntry>;

/** One certificate as DER; or PEM certificates, lines, comments from `#` at the beginning of a line, and empty lines; anything else refuses the file. */
export function readDenyFile(
  bytes: Uint8Array,
  limits: { readonly allowDenyingAuthorities: boolean; readonly mostEntries: number },
): Read<Entries> {
  if (isDer(bytes)) {
    const read = readDenied(bytes, limits);
    return read.ok ? { ok: true, value: new Map(read.value.map((entry) => [denyEntryKey(entry), entry])) } : read;
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf8')
    .replace(/^\ufeff/, '');
  const entries = new Map<string, DenyEntry>();
  const add = (entry: DenyEntry): unknown => entries.set(denyEntryKey(entry), entry);
  try {
    for (const { label, bytes: der } of readPem(text)) {
      if (label !== 'CERTIFICATE')
        return { ok: false, problem: `holds a block ${JSON.stringify(label.slice(0, 40))}, which is no certificate` };
      const read = readDenied(der, limits);
      if (!read.ok) return read;
      read.value.forEach(add);
    }
  } catch (error) {
    return { ok: false, problem: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
  // A block begins and ends with its line: what a comment says of one does not swallow the lines that follow.
  const lines = text
    .replace(/^[ \t]*-----BEGIN [^-]*-----[\s\S]*?^[ \t]*-----END [^-]*-----/gm, (block) => block.replace(/[^\n]/g, ''))
    .split('\n');
  for (const [index, given] of lines.entries()) {
    const line = given.trim();
    if (line === '' || line.startsWith('#')) continue;
    const read = readDenyLine(line);
    if (!read.ok) return { ok: false, problem: `has a line ${index + 1} that ${read.problem}` };
    read.entries.forEach(add);
  }
  return { ok: true, value: entries };
}

/** A certificate is a SEQUENCE of more than 127 octets; no text begins so. */
function isDer(bytes: Uint8Array): boolean {
  return bytes[0] === 0x30 && (bytes[1] ?? 0) >= 0x80;
}

function holdsAll(before: Files<Entries>, next: Files<Entries>): boolean {
  const all = new Set([...next.values()].flatMap((entries) => [...entries.keys()]));
  return [...before.values()].every((entries) => [...entries.keys()].every((key) => all.has(key)));
}

function union(before: Entries | undefined, next: Entries): Entries {
  return new Map([...(before ?? []), ...next]);
}
