import { type Command, Option } from 'commander';
import type { NameInput } from '../../names.js';
import type { EndEntityOptions } from '../../profiles.js';
import { type Io, print, type Report } from '../io.js';
import { type IssueOptions, issued } from '../issued.js';
import { daysOption, dirOption, examples, jsonOption, keyOption, listOption, withProgress } from '../options.js';
import { generatePassword } from '../password.js';
import { clientAltNames, clientName } from '../peer-names.js';
import { quoted } from '../text.js';
import { typed } from '../usage-error.js';

interface Options extends IssueOptions {
  readonly o?: string;
  readonly ou?: readonly string[];
  readonly subject?: string;
  readonly email?: readonly string[];
  readonly uri?: readonly string[];
  readonly dns?: readonly string[];
  readonly upn?: readonly string[];
  readonly p12?: true;
  readonly p12Password?: string;
  readonly p12Legacy?: true;
}

export function addIssueClient(issue: Command, io: Io): void {
  issue
    .command('client')
    .summary('issue a certificate to a client')
    .description(
      'Issues a certificate to a client: NAME.crt, with the intermediates, if there are any, NAME.key, and, for browsers and keychains, both ' +
        'as NAME.p12. The password of that one is generated and told once, unless you give it by --p12-password or, unseen by others on this ' +
        'machine, by the environment variable PEERCERT_P12_PASSWORD.',
    )
    .argument('<name>', 'the common name, and the name of the files')
    .addOption(listOption('--ou <unit>', 'organizational unit'))
    .option('--o <organization>', 'organization')
    .addOption(new Option('--subject <name>', 'the whole name as in RFC 4514, instead').conflicts(['o', 'ou']))
    .addOption(listOption('--email <address>', 'an address in subjectAltName'))
    .addOption(listOption('--uri <uri>', 'a URI, such as a SPIFFE id'))
    .addOption(listOption('--dns <name>', 'a host name'))
    .addOption(listOption('--upn <name>', 'a user principal name of Windows'))
    .addOption(daysOption('how long it is valid; a negative number makes one that has run out', 365))
    .addOption(keyOption())
    .option('--p12', 'write a PKCS#12 file too')
    .addOption(new Option('--p12-password <password>', 'its password, printable ASCII').implies({ p12: true }))
    .addOption(
      new Option('--p12-legacy', 'encrypt it by triple DES and SHA-1, for old keychains that read nothing else').implies({ p12: true }),
    )
    .addOption(dirOption())
    .option('--force', 'replace files of this name; what they hold stays valid until it is revoked')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        ['peercert issue client alice', 'CN=alice'],
        ['peercert issue client alice --ou payments --email alice@example.com', 'a department, an address'],
        ['peercert issue client alice --p12', 'for a browser'],
        ['peercert issue client pay-1 --uri spiffe://example.com/pay', 'for a service'],
        ['peercert issue client late --days -1', 'one that has run out, for tests'],
      ),
    )
    .action(async (name: string, options: Options) => print(io, await issueClient(name, options, io), options.json));
}

async function issueClient(name: string, options: Options, io: Io): Promise<Report> {
  const commonName = clientName(name);
  const subjectAltName = clientAltNames(options);
  const { AuthorityFolder, layoutOf } = await import('../work.js');
  const folder = await AuthorityFolder.open(options.dir);

  const given = options.p12Password ?? io.env.PEERCERT_P12_PASSWORD;
  const password = given ?? generatePassword();
  const pkcs12 = options.p12 === true ? { password, friendlyName: name, legacy: options.p12Legacy === true } : undefined;
  const { key, days } = options;
  const request: EndEntityOptions = { subject: options.subject ?? subjectOf(commonName, options), subjectAltName, key, days };
  const result = await withProgress(io, key, () =>
    typed(() => folder.issue({ kind: 'client', name, options: request, pkcs12, force: options.force === true })),
  );

  const { certificate, privateKey } = result.files;
  const authority = layoutOf(options.dir).certificate;
  const curl = ['curl', '--cacert', authority, '--cert', certificate, '--key', privateKey, 'https://localhost:8443/'].map(quoted).join(' ');
  return await issued({ kind: 'client', name, dir: options.dir }, result, {
    ...(pkcs12 === undefined ? {} : { pkcs12: result.files.pkcs12 }),
    ...(pkcs12 === undefined || given !== undefined ? {} : { password }),
    curl,
  });
}

function subjectOf(CN: string, { o, ou }: Options): NameInput {
  return { ...(o === undefined ? {} : { O: o }), ...(ou === undefined ? {} : { OU: ou }), CN };
}
