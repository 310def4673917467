import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../src/cli/run.js';
import { temporaryFolder } from '../temporary-folder.js';
import { peercert } from './peercert.js';

const folder = temporaryFolder();
const dir = join(folder, 'pki');
const file = join(folder, 'file');
writeFileSync(file, 'hello');
await peercert(['ca', '--dir', dir]);
await peercert(['issue', 'client', 'both', '--dir', dir]);
await peercert(['issue', 'server', 'both', '--dir', dir]);

/** Everything that is wrong is one line on standard error, and nothing on standard output. */
async function refused(argv: readonly string[], status: number, problem: string): Promise<void> {
  const answer = await peercert(argv);
  expect(answer).toMatchObject({ status, out: '' });
  expect(answer.err).toContain(problem);
  expect(answer.err).toMatch(/^peercert: [^\n]+\n$/);
}

describe('a command line that makes no sense is refused with status 2', () => {
  test.each<[string, string[], string]>([
    ['an unknown command', ['isue'], "unknown command 'isue' (Did you mean issue?) (--help tells more)"],
    ['an unknown kind', ['issue', 'clients', 'a'], "unknown command 'clients' (Did you mean client?)"],
    ['an unknown option', ['ca', '--dirr', 'x'], "unknown option '--dirr' (Did you mean --dir?)"],
    ['too many names', ['issue', 'client', 'a', 'b'], "too many arguments for 'client'"],
    ['a missing name', ['issue', 'client'], "missing required argument 'name'"],
    ['a missing value', ['ca', '--days'], "option '--days <number>' argument missing"],
    ['days in words', ['ca', '--days', 'ten'], "option '--days <number>' argument 'ten' is invalid. It must be a number."],
    ['empty days', ['ca', '--days', ''], 'It must be a number.'],
    ['infinite days', ['crl', '--days', 'Infinity'], 'It must be a number.'],
    ['an unknown kind of key', ['ca', '--key', 'dsa'], 'Allowed choices are ecdsa-p256, ecdsa-p384'],
    ['an unknown reason', ['revoke', 'a', '--reason', 'lost'], 'Allowed choices are unspecified, keyCompromise'],
    ['a reason that does not last', ['revoke', 'a', '--reason', 'certificateHold'], 'Allowed choices are'],
    [
      'two subjects',
      ['issue', 'client', 'a', '--subject', 'CN=a', '--ou', 'b'],
      "'--subject <name>' cannot be used with option '--ou <unit>'",
    ],
    ['nobody to revoke', ['revoke'], 'name whom to revoke, or give --serial'],
    ['a serial number that is none', ['revoke', '--serial', 'alice'], "--serial: 'alice' is not a serial number"],
    ['a URL for a host', ['issue', 'server', 'https://localhost'], "'https://localhost' is neither a host name nor an IP address"],
    ['a name without letters', ['issue', 'client', ' '], 'a client needs a name that can be printed'],
  ])('%s', async (_title, argv, problem) => await refused(argv, 2, problem));

  test.each<[string, string[], string]>([
    ['a subject', ['--subject', 'alice'], "distinguished name 'alice', position 0"],
    ['an attribute', ['--subject', 'XY=alice'], "unknown name attribute 'XY'"],
    ['days', ['--days', '9999999'], 'is outside of 1950 to 9999'],
    ['a password', ['--p12-password', 'grün'], 'password: expected printable ASCII'],
    ['a principal', ['--upn', ''], 'subjectAltName.upn: expected a string that is not empty'],
  ])('%s that the library refuses', async (_title, argv, problem) => {
    await refused(['issue', 'client', 'a', '--dir', dir, ...argv], 2, problem);
  });

  test('no command at all, with the help', async () => {
    for (const argv of [[], ['issue']]) {
      const { status, out, err } = await peercert(argv);
      expect({ status, out }).toEqual({ status: 2, out: '' });
      expect(err).toMatch(/^Usage: peercert /);
    }
  });
});

describe('what cannot be done is refused with status 1', () => {
  test.each<[string, string[], string]>([
    ['a second authority', ['ca', '--dir', dir], `${dir} holds an authority already`],
    ['a folder without authority', ['crl', '--dir', folder], `${folder} holds no authority: make one with 'peercert ca'`],
    ['an issuer without authority', ['ca', '--dir', join(folder, 'below'), '--issuer', folder], `${folder} holds no authority`],
    ['a file for a folder', ['ca', '--dir', file], 'a file stands where a folder should be'],
    ['a file within a file', ['ca', '--dir', join(file, 'pki')], 'a file stands where a folder should be'],
    ['a file that is not there', ['show', join(folder, 'absent')], 'see whether the path is right'],
    ['a name that was never issued', ['revoke', 'bob', '--dir', dir], "no certificate was issued here to 'bob'"],
    [
      'a serial number that was never issued',
      ['revoke', '--serial', '4F:1A', '--dir', dir],
      'no certificate with the serial number 4f1a was issued here',
    ],
    ['a name of two', ['revoke', 'both', '--dir', dir], "both a client and a server are called 'both'; choose by --serial"],
    [
      'a name that exists',
      ['issue', 'client', 'both', '--dir', dir],
      'both.key exists already: choose another name, or replace it with --force',
    ],
  ])('%s', async (_title, argv, problem) => await refused(argv, 1, problem));
});

describe('what goes wrong underneath', () => {
  /** A command whose result cannot be printed. */
  async function failing(error: Error, env: Record<string, string> = {}): Promise<{ status: number; err: string }> {
    let err = '';
    const write = () => {
      throw error;
    };
    const note = (text: string) => {
      err += text;
    };
    return { status: await run(['show', dir, '--json'], { write, note, env }), err };
  }

  test.each([
    ['EACCES', 'see who owns the folder and the file'],
    ['ENOSPC', 'make room on the disk and run the command again'],
    ['EROFS', 'choose a folder on a disk that can be written'],
  ])('is told with what there is to do about it: %s', async (code, mend) => {
    const { status, err } = await failing(Object.assign(new Error(`${code}: no`), { code }));
    expect(status).toBe(1);
    expect(err).toMatch(new RegExp(`^peercert: ${code}: no: ${mend}[^\n]*\n$`));
  });

  test('and was not thought of, is told in one line, without a stack', async () => {
    expect(await failing(new Error('first\nsecond'))).toEqual({
      status: 1,
      err: 'peercert: unexpected: first second (with NODE_DEBUG=peercert the stack is shown)\n',
    });
  });

  test('is told with its stack, and that of its cause, to who asks for it', async () => {
    const { err } = await failing(new Error('first'), { NODE_DEBUG: 'tls,peercert' });
    expect(err).toMatch(/^Error: first\n +at /);
    const answer = await peercert(['issue', 'client', 'a', '--dir', dir, '--upn', ''], { NODE_DEBUG: 'peercert' });
    expect(answer.err).toMatch(/\[cause\]: TypeError: subjectAltName\.upn: .+\n +at /);
  });
});

describe('help', () => {
  test.each([[[]], [['ca']], [['issue', 'server']], [['issue', 'client']], [['revoke']], [['crl']], [['show']]])(
    'of %j goes to standard output, ends with examples, and the examples are understood',
    async (command) => {
      const { status, out, err } = await peercert([...command, '--help']);
      expect({ status, err }).toEqual({ status: 0, err: '' });
      expect(out).toMatch(/^Usage: peercert /);
      const examples = out.split('Examples:\n')[1]?.trimEnd().split('\n') as string[];
      expect(examples.length).toBeGreaterThan(1);
      for (const line of examples) {
        const [, words] = /^ {2}peercert (.+?) +# .+$/.exec(line) as unknown as [string, string];
        // With an option that nobody knows, in the end: everything before it is understood, or it would be complained about.
        const answer = await peercert([...words.split(/ (?=(?:[^']*'[^']*')*[^']*$)/).map((word) => word.replaceAll("'", '')), '--end']);
        expect(answer).toMatchObject({ status: 2, out: '' });
        expect(answer.err).toBe("peercert: unknown option '--end' (--help tells more)\n");
      }
    },
  );

  test('--version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
    expect(await peercert(['--version'])).toEqual({ status: 0, out: `${version}\n`, err: '' });
  });
});
