import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Io, print } from '../io.js';
import { examples, jsonOption, listOption } from '../options.js';
import type { ExplainArguments } from '../verifying/explain.js';

/** `refused` is called where the certificate is: that is an answer, and not a failure. */
export function addExplain(root: Command, io: Io, refused: () => void): void {
  root
    .command('explain')
    .summary('tell why a certificate is accepted or refused')
    .description(
      'Verifies a certificate as a server with these files does, and tells every step: paths, revocation, each rule of the policy, what to do. Exit status 0: accepted, 1: refused. Needs @peercert/core.',
    )
    .addOption(listOption('--cert <file>', "the client's certificate, and what it sends with it").makeOptionMandatory())
    .addOption(listOption('--ca <[set=]file>', 'authorities to trust, or those of a trust set').makeOptionMandatory())
    .addOption(listOption('--intermediates <file>', 'intermediates that the server knows'))
    .addOption(listOption('--crl <file>', 'revocation lists; without any, revocation is not asked'))
    .option('--policy <file>', 'a policy file, YAML or JSON')
    .option('--name <policy>', 'one of its policies, as on a route that names it; its default unless told')
    .addOption(new Option('--at <time>', 'the time to verify for, such as 2026-01-31T12:00:00Z (default: now)').argParser(readTime))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        ['peercert explain --cert alice.crt --ca ca.crt', 'whether the certificate is verified'],
        ['peercert explain --cert alice.crt --ca ca.crt --crl crl.pem', 'and not revoked'],
        ['peercert explain --cert alice.crt --ca ca.crt --policy p.yaml --name pay', 'and what a policy says of it'],
        ['peercert explain --cert alice.crt --ca staff=ca.crt --policy p.yaml', 'where the policy names trust sets'],
      ),
    )
    .action(async ({ json, ...given }: ExplainArguments & { json?: true }) => {
      const { explain } = await import('../verifying/explain.js');
      const { isAccepted, ...report } = await explain(given, io);
      print(io, report, json);
      if (!isAccepted) refused();
    });
}

/** ISO 8601 with its zone: a time without one would be another on another machine. */
function readTime(text: string): number {
  const isTime = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text);
  const at = isTime ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError('It must be a time such as 2026-01-31T12:00:00Z, or a day, which begins in UTC.');
  return at;
}
