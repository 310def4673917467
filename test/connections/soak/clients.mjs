// @ts-check
import { once } from 'node:events';
import { connect } from 'node:tls';

/** @typedef {import('./pki.mjs').Client} Client */

const request = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const silent = () => undefined;

/** @param {number} port @param {Client | undefined} client */
function open(port, client) {
  const secureContext = client?.secureContext;
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...(secureContext && { secureContext }) });
  socket.on('error', silent);
  return socket;
}

/** A connection that is kept. */
export class Held {
  client;
  #socket;
  /** Settles when it is closed, by whomever. */
  closed;

  /** @param {number} port @param {Client} client */
  constructor(port, client) {
    this.client = client;
    this.#socket = open(port, client);
    this.closed = new Promise((resolve) => this.#socket.once('close', resolve));
  }

  /** Asks once more; the status. Rejects where the connection is closed instead. @returns {Promise<number>} */
  ask() {
    return statusOf(this.#socket);
  }

  close() {
    this.#socket.destroy();
    return this.closed;
  }
}

/** @param {import('node:tls').TLSSocket} socket @returns {Promise<number>} */
function statusOf(socket) {
  return new Promise((resolve, reject) => {
    let text = '';
    const done = () => {
      socket.off('data', read);
      socket.off('close', fail);
    };
    const fail = () => {
      done();
      reject(new Error(`closed after ${JSON.stringify(text)}`));
    };
    const read = (/** @type {Buffer} */ bytes) => {
      text += bytes.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN);
      if (end === -1 || !(text.length >= end + 4 + length)) return;
      done();
      resolve(Number(text.slice(9, 12)));
    };
    socket.on('data', read).on('close', fail);
    if (socket.destroyed) fail();
    else socket.write(request);
  });
}

/**
 * What clients do with connections, and the status that they must get; undefined where they do not wait for any.
 *
 * @typedef {{ port: number, client: Client | undefined }} Visit
 * @type {Readonly<Record<string, (visit: Visit) => Promise<number | undefined>>>}
 */
export const visits = {
  async 'asks and leaves'({ port, client }) {
    const socket = open(port, client);
    const status = await statusOf(socket);
    socket.destroy();
    await closed(socket);
    return status;
  },
  async 'leaves before the answer'({ port, client }) {
    const socket = open(port, client);
    await once(socket, 'secureConnect');
    socket.write(request, () => socket.destroy());
    await closed(socket);
    return undefined;
  },
  async 'leaves in the handshake'({ port, client }) {
    const socket = open(port, client);
    await once(socket, 'connect');
    socket.destroy();
    await closed(socket);
    return undefined;
  },
};

/** @param {import('node:tls').TLSSocket} socket */
async function closed(socket) {
  if (!socket.closed) await once(socket, 'close');
}
