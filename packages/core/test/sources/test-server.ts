import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import type { FetchOptions } from '../../src/sources/index.js';

const closing: (() => void)[] = [];

/** For `afterEach`. */
export function closeServers(): void {
  for (const close of closing.splice(0)) close();
}

/** Listens on a free port, and returns the address. */
export async function listen(server: TcpServer): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closing.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function serving(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  return `http://${await listen(server)}`;
}

/** A server that says, to whatever it is asked, exactly this. */
export function saying(answer: string | ((socket: Socket) => void)): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.once('data', () => (typeof answer === 'string' ? socket.end(answer) : answer(socket)));
  });
  return listen(server).then((host) => `http://${host}`);
}

/** What lets a URL lead to such servers. */
export function loopback(...urls: string[]): FetchOptions {
  return {
    allowHosts: 'any',
    allowPrivateAddresses: true,
    allowPorts: urls.map((url) => Number(new URL(url).port)),
    timeoutMilliseconds: 30_000,
  };
}
