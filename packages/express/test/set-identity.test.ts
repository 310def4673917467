import type { IncomingMessage } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { setIdentity } from '../src/middleware.js';

const descriptor = (request: object) => Object.getOwnPropertyDescriptor(request, 'clientIdentity');

describe('the identity of a request', () => {
  it('is its own property whatever its prototype makes of that name', () => {
    const set = vi.fn();
    for (const inherited of [
      { set, get: () => 'mallory' },
      { value: 'mallory', writable: false },
    ]) {
      const request = Object.create(Object.create(null, { clientIdentity: inherited })) as IncomingMessage;
      setIdentity(request, null);
      expect(descriptor(request)).toEqual({ value: null, writable: true, enumerable: true, configurable: true });
    }
    expect(set).not.toHaveBeenCalled();
  });

  it('takes the place of what somebody put there before, and can be replaced', () => {
    const request = Object.defineProperty({}, 'clientIdentity', { get: () => 'mallory', configurable: true }) as IncomingMessage;
    for (let time = 0; time < 2; time++) setIdentity(request, null);
    expect(descriptor(request)).toEqual({ value: null, writable: true, enumerable: true, configurable: true });
  });

  it('is the same property where nothing has that name', () => {
    const request = {} as IncomingMessage;
    setIdentity(request, null);
    expect(descriptor(request)).toEqual({ value: null, writable: true, enumerable: true, configurable: true });
  });
});
