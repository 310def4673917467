import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addIssueClient } from './issue-client.js';
import { addIssueServer } from './issue-server.js';

export function addIssue(root: Command, io: Io): void {
  const issue = root
    .command('issue')
    .summary('issue a certificate to a server or a client')
    .description(
      "Makes a key and has the authority issue a certificate for it. Both go below the authority's folder, the key readable for you alone.",
    );
  addIssueServer(issue, io);
  addIssueClient(issue, io);
}
