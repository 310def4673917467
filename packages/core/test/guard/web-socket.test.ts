import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { closeWebSocket, isWebSocket } from '../../src/guard/web-socket.js';

describe('closeWebSocket', () => {
  it('writes a Close frame with the status 1008, unmasked, once', () => {
    const socket = new PassThrough();
    closeWebSocket(socket);
    closeWebSocket(socket);
    // RFC 6455, section 5.2: FIN and opcode 8; length 2; 1008 in network byte order.
    expect(socket.read()).toEqual(Buffer.from('880203f0', 'hex'));
  });

  it.each([
    ['destroyed', (socket: PassThrough) => socket.destroy()],
    ['ended', (socket: PassThrough) => socket.end()],
  ])('writes nothing to a socket that is %s', (_what, end) => {
    const socket = new PassThrough();
    end(socket);
    socket.on('error', (error) => expect.fail(String(error)));
    closeWebSocket(socket);
    expect(socket.read()).toBeNull();
  });

  it('writes nothing to what is no stream', () => {
    expect(() => closeWebSocket({})).not.toThrow();
  });
});

describe('isWebSocket', () => {
  it.each([
    ['a header that nobody acts on', { headers: { upgrade: 'websocket' } }, false],
    ['a header that Node.js did not take for one', { headers: { upgrade: 'websocket' }, upgrade: null }, false],
    ['another protocol', { headers: { upgrade: 'h2c' }, upgrade: true }, false],
    ['CONNECT', { headers: {}, upgrade: true }, false],
    ['an upgrade', { headers: { upgrade: 'websocket' }, upgrade: true }, true],
    ['an upgrade in other letters', { headers: { upgrade: 'WebSocket' }, upgrade: true }, true],
  ])('of %s', (_what, request, expected) => {
    expect(isWebSocket(request)).toBe(expected);
  });
});
