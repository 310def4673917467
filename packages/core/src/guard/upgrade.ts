import { EventEmitter } from 'node:events';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { describeRefusal, type Refusal, refusal } from '../errors/index.js';
import type { ClientIdentity } from '../identity/index.js';
import type { MaybePromise } from '../policy/index.js';
import { type Logger, publishDecision } from '../verifier/index.js';
import { answerTo } from './answer.js';
import type { Decision } from './decision.js';
import { requestLine } from './request-line.js';

/** A listener for a server's 'upgrade' and 'connect' events. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * An upgrade passes no middleware: Node.js hands the bare socket to whoever listens for 'upgrade' (or, for the CONNECT method, 'connect').
 * On a guarded server these events therefore reach only listeners that a guard made or vouches for; with none, the client gets its
 * refusal and the socket is destroyed. A listener that is merely called first could not keep the next from being called, so the
 * server's own `emit` is replaced.
 */
export function guardUpgrades(server: object, logger: Logger, vouch?: (listener: UpgradeListener) => boolean): void {
  if (!(server instanceof EventEmitter)) return;
  const known = vouchersOf.get(server);
  if (known !== undefined) {
    if (vouch !== undefined) known.add(vouch);
    return;
  }
  const vouchers = new Set(vouch === undefined ? [] : [vouch]);
  vouchersOf.set(server, vouchers);
  const isGuarded = (listener: UpgradeListener): boolean =>
    guardedListeners.has(listener) || [...vouchers].some((vouches) => vouches(listener));
  // Strangers cause these, so only the first is a warning: they must not bury others.
  const told = new Set<string>();
  const tell = (event: string, refused: Refusal): void => {
    logger[told.has(event) ? 'info' : 'warn']({ code: refused.code }, describeRefusal(refused));
    told.add(event);
  };
  const emit = server.emit;
  const emitUpgrade = (from: EventEmitter, event: 'upgrade' | 'connect', args: Parameters<UpgradeListener>): boolean => {
    const [request, socket] = args;
    const listeners = from.rawListeners(event) as UpgradeListener[];
    if (listeners.length === 0) return false;
    const guarded = listeners.filter((listener) => isGuarded(original(listener)));
    if (guarded.length === 0) {
      const refused = refusal('PEERCERT_UPGRADE_UNGUARDED', { detail: `no guarded listener for '${event}' of ${requestLine(request)}` });
      tell(event, refused);
      publishDecision(request, null, refused);
      refuseUpgrade(request, socket, refused);
    }
    for (const listener of guarded) listener.apply(from, args);
    return true;
  };
  // Every request passes here: nothing is done with the arguments but to hand them on, so that no list is made of them.
  server.emit = function guardedEmit(this: EventEmitter, event: string | symbol, ...args: unknown[]): boolean {
    return event === 'upgrade' || event === 'connect'
      ? emitUpgrade(this, event, args as Parameters<UpgradeListener>)
      : emit.call(this, event, ...args);
  };
}

/** Makes a listener that decides first: `then` is called with the identity, or the socket is ended with the refusal. */
export function upgradeListener(
  decide: (request: IncomingMessage) => MaybePromise<Decision>,
  then: (...args: [...Parameters<UpgradeListener>, ClientIdentity | null]) => void,
): UpgradeListener {
  const listener: UpgradeListener = (request, socket, head) => {
    // Between the decision and the answer a client that vanishes must not bring the process down.
    const ignore = (): void => undefined;
    socket.on('error', ignore);
    const settle = (decision: Decision): void => {
      // Gone, with an error perhaps that is still to be told; or ended by another listener's guard.
      if (socket.destroyed || socket.writableEnded) return;
      if (!decision.ok) return refuseUpgrade(request, socket, decision.refusal);
      socket.off('error', ignore);
      then(request, socket, head, decision.identity);
    };
    const decision = decide(request);
    if (decision instanceof Promise) void decision.then((settled) => process.nextTick(settle, settled));
    else settle(decision);
  };
  guardedListeners.add(listener);
  return listener;
}

const guardedListeners = new WeakSet<UpgradeListener>();
/** Servers that are protected, each with those who vouch for listeners. */
const vouchersOf = new WeakMap<EventEmitter, Set<(listener: UpgradeListener) => boolean>>();

/** What `once()` wrapped. */
function original(listener: UpgradeListener): UpgradeListener {
  return (listener as { listener?: UpgradeListener }).listener ?? listener;
}

function refuseUpgrade(request: IncomingMessage, socket: Duplex, refused: Refusal): void {
  if (request.httpVersionMajor < 2) endUpgrade(socket, refused);
  else endStream(socket as unknown as ServerResponse, refused);
}

/** The refusal as a complete HTTP/1.1 answer, then the end of the socket. */
function endUpgrade(socket: Duplex, refused: Refusal): void {
  const { status, code, message, headers } = answerTo(refused);
  const body = JSON.stringify({ statusCode: status, code, error: STATUS_CODES[status] ?? 'Error', message });
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
    'connection: close',
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).flatMap(([name, value]) => (name === 'connection' ? [] : [`${name}: ${value}`])),
  ];
  socket.on('error', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/** Over HTTP/2 a CONNECT request comes with a response, not with a socket. */
function endStream(response: ServerResponse, { status }: Refusal): void {
  response.statusCode = status;
  response.end();
}
