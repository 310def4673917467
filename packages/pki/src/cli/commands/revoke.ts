import { type Command, Option } from 'commander';
import type { IssuedCertificate } from '../../authority-folder/index-file.js';
import type { RevocationReason } from '../../crl.js';
import { chooser } from '../choose-certificates.js';
import { type Io, print, type Report } from '../io.js';
import { type CommonOptions, dirOption, examples, jsonOption, listOption } from '../options.js';
import { day, printable } from '../text.js';

interface Options extends CommonOptions {
  readonly serial?: readonly string[];
  readonly reason: RevocationReason;
}

export function addRevoke(root: Command, io: Io): void {
  root
    .command('revoke')
    .summary('revoke certificates')
    .description(
      'Revokes every certificate that was issued under a name, or single ones by their serial numbers, and writes crl.pem anew. What is ' +
        'revoked stays revoked.',
    )
    .argument('[names...]', 'names of clients or servers, as they were issued')
    .addOption(listOption('--serial <number>', 'a serial number, in hexadecimal, instead of a name'))
    .addOption(new Option('--reason <reason>', 'why').choices(reasons).default('unspecified'))
    .addOption(dirOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        ['peercert revoke alice', 'every certificate of hers'],
        ['peercert revoke alice --reason keyCompromise', 'and why'],
        ['peercert revoke --serial 4f:1a:07', 'one of several; show tells the numbers'],
      ),
    )
    .action(async (names: string[], options: Options) => print(io, await revoke(names, options), options.json));
}

/** Those of RFC 5280, section 5.3.1 that last, and concern what is issued here. */
const reasons: readonly RevocationReason[] = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
];

async function revoke(names: readonly string[], { serial = [], reason, dir }: Options): Promise<Report> {
  const { AuthorityFolder, layoutOf, crlLine, crlOnDisk } = await import('../work.js');
  const choose = chooser(names, serial);
  const folder = await AuthorityFolder.open(dir);
  const { revoked, already } = await folder.revoke(choose, reason);
  const { crl: path } = layoutOf(dir);
  const crl = await crlOnDisk(path);
  return {
    json: { revoked, alreadyRevoked: already, crl },
    lines: [
      ...revoked.map((certificate) => `Revoked ${describe(certificate)}`),
      ...already.map((certificate) => `Was revoked already, on ${day(certificate.revoked?.at ?? '')}: ${describe(certificate)}`),
      ...(revoked.length === 0 ? [] : [crlLine(path, crl)]),
    ],
  };
}

function describe({ kind, name, serialNumber, notAfter }: IssuedCertificate): string {
  return `${kind} ${printable(name)} (serial ${serialNumber}, valid until ${day(notAfter)})`;
}
