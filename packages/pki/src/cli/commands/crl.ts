import type { Command } from 'commander';
import { type Io, print, type Report } from '../io.js';
import { type CommonOptions, daysOption, dirOption, examples, jsonOption } from '../options.js';
import { typed } from '../usage-error.js';

interface Options extends CommonOptions {
  readonly days?: number;
}

export function addCrl(root: Command, io: Io): void {
  root
    .command('crl')
    .summary('write a new revocation list')
    .description(
      'Writes crl.pem anew, with a later date and a higher number. A list that has run out makes servers refuse everybody, so do it in time; ' +
        "'peercert revoke' does it too.",
    )
    .addOption(daysOption('how long it is valid, like all lists from now on (default: as last time, 30 at first)'))
    .addOption(dirOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(['peercert crl', 'for as long as last time'], ['peercert crl --days 7', 'for a week, as all lists to come']),
    )
    .action(async (options: Options) => print(io, await writeCrl(options), options.json));
}

async function writeCrl({ dir, days }: Options): Promise<Report> {
  const { AuthorityFolder, layoutOf, crlLine, crlOnDisk } = await import('../work.js');
  const folder = await AuthorityFolder.open(dir);
  await typed(() => folder.writeCrl(days));
  const { crl: path } = layoutOf(dir);
  const crl = await crlOnDisk(path);
  return { json: { crl }, lines: [crlLine(path, crl)] };
}
