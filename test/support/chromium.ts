import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What a person has imported into their browser. */
export interface Imported {
  /** The file of the authority that vouches for the server. */
  readonly ca: string;
  /** A .p12 file of theirs. */
  readonly own?: { readonly file: string; readonly password: string };
}

/** A browser with a profile of its own, which nobody else's certificates are in. */
export interface Browser {
  /** The page as the browser has understood it, serialised. Rejects where it does not come in time. */
  dump(url: string): Promise<string>;
  remove(): void;
}

/** Chromium finds its certificates in the home of whoever started it. */
export async function openChromium({ ca, own }: Imported): Promise<Browser> {
  const home = mkdtempSync(join(tmpdir(), 'peercert-chromium-'));
  const database = join(home, '.pki/nssdb');
  mkdirSync(database, { recursive: true });
  await execute('certutil', ['-N', '-d', `sql:${database}`, '--empty-password']);
  await execute('certutil', ['-A', '-d', `sql:${database}`, '-n', 'authority', '-t', 'C,,', '-i', ca]);
  if (own !== undefined) await execute('pk12util', ['-d', `sql:${database}`, '-i', own.file, '-W', own.password, '-K', '']);
  return {
    dump: (url) => run(['--dump-dom', url], home),
    remove: () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/**
 * Without a policy that answers for the person, headless Chromium waits for ever on the window in which it lets them choose a
 * certificate. It reads policies of the whole machine alone.
 */
const policies = '/etc/chromium/policies/managed';

/** Why no policy can be written, in words; undefined where one can. */
export function policyObstacle(): string | undefined {
  let folder = policies;
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
    return undefined;
  } catch {
    return `${policies} cannot be written, and without a policy there headless Chromium waits on its certificate chooser; run as root`;
  }
}

/**
 * Chromium shows whatever certificate it has to servers on localhost, until the function that this returns is called. Of several policy
 * files the last one counts alone, so all say the same, whoever else runs these tests at the time.
 */
export function showCertificatesToLocalhost(): () => void {
  mkdirSync(policies, { recursive: true });
  const file = join(policies, `peercert-test-${randomUUID()}.json`);
  const rule = JSON.stringify({ pattern: 'https://localhost', filter: {} });
  writeFileSync(file, JSON.stringify({ AutoSelectCertificateForUrls: [rule] }), { flag: 'wx' });
  return () => rmSync(file, { force: true });
}

/** Milliseconds for a page; it takes a tenth of that on a busy machine. */
const limit = 30_000;

/** The sandbox cannot be had as root, nor in most containers; what is shown here is our own. Nothing but this machine is asked. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
];

/** Chromium is many processes, so it gets a group of its own, and what does not end in time ends as a group. */
function run(args: readonly string[], home: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('chromium', [...flags, `--user-data-dir=${join(home, 'profile')}`, ...args], {
      env: { ...process.env, HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const timer = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), limit);
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      if (status === 0) return resolve(output);
      const end =
        signal === 'SIGKILL'
          ? `did not end within ${limit} ms; perhaps it waits on its certificate chooser`
          : `ended with ${signal ?? status}`;
      reject(new Error(`chromium ${args.join(' ')} ${end}:\n${errors.slice(-2_000)}`));
    });
  });
}
