import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createVerifier, type Verifier } from '../../src/verifier/index.js';
import { TestFolder } from '../sources/folder.js';
import { buildCrl, cRLNumber } from '../support/crl-builder.js';
import { testKey } from '../support/keys.js';
import { client, FakeClock, LogRecord, type requestOver, root } from './fakes.js';
import { OpenSocket } from './open-socket.js';

/** Signatures that were verified with node:crypto, by what they are over. */
const verified = vi.hoisted(() => ({ certificates: 0, lists: 0 }));

vi.mock('node:crypto', async (original) => {
  const { countedCrypto } = await import('../support/counted-crypto.js');
  return countedCrypto(await original(), verified);
});

const many = 20_000;
const graceSeconds = 0.5;
/** A few share each certificate, since to issue them takes longest. */
const certificates = 1_000;
const ca = root('Root', { key: testKey('rsa') });

const folder = new TestFolder();
let sockets: readonly OpenSocket[];
let verifier: Verifier;

beforeAll(() => {
  write(1, []);
  const { now } = new FakeClock();
  const revocation = { crl: folder.at('crl.pem') };
  verifier = createVerifier({ trust: ca.der, revocation, clock: now, closeAfterSeconds: graceSeconds, logger: new LogRecord() });
  const issued = Array.from({ length: certificates }, (_, index) => client(ca, `client ${index}`, { serialNumber: index + 1 }));
  sockets = Array.from({ length: many }, (_, index) => new OpenSocket(issued[index % certificates] as Uint8Array).on('close', takesAWhile));
});

afterAll(async () => {
  await verifier.close();
  folder.remove();
});

beforeEach(() => {
  Object.assign(verified, { certificates: 0, lists: 0 });
});

function write(number: number, entries: readonly number[]): void {
  folder.rename('crl.pem', pem(buildCrl({ issuer: ca.subject, issuerKey: ca.key, entries, extensions: [cRLNumber(number)] })));
}

function pem(der: Uint8Array): string {
  return `-----BEGIN X509 CRL-----\n${Buffer.from(der).toString('base64')}\n-----END X509 CRL-----\n`;
}

/** About what the end of a real connection takes. */
function takesAWhile(): void {
  for (const end = performance.now() + 0.02; performance.now() < end; );
}

function request(socket: object): ReturnType<typeof requestOver> {
  return { socket, headers: {}, method: 'GET' };
}

/** What each connection's next request gets. */
function outcomes(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const socket of sockets) {
    const found = verifier.authenticate(request(socket));
    if (found instanceof Promise) throw new Error('nothing has to be waited for');
    const name = found.ok ? found.value.revocation : found.refusal.code;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/**
 * The longest time for which the event loop did not turn, until the condition holds, in milliseconds; `own` is what this process itself worked in it, since
 * on a busy machine it waits for others.
 */
async function longestBlock(isDone: () => boolean): Promise<{ all: number; own: number }> {
  const longest = { all: 0, own: 0 };
  const clocks = () => {
    const { user, system } = process.cpuUsage();
    return { all: performance.now(), own: (user + system) / 1_000 };
  };
  for (let last = clocks(); !isDone(); ) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = clocks();
    longest.all = Math.max(longest.all, now.all - last.all);
    longest.own = Math.max(longest.own, Math.min(now.own - last.own, now.all - last.all));
    last = now;
  }
  return longest;
}

/** In bytes, without what nobody holds any more. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

function report(what: string, facts: Record<string, number>): void {
  const told = Object.entries(facts).map(([name, value]) => `${name} ${value.toFixed(1)}`);
  console.info(`${many} connections, ${what}: ${told.join(', ')}`);
}

describe(`of ${many} open connections`, () => {
  it('each certificate is verified once', async () => {
    await verifier.ready;
    Object.assign(verified, { certificates: 0, lists: 0 });
    const before = heapUsed();
    const begun = performance.now();
    expect(outcomes()).toEqual({ good: many });
    const took = performance.now() - begun;
    const grown = heapUsed() - before;
    report('first request of each', { 'us each': (took / many) * 1_000, 'kB each': grown / many / 1_024 });
    // Those that share a certificate share what was found of it.
    expect(verified).toEqual({ certificates, lists: 0 });
  });

  it('none has a certificate verified when a new CRL comes, and the CRL is verified once', async () => {
    const { lists } = verified;
    write(2, [certificates + 1]);
    const begun = performance.now();
    await longestBlock(() => verified.lists > lists);
    const untilVerified = performance.now() - begun;
    // The verifier itself begins to look at all; each is looked at by then, or at its next request.
    const longest = await longestBlock(() => performance.now() - begun > untilVerified + 50);
    const asked = performance.now();
    expect(outcomes()).toEqual({ good: many });
    report('a new CRL', {
      'ms until it is verified': untilVerified,
      'us for the next request of each': ((performance.now() - asked) / many) * 1_000,
      'longest block ms': longest.all,
      'own work in a block ms': longest.own,
    });
    expect(verified).toEqual({ certificates: 0, lists: lists + 1 });
    expect(sockets.some(({ destroyed }) => destroyed)).toBe(false);
  });

  it('all that a CRL lists are destroyed after the grace, and others get their turn meanwhile', async () => {
    write(
      3,
      Array.from({ length: many - 1 }, (_, index) => index + 2),
    );
    const begun = performance.now();
    let [standing, destroyedAtOnce] = [many, 0];
    // The verifier works for some milliseconds at a time: the slower the machine, the fewer go in one turn of the event loop.
    const isOver = () => {
      const before = standing;
      standing = sockets.filter(({ destroyed }) => !destroyed).length;
      destroyedAtOnce = Math.max(destroyedAtOnce, before - standing);
      return standing <= many / certificates || performance.now() - begun > 100_000;
    };
    const longest = await longestBlock(isOver);
    report('nearly all revoked', {
      'ms until all are destroyed': performance.now() - begun,
      'longest block ms': longest.all,
      'own work in a block ms': longest.own,
      'destroyed in one turn': destroyedAtOnce,
    });
    expect(sockets.filter(({ destroyed }) => !destroyed)).toHaveLength(many / certificates);
    expect(destroyedAtOnce).toBeLessThan(many / 10);
  });
});
