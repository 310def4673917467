import type { Random } from '../../fuzz/random.js';
import { type Draft, everyPlan } from './draft.js';
import { hostOf, isSelfIssued, type NameOfForm, normalized, type Plan, type PlannedName, type Subtrees } from './plan.js';

/** Names for the end entity, and constraints above it: mostly such that it obeys them. */
export function constrainNames(draft: Draft): void {
  const { random, chain } = draft;
  const endEntity = chain[chain.length - 1] as Plan;
  endEntity.alternativeNames = Array.from({ length: random.pick([0, 0, 1, 1, 2, 3]) }, () => random.pick(names));
  if (random.chance(0.1)) endEntity.subject = [...endEntity.subject, { type: 'emailAddress', value: 'joe@example.com' }];
  if (random.chance(0.05)) endEntity.subject = [...endEntity.subject.slice(0, -1), { type: 'CN', value: random.pick(hosts) }];
  if (!random.chance(0.4)) return;
  const isObedient = random.chance(0.8);
  if (!isObedient) draft.isSound = false;
  const constrainers = random.chance(0.9) ? chain.slice(0, -1) : everyPlan(draft).filter((plan) => plan !== endEntity);
  for (let times = random.pick([1, 1, 1, 2, 3]); times > 0; times--) {
    const plan = random.pick(constrainers);
    const below = chain.includes(plan) ? chain.slice(chain.indexOf(plan) + 1) : [endEntity];
    plan.nameConstraints = isObedient ? obeyed(random, below) : anyConstraints(random);
    draft.history.push(`${plan.label} constrains names${isObedient ? '' : ' at random'}`);
  }
}

/** The same as inputs of the validation, where an anchor that says it can take their place. */
export function limitNames(draft: Draft): void {
  const { random, anchors, chain } = draft;
  const isSaidByAnchors = anchors.every(({ version, nameConstraints }) => version === 3 && nameConstraints === undefined);
  if (!isSaidByAnchors || anchors.includes(chain[chain.length - 1] as Plan)) return;
  const isObedient = random.chance(0.8);
  if (!isObedient) draft.isSound = false;
  draft.subtrees = isObedient ? obeyed(random, chain.slice(1)) : anyConstraints(random);
  draft.history.push(`initial subtrees${isObedient ? '' : ' at random'}`);
}

const hosts = ['example.com', 'www.example.com', 'a.b.example.com', 'EXAMPLE.com', 'other.org', 'wwwexample.com'];

const names: readonly NameOfForm[] = [
  ...hosts.map((value) => ({ form: 'dns', value }) as const),
  ...['joe@example.com', 'joe@mail.example.com', 'Ann@Example.com', 'ann@other.org'].map((value) => ({ form: 'email', value }) as const),
  ...['https://www.example.com/x', 'spiffe://example.com/joe', 'https://example.com:8443/', 'http://other.org/', 'urn:uuid:0'].map(
    (value) => ({ form: 'uri', value }) as const,
  ),
  ...[
    [10, 1, 2, 3],
    [10, 2, 0, 1],
    [192, 168, 1, 1],
    [0x20, 1, 0xd, 0xb8, ...Array.from({ length: 11 }, () => 0), 1],
  ].map((value) => ({ form: 'ip', value }) as const),
  { form: 'dn', value: directory('DE', 'Peer Works', 'joe') },
  { form: 'dn', value: directory('FR', 'Elsewhere', 'joe') },
];

const bases: readonly NameOfForm[] = [
  ...['example.com', 'com', 'www.example.com', 'Example.COM', 'other.org', 'org', 'net'].map((value) => ({ form: 'dns', value }) as const),
  ...['example.com', '.example.com', 'joe@example.com', 'other.org', 'EXAMPLE.com'].map((value) => ({ form: 'email', value }) as const),
  ...['example.com', '.example.com', 'www.example.com', 'other.org'].map((value) => ({ form: 'uri', value }) as const),
  ...[
    [10, 0, 0, 0, 255, 0, 0, 0],
    [10, 1, 0, 0, 255, 255, 0, 0],
    [192, 168, 0, 0, 255, 255, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0],
    [0x20, 1, 0xd, 0xb8, ...Array.from({ length: 12 }, () => 0), 255, 255, 255, 255, ...Array.from({ length: 12 }, () => 0)],
  ].map((value) => ({ form: 'ip', value }) as const),
  ...[
    directory('DE'),
    directory('de'),
    directory('DE', 'Peer Works'),
    directory('DE', 'PEER  works'),
    directory('FR'),
    directory('DE', 'Other'),
  ].map((value) => ({ form: 'dn', value }) as const),
];

function directory(country: string, organization?: string, commonName?: string): PlannedName {
  return [
    { type: 'C', value: country },
    ...(organization === undefined ? [] : [{ type: 'O', value: organization } as const]),
    ...(commonName === undefined ? [] : [{ type: 'CN', value: commonName } as const]),
  ];
}

function anyConstraints(random: Random): Subtrees {
  const some = (most: number) => Array.from({ length: random.below(most + 1) }, () => random.pick(bases));
  const [permitted, excluded] = [some(3), some(2)];
  return permitted.length + excluded.length > 0 ? { permitted, excluded } : { permitted: [random.pick(bases)], excluded };
}

/** Constraints of one or two forms that the certificates below seem to obey; whether they do is for the verifiers to say. */
function obeyed(random: Random, below: readonly Plan[]): Subtrees {
  const present = below.flatMap((plan) => namesIn(plan, plan === below[below.length - 1]));
  const permitted: NameOfForm[] = [];
  const forms = ['dns', 'email', 'uri', 'ip', 'dn'] as const;
  for (const form of [random.pick(forms), random.pick(forms)]) {
    const ofForm = present.filter((name) => name.form === form);
    const covering = ofForm.map((name) => bases.filter((base) => seemsWithin(name, base)));
    if (covering.some((choices) => choices.length === 0)) continue;
    permitted.push(
      ...(covering.length === 0
        ? [random.pick(bases.filter((base) => base.form === form))]
        : covering.map((choices) => random.pick(choices))),
    );
  }
  const free = bases.filter((base) => !present.some((name) => seemsWithin(name, base)));
  const excluded = permitted.length === 0 || random.chance(0.4) ? [random.pick(free)] : [];
  return { permitted: [...new Set(permitted)], excluded };
}

function namesIn(plan: Plan, isLast: boolean): readonly NameOfForm[] {
  const mailboxes = plan.subject.flatMap(({ type, value }) => (type === 'emailAddress' ? [{ form: 'email', value } as const] : []));
  const subject = isLast || !isSelfIssued(plan) ? [{ form: 'dn', value: plan.subject } as const] : [];
  return [...plan.alternativeNames, ...mailboxes, ...subject];
}

/** Near enough to choose by. */
function seemsWithin(name: NameOfForm, base: NameOfForm): boolean {
  if (name.form === 'dn' && base.form === 'dn') return `${normalized(name.value)},`.startsWith(`${normalized(base.value)},`);
  if (name.form === 'ip' && base.form === 'ip') {
    const { length } = name.value;
    return (
      base.value.length === 2 * length && name.value.every((octet, i) => (octet & (base.value[length + i] as number)) === base.value[i])
    );
  }
  if (typeof name.value !== 'string' || typeof base.value !== 'string' || name.form !== base.form) return false;
  const [host, wanted] = [hostOf(name.value), base.value.toLowerCase()];
  if (wanted.includes('@')) return name.value.toLowerCase() === wanted;
  if (wanted.startsWith('.') || name.form === 'dns')
    return host === wanted || host.endsWith(wanted.startsWith('.') ? wanted : `.${wanted}`);
  return host === wanted;
}
