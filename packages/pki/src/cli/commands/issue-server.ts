import type { Command } from 'commander';
import { type Io, print, type Report } from '../io.js';
import { type IssueOptions, issued } from '../issued.js';
import { daysOption, dirOption, examples, jsonOption, keyOption, withProgress } from '../options.js';
import { serverNames } from '../peer-names.js';
import { typed } from '../usage-error.js';

export function addIssueServer(issue: Command, io: Io): void {
  issue
    .command('server')
    .summary('issue a certificate to a server')
    .description(
      'Issues a certificate to a server, for all the host names and IP addresses given. The files are named after the first: NAME.crt, with ' +
        'the intermediates, if there are any, and NAME.key.',
    )
    .argument('<names...>', 'host names, *.example.com among them, and IP addresses')
    .addOption(daysOption('how long it is valid; a negative number makes one that has run out', 365))
    .addOption(keyOption())
    .addOption(dirOption())
    .option('--force', 'replace files of this name; what they hold stays valid until it is revoked')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        ['peercert issue server localhost 127.0.0.1 ::1', 'for development'],
        ['peercert issue server api.example.com --days 90 --key rsa-2048', 'another lifetime, another key'],
      ),
    )
    .action(async (names: string[], options: IssueOptions) => print(io, await issueServer(names, options, io), options.json));
}

async function issueServer(names: readonly string[], options: IssueOptions, io: Io): Promise<Report> {
  const { name, dns, ip } = serverNames(names);
  const { AuthorityFolder } = await import('../work.js');
  const folder = await AuthorityFolder.open(options.dir);
  const { key, days, force } = options;
  const request = { kind: 'server', name, options: { dns, ip, key, days }, force: force === true } as const;
  const result = await withProgress(io, key, () => typed(() => folder.issue(request)));
  return await issued({ kind: 'server', name, dir: options.dir }, result);
}
