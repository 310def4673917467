import type { Command } from 'commander';
import { type Io, print } from '../io.js';
import { examples, jsonOption } from '../options.js';

export function addCheck(root: Command, io: Io): void {
  root
    .command('check')
    .summary('check a policy file, and say what it demands')
    .description(
      'Checks a policy file, YAML or JSON, as a server that loads it does, and says in words what it demands. Needs @peercert/core.',
    )
    .argument('<file>', 'the policy file')
    .addOption(jsonOption())
    .addHelpText('after', examples(['peercert check policy.yaml', 'in order, or where the mistake is (exit status 2)']))
    .action(async (file: string, options: { json?: true }) => {
      const { check } = await import('../verifying/check.js');
      print(io, await check(file), options.json);
    });
}
