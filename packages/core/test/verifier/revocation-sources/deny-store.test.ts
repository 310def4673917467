import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/errors/index.js';
import type { DenyChange, DenyStore, RevocationOptions } from '../../../src/verifier/index.js';
import { alice, at, ca, certificatePem, crl, mallory, watched } from './scene.js';

const unknown = 'PEERCERT_REVOCATION_UNKNOWN';
const revoked = 'PEERCERT_CERTIFICATE_REVOKED';
const serialNumber = { issuer: 'CN=Root', serialNumber: 'f00d' };

/** A store in memory; what is told at the subscription, and when it is ready, is the test's to say. */
class MemoryStore implements DenyStore {
  readonly staleAfterSeconds = 30;
  confirmedAt: number | undefined;
  listeners = new Set<(change: DenyChange) => void>();
  first: DenyChange | undefined;
  readonly ready: Promise<void>;
  becomeReady: () => void = () => undefined;
  fail: (error: Error) => void = () => undefined;

  constructor() {
    this.ready = new Promise((resolve, reject) => {
      this.becomeReady = resolve;
      this.fail = reject;
    });
  }

  subscribe(listener: (change: DenyChange) => void): () => void {
    this.listeners.add(listener);
    if (this.first !== undefined) listener(this.first);
    return () => this.listeners.delete(listener);
  }

  tell(change: DenyChange): void {
    for (const listener of this.listeners) listener(change);
  }
}

function scene(options: RevocationOptions = {}) {
  const store = new MemoryStore();
  const made = watched({ denyStore: store, ...options });
  return { store, ...made };
}

async function ready(options: RevocationOptions = {}) {
  const made = scene(options);
  made.store.confirmedAt = at;
  made.store.becomeReady();
  await made.verifier.ready;
  return made;
}

describe('everyone is refused', () => {
  it('before the store has told its entries', async () => {
    const { says, why, store, verifier } = scene();
    expect(await says(alice)).toBe(unknown);
    expect(await why(alice)).toBe('the deny store has not told its entries yet');
    store.confirmedAt = at;
    store.becomeReady();
    await verifier.ready;
    expect(await says(alice)).toBe('denyListOnly');
  });

  it('when the store never becomes ready', async () => {
    const { says, store, verifier } = scene();
    store.confirmedAt = at;
    store.fail(new Error('no such host'));
    await verifier.ready;
    expect(await says(alice)).toBe(unknown);
  });

  it('when the store does not know when it last told', async () => {
    const { says, store, why } = await ready();
    store.confirmedAt = undefined;
    expect(await says(alice)).toBe(unknown);
    expect(await why(alice)).toBe('the deny store has not been heard of for 30 s');
  });

  it('when nothing was heard of it for too long, until it is heard of again', async () => {
    const { says, store, clock } = await ready();
    clock.advance(29_999);
    expect(await says(alice)).toBe('denyListOnly');
    clock.advance(1);
    expect(await says(alice)).toBe(unknown);
    store.confirmedAt = clock.now();
    expect(await says(alice)).toBe('denyListOnly');
  });

  it('unless that is allowed, for all and not for intermediates alone', async () => {
    expect(await scene({ allowUnavailable: 'all' }).says(alice)).toBe('accepted');
    expect(await scene({ allowUnavailable: 'intermediates' }).says(alice)).toBe(unknown);
    expect(await scene({ allowNoInformation: 'all' }).says(alice)).toBe(unknown);
  });
});

describe('the store', () => {
  it('denies from what it tells at once, even before it is ready', async () => {
    const store = new MemoryStore();
    store.first = { denied: [serialNumber] };
    const { says } = watched({ denyStore: store });
    expect(await says(mallory)).toBe(revoked);
  });

  it('denies and takes back, in whatever form it says so', async () => {
    const { says, store } = await ready();
    store.tell({ denied: [certificatePem(mallory)] });
    expect(await says(mallory)).toBe(revoked);
    store.tell({ undenied: [serialNumber] });
    expect(await says(mallory)).toBe(revoked);
    store.tell({ undenied: [mallory.der] });
    expect(await says(mallory)).toBe('denyListOnly');
    store.tell({ denied: [{ fingerprint256: mallory.fingerprint256 }, { spki256: alice.spki256 }] });
    expect([await says(mallory), await says(alice)]).toEqual([revoked, revoked]);
    store.tell({});
    expect(await says(alice)).toBe(revoked);
  });

  it('that tells nonsense is told so, and none of it acts', async () => {
    const { says, store } = await ready();
    expect(() => store.tell({ denied: [mallory.der, 'nonsense'] })).toThrow(ConfigurationError);
    expect(() => store.tell({ denied: [mallory.der], undenied: ['nonsense'] })).toThrow('revocation.denyStore: names no certificate');
    expect(await says(mallory)).toBe('denyListOnly');
  });

  it('does not take back what code denied, nor code what the store did', async () => {
    const { says, store, verifier } = await ready();
    expect(verifier.deny(mallory.der)).toBe(true);
    store.tell({ denied: [mallory.der] });
    store.tell({ undenied: [mallory.der] });
    expect(await says(mallory)).toBe(revoked);
    store.tell({ denied: [mallory.der] });
    expect(verifier.undeny(mallory.der)).toBe(true);
    expect(verifier.undeny(mallory.der)).toBe(false);
    expect(await says(mallory)).toBe(revoked);
  });

  it('is let go when the verifier is closed', async () => {
    const { store, verifier } = await ready();
    expect(store.listeners.size).toBe(1);
    await verifier.close();
    expect(store.listeners.size).toBe(0);
  });

  it('beside lists does not make up for them', async () => {
    const { says, clock } = await ready({ crl: crl() });
    expect(await says(alice)).toBe('good');
    clock.advance(30_000);
    expect(await says(alice)).toBe(unknown);
    expect(ca.certificate.subject.toString()).toBe('CN=Root');
  });
});
