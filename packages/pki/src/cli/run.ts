import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { Command, CommanderError } from 'commander';
import { Failure } from '../failure.js';
import { addCa } from './commands/ca.js';
import { addCheck } from './commands/check.js';
import { addCrl } from './commands/crl.js';
import { addExplain } from './commands/explain.js';
import { addIssue } from './commands/issue.js';
import { addRevoke } from './commands/revoke.js';
import { addShow } from './commands/show.js';
import type { Io } from './io.js';
import { examples } from './options.js';
import { UsageError } from './usage-error.js';

/**
 * The program `peercert`. Answers with the exit status: 0 when all went well, 1 when something could not be done, 2 when it was called
 * in a way that it does not understand. What went wrong is one line on standard error; then there is nothing on standard output. To `explain` a
 * certificate that is refused ends with 1 as well, and tells why on standard output.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let status = 0;
  const refused = (): void => {
    status = 1;
  };
  try {
    await program(io, refused).parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (/\bpeercert\b/.test(io.env.NODE_DEBUG ?? '')) io.note(`${inspect(error)}\n`);
    io.note(`peercert: ${problemOf(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function program(io: Io, refused: () => void): Command {
  const root = new Command('peercert')
    .description(
      'Makes certificates for mutual TLS: an authority in a folder, servers, clients, revocation lists. Explains why one is refused.',
    )
    .version(version())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.write(text),
      writeErr: (text) => io.note(text),
      outputError: (text, write) =>
        write(
          `peercert: ${text
            .replace(/^error: /, '')
            .trim()
            .replaceAll('\n', ' ')} (--help tells more)\n`,
        ),
    })
    .addHelpText(
      'after',
      examples(
        ['peercert ca', 'an authority in ./pki'],
        ['peercert issue server localhost 127.0.0.1', 'a certificate for your server'],
        ['peercert issue client alice --ou payments --p12', 'one for a client, and for its browser'],
        ['peercert revoke alice', 'and she is out, once servers read pki/crl.pem'],
        ['peercert show pki', 'what there is'],
        ['peercert explain --cert pki/clients/alice.crt --ca pki/ca.crt', 'why a client is let in, or refused'],
        ['peercert check policy.yaml', 'what a policy file demands'],
      ),
    );
  for (const add of [addCa, addIssue, addRevoke, addCrl, addShow, addCheck]) add(root, io);
  addExplain(root, io, refused);
  return root;
}

function version(): string {
  return (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;
}

/** One line, whatever it was. */
function problemOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  if (error instanceof Failure) return message;
  const mend = code === undefined ? undefined : mends[code];
  if (mend !== undefined) return `${message}: ${mend}`;
  return `unexpected: ${String(message).replaceAll('\n', ' ')} (with NODE_DEBUG=peercert the stack is shown)`;
}

/** What the file system may answer, and what there is to be done about it. */
const mends: Readonly<Record<string, string>> = {
  EACCES: 'see who owns the folder and the file, and what their permissions are',
  EPERM: 'see who owns the folder and the file, and what their permissions are',
  EROFS: 'choose a folder on a disk that can be written, with --dir',
  ENOSPC: 'make room on the disk and run the command again',
  ENOENT: 'see whether the path is right',
  EEXIST: 'see whether the path is right; a file stands where a folder should be',
  ENOTDIR: 'see whether the path is right; a file stands where a folder should be',
  EISDIR: 'see whether the path is right; a folder stands where a file should be',
};
