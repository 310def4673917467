import type { TestKey } from '../../../packages/core/test/support/certificate-builder.js';
import type { Random } from '../../fuzz/random.js';
import type { KeyRing } from './key-ring.js';
import type { InitialPolicies } from './pki-case.js';
import { type IdentifierChoice, noExtensions, type Plan, type PlannedName, type Subtrees } from './plan.js';

/** A PKI in the making. */
export interface Draft {
  readonly random: Random;
  readonly ring: KeyRing;
  readonly at: number;
  /** The path that is meant, its anchor first and the end entity last. */
  chain: Plan[];
  anchors: Plan[];
  /** What the peer presents besides, and what else lies about. */
  pool: Plan[];
  depth: number;
  purpose: 'clientAuth' | 'any';
  policies: InitialPolicies;
  subtrees: Subtrees | undefined;
  readonly history: string[];
  /** Whether something was done so that it should be refused. */
  isSound: boolean;
}

const day = 86_400_000;

/** One that can issue; signed by itself unless there is an issuer. */
export function authority(draft: Draft, name: string, options: Partial<Plan> = {}): Plan {
  const { random } = draft;
  return plan(draft, {
    label: name,
    subject: subjectOf(name),
    basicConstraints: { cA: true },
    keyUsage: random.pick<Plan['keyUsage']>([[], ['keyCertSign'], ['keyCertSign', 'cRLSign']]),
    extendedKeyUsage: random.chance(0.12) ? ['serverAuth', 'clientAuth'] : [],
    ...options,
  });
}

export function client(draft: Draft, issuer: Plan, name = 'client'): Plan {
  const { random } = draft;
  return plan(draft, {
    label: name,
    subject: subjectOf(name),
    issuer,
    keyUsage: random.pick<Plan['keyUsage']>([[], ['digitalSignature'], ['digitalSignature', 'keyEncipherment'], ['keyAgreement']]),
    extendedKeyUsage: random.pick<readonly string[]>([[], ['clientAuth'], ['clientAuth'], ['serverAuth', 'clientAuth']]),
    basicConstraints: random.chance(0.2) ? { cA: false } : undefined,
  });
}

export function anyKey({ random, ring }: Draft, but: readonly (TestKey | undefined)[] = []): TestKey {
  return random.pick(ring.usual.filter((key) => !but.includes(key)));
}

function plan(draft: Draft, options: Partial<Plan> & Pick<Plan, 'label' | 'subject'>): Plan {
  const { random, at } = draft;
  return {
    issuer: undefined,
    key: anyKey(draft),
    notBefore: at - random.between(1, 2_000) * day,
    notAfter: at + random.between(1, 2_000) * day,
    version: 3,
    serialNumber: random.between(1, 2 ** 31),
    keyIdentifiers: { subject: identifier(random, 0.7), authority: options.issuer === undefined ? 'absent' : identifier(random, 0.6) },
    ...noExtensions,
    fatal: undefined,
    ...options,
  };
}

function identifier(random: Random, presence: number): IdentifierChoice {
  return random.chance(presence) ? 'right' : 'absent';
}

export function subjectOf(name: string): PlannedName {
  return [
    { type: 'C', value: 'DE' },
    { type: 'O', value: 'Peer Works' },
    { type: 'CN', value: name },
  ];
}

/** Whether one key stands for both: to change it in one is to change it in all. */
export function plansWithKey({ anchors, pool, chain }: Draft, key: TestKey): readonly Plan[] {
  return everyPlan({ anchors, pool, chain }).filter((plan) => plan.key === key);
}

export function everyPlan({ anchors, pool, chain }: Pick<Draft, 'anchors' | 'pool' | 'chain'>): readonly Plan[] {
  return [...new Set([...chain, ...anchors, ...pool])];
}
