import type { ServerResponse } from 'node:http';
import { askedAbout, type ClientName, type Listener, list, ocspAnswer } from './world.js';

export type SourceName = 'file' | 'url' | 'point' | 'ocsp';

/** What a fault makes of a source. The time is the verifier's. */
export interface Fault {
  readonly name: string;
  /** What a file or URL holds. */
  readonly content?: Uint8Array;
  /** What a server does, whatever it is asked. */
  readonly serve?: (response: ServerResponse, url: string) => unknown;
  /** What a responder says, or does. */
  readonly answer?: (about: ClientName, at: number) => Uint8Array;
  readonly of: readonly SourceName[];
  /** What is wrong is the verifier's clock: first back, then forth. */
  readonly clock?: readonly [back: number, forth: number];
  /** Only for what had something better before. */
  readonly runningOnly?: true;
  readonly nonce?: 'require';
}

const lists: readonly SourceName[] = ['file', 'url', 'point'];
const servers: readonly SourceName[] = ['url', 'point', 'ocsp'];
const all: readonly SourceName[] = ['file', 'url', 'point', 'ocsp'];
const day = 86_400_000;
const iso = (time: number): string => new Date(time).toISOString().replace(/\.\d+/, '');

/** The status `good`, as it was before mallory was revoked, and is signed until March. */
const replayed = { status: Uint8Array.of(0x80, 0), thisUpdate: '2029-12-27T00:00:00Z', nextUpdate: '2030-03-01T00:00:00Z' };

export const faults: readonly Fault[] = [
  {
    name: 'truncated',
    of: all,
    content: list({ number: 8 }).subarray(0, 150),
    answer: (about, at) => ocspAnswer(about, at).subarray(0, 150),
  },
  {
    name: 'wrong signature',
    of: all,
    content: list({ number: 8, by: 'stranger' }),
    answer: (about, at) => ocspAnswer(about, at, { by: 'stranger' }),
  },
  {
    name: 'wrong issuer',
    of: all,
    content: list({ number: 8, by: 'stranger', in: 'strangersName' }),
    answer: (about, at) => ocspAnswer(about, at, { by: 'stranger', in: 'strangersName' }),
  },
  {
    name: 'expired',
    of: all,
    content: list({ number: 8, thisUpdate: '2029-12-05', nextUpdate: '2029-12-31' }),
    answer: (about, at) => ocspAnswer(about, at, { thisUpdate: iso(at - 9 * day), nextUpdate: iso(at - 2 * day) }),
  },
  { name: 'older than the one held', of: lists, runningOnly: true, content: list({ number: 6, thisUpdate: '2029-11-01', entries: [] }) },
  { name: 'server down', of: servers, serve: (response) => response.destroy() },
  { name: 'server fails (status 500)', of: servers, serve: (response) => response.writeHead(500).end() },
  { name: 'slow', of: servers, serve: () => undefined },
  { name: 'huge', of: all, content: Buffer.alloc(200_000, 0x30), answer: () => Buffer.alloc(200_000, 0x30) },
  { name: 'endless', of: servers, serve: endless },
  { name: 'redirecting to itself', of: servers, serve: (response, url) => response.writeHead(302, { location: url }).end() },
  { name: 'garbage', of: ['ocsp'], answer: () => Buffer.from('<html>Please sign in</html>') },
  {
    name: 'replayed: an answer from before the revocation',
    of: ['ocsp'],
    answer: (about, at) => ocspAnswer(about, at, replayed),
  },
  {
    name: 'replayed, where a nonce is required',
    of: ['ocsp'],
    nonce: 'require',
    answer: (about, at) => ocspAnswer(about, at, { ...replayed, nonce: new Uint8Array(32) }),
  },
  { name: 'for another certificate', of: ['ocsp'], answer: (about, at) => ocspAnswer(about === 'alice' ? 'mallory' : 'alice', at) },
  { name: 'clock back and forth', of: all, clock: [Date.parse('2029-11-01'), Date.parse('2030-12-01')] },
];

function endless(response: ServerResponse): void {
  const chunk = Buffer.alloc(16 * 1024, 0x30);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}

/** What the server of a source does under a fault; undefined where the fault is not the server's. */
export function faultyListener(fault: Fault, source: SourceName, at: () => number): Listener | undefined {
  const { serve, content, answer } = fault;
  if (serve !== undefined) return (request, response) => void serve(response, request.url ?? '/');
  if (source === 'ocsp') return answer && ((_, response, body) => void response.end(answer(askedAbout(body), at())));
  return content && ((_, response) => void response.end(content));
}
