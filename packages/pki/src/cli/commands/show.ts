import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { type Io, print, type Report } from '../io.js';
import { examples, jsonOption } from '../options.js';

export function addShow(root: Command, io: Io): void {
  root
    .command('show')
    .summary('show certificates, revocation lists, or all that an authority has issued')
    .description(
      'Shows what is in files, PEM or DER: certificates, revocation lists, the kind of a private key. Of an authority it shows the folder.',
    )
    .argument('[paths...]', "files, or an authority's folder (default: pki)")
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        ['peercert show', 'the authority in ./pki, and what it has issued'],
        ['peercert show pki/clients/alice.crt pki/crl.pem', 'files'],
        ['peercert show pki --json', 'for a program'],
      ),
    )
    .action(async (paths: string[], options: { json?: true }) => print(io, await show(paths), options.json));
}

async function show(paths: readonly string[]): Promise<Report> {
  const { showFile, showFolder } = await import('../work.js');
  const reports: Report[] = [];
  for (const path of paths.length === 0 ? ['pki'] : paths) {
    const isFolder = (await stat(path)).isDirectory();
    reports.push(...(isFolder ? [await showFolder(path)] : await showFile(path)));
  }
  return {
    json: { items: reports.map(({ json }) => json) },
    lines: reports.flatMap(({ lines }, index) => (index === 0 ? lines : ['', ...lines])),
  };
}
