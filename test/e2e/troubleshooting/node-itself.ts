import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { get } from '../../support/client.js';

/**
 * What Node.js itself says of a client, without peercert: `authorized` and `authorizationError` of the socket; and, where `rejectUnauthorized: true` keeps it out, what the
 * server and the client hear. That is measured over TLS 1.2, where the server refuses before the client has sent anything, so that it is the same at every run.
 */
export async function nodeItself(options: ServerOptions, client: ConnectionOptions): Promise<string> {
  const complete = { requestCert: true, ...options };
  const lenient = await asked({ ...complete, rejectUnauthorized: false }, client);
  if (lenient.client !== '200') return `the client hears ${code(lenient.client)}, the server ${code(lenient.server)}`;
  const { authorized, error } = JSON.parse(lenient.body) as { authorized?: boolean; error?: string | null };
  const says = error === undefined || error === null ? '' : `, ${code(error)}`;
  if (complete.requestCert !== true || authorized !== false) return `\`authorized\` is ${String(authorized)}${says}`;
  const strict = await asked({ ...complete, rejectUnauthorized: true }, { ...client, maxVersion: 'TLSv1.2' });
  const heard = strict.client === '200' ? 'lets it in' : `has the server hear ${code(strict.server)}, the client ${code(strict.client)}`;
  return `\`authorized\` is false${says}; \`rejectUnauthorized: true\` ${heard}`;
}

interface Heard {
  readonly client: string;
  readonly server: string;
  readonly body: string;
}

/** One request to a server with these options. */
export async function asked(options: ServerOptions, client: ConnectionOptions, ask = get): Promise<Heard> {
  let tell: (heard: string) => void = () => undefined;
  const failed = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const server = createServer(options, ({ socket }, response) => {
    const { authorized, authorizationError } = socket as TLSSocket;
    response.end(JSON.stringify({ authorized, error: authorizationError }));
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException) => tell(error.code ?? error.message));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { status, body } = await ask((server.address() as AddressInfo).port, '/', client);
    return { client: String(status), server: 'nothing', body };
  } catch (error) {
    return { client: errorCode(error), server: await failed, body: '' };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

export function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function code(text: string): string {
  return text === 'nothing' ? text : `\`${text}\``;
}
