import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import type { KeyName } from '../../keys.js';
import { type Io, print, type Report } from '../io.js';
import { type CommonOptions, daysOption, dirOption, examples, jsonOption, keyOption, withProgress } from '../options.js';
import { absolute, day, dirArgument, printable, rows } from '../text.js';
import { typed } from '../usage-error.js';

interface Options extends CommonOptions {
  readonly subject?: string;
  readonly days: number;
  readonly key: KeyName;
  readonly issuer?: string;
  readonly force?: true;
}

export function addCa(root: Command, io: Io): void {
  root
    .command('ca')
    .summary('make an authority')
    .description(
      'Makes an authority in a folder of its own: ca.crt, which servers trust; ca.key, which signs; crl.pem, which revokes nothing yet; ' +
        'index.json, which remembers what was issued; and a .gitignore, so that none of this gets into a repository.',
    )
    .option('--subject <name>', "its name as in RFC 4514 (default: 'CN=Development CA' with a random number)")
    .addOption(daysOption('how long it is valid', 3650))
    .addOption(keyOption())
    .option('--issuer <folder>', 'make an intermediate authority, issued by the one in this folder')
    .addOption(dirOption())
    .option('--force', 'replace the authority in the folder; what it issued is worthless then')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        ['peercert ca', 'in ./pki'],
        ["peercert ca --subject 'CN=Example CA,O=Example' --days 90", 'a name and a lifetime'],
        ['peercert ca --dir payments --issuer pki', 'an authority below the one in ./pki'],
      ),
    )
    .action(async (options: Options) => print(io, await makeAuthority(options, io), options.json));
}

async function makeAuthority({ subject, days, key, issuer, dir, force }: Options, io: Io): Promise<Report> {
  const { AuthorityFolder, createAuthorityFolder, layoutOf, describeCertificate, crlOnDisk } = await import('../work.js');

  const above = issuer === undefined ? undefined : await AuthorityFolder.open(issuer);
  // Of two authorities with one name, browsers and verifiers cannot tell which is meant.
  const name = subject ?? `CN=Development CA ${randomBytes(4).toString('hex')}`;
  const request = { options: { subject: name, days, key }, force: force === true, ...(above === undefined ? {} : { issuer: above }) };
  const created = await withProgress(io, key, () => typed(() => createAuthorityFolder(dir, request)));

  const { certificate, privateKey, crl } = layoutOf(dir);
  const description = describeCertificate(created.authority.der);
  const list = await crlOnDisk(crl);
  return {
    json: { directory: absolute({ dir }).dir, certificate: description, files: absolute({ certificate, privateKey, crl }) },
    lines: [
      `Made an authority: ${printable(description.subject)}`,
      ...rows(
        ['certificate', certificate, `for servers to trust; valid until ${day(description.notAfter)}`],
        ['private key', privateKey, 'for nobody else'],
        ['CRL', crl, `revokes nothing; valid until ${day(list.nextUpdate ?? '')}`],
      ),
      '',
      'Next:',
      `  peercert issue server localhost 127.0.0.1${dirArgument(dir)}`,
      `  peercert issue client alice --p12${dirArgument(dir)}`,
    ],
  };
}
