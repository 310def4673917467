import { describe, expect, it } from 'vitest';
import { requestLine } from '../../src/guard/request-line.js';

describe('a request in the log', () => {
  it.each([
    [undefined, 'request ""'],
    [null, 'request ""'],
    [{}, 'request ""'],
    [{ method: 1, url: {} }, 'request ""'],
    [{ method: 'GET', url: '/pay?card=4711' }, 'GET "/pay"'],
    [{ method: 'GET', url: '/"\n\u001b[31m' }, 'GET "/\\"\\n\\u001b[31m"'],
    [{ method: 'GET', url: `/${'a'.repeat(5_000)}` }, `GET "/${'a'.repeat(199)}"`],
  ])('%j is %s', (request, line) => {
    expect(requestLine(request)).toBe(line);
  });
});
