import type { ConnectionOptions } from 'node:tls';
import { exchange } from '../support/client.js';

/** What one connection came to. */
export interface Answered {
  /** Which process and thread answered. */
  readonly by: string;
  /** The name of who was let in, or the code of the refusal. */
  readonly verdict: string;
  readonly resumed: boolean;
  readonly session: Buffer | undefined;
}

/** One request on a connection of its own. */
export async function answered(port: number, tls: ConnectionOptions = {}): Promise<Answered> {
  const { text, session, resumed } = await exchange(port, ['GET / HTTP/1.1', 'Host: localhost', 'Connection: close'], tls);
  const by = /^answered-by: (\S+)/im.exec(text)?.[1];
  const verdict = /PEERCERT_\w+/.exec(text)?.[0] ?? /"CN":"(\w+)"/.exec(text)?.[1];
  if (by === undefined || verdict === undefined) throw new Error(`no answer: ${text}`);
  return { by, verdict, resumed, session };
}
