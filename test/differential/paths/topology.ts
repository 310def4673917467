import { anyKey, authority, client, type Draft } from './draft.js';
import type { Plan } from './plan.js';

/** The path that is meant, then what makes it hard to find. */
export function layOut(draft: Draft): void {
  const { random } = draft;
  layChain(draft);
  for (const [probability, addition] of additions) {
    if (!random.chance(probability)) continue;
    const what = addition(draft);
    if (what !== undefined) draft.history.push(what);
  }
  limitLengths(draft);
}

function layChain(draft: Draft): void {
  const { random } = draft;
  const root = authority(draft, 'Root');
  draft.chain = [root];
  draft.anchors = [root];
  const intermediates = random.pick([0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 6, 8]);
  for (let number = 1; number <= intermediates; number++) addIntermediate(draft, number);
  draft.chain.push(client(draft, last(draft)));
  draft.pool = draft.chain.slice(1, -1);
  draft.history.push(`${draft.pool.length} intermediates`);
}

/** Sometimes one that issues its own successor: self-issued, with another key, and so not counted by a pathLenConstraint. */
function addIntermediate(draft: Draft, number: number): void {
  const above = last(draft);
  if (draft.random.chance(0.1)) {
    draft.chain.push(authority(draft, `${above.label} anew`, { subject: above.subject, issuer: above, key: anyKey(draft, [above.key]) }));
    draft.history.push(`${above.label} has a new key`);
  } else {
    draft.chain.push(authority(draft, `CA ${number}`, { issuer: above }));
  }
}

function last({ chain }: Draft): Plan {
  return chain[chain.length - 1] as Plan;
}

/** Each gives what it did, or nothing where it does not apply. None takes away from what is meant to be found. */
const additions: readonly (readonly [probability: number, add: (draft: Draft) => string | undefined])[] = [
  [0.3, anotherAnchor],
  [0.12, anchorOfTheSameName],
  [0.3, crossCertificate],
  [0.25, sameNameOtherKey],
  [0.25, twin],
  [0.15, loop],
  [0.08, partialChain],
  [0.08, anchorPresented],
  [0.03, pinnedEndEntity],
  [0.25, strangers],
];

function anotherAnchor(draft: Draft): string {
  draft.anchors.push(authority(draft, 'Other Root'));
  return 'another anchor';
}

function anchorOfTheSameName(draft: Draft): string {
  const [root] = draft.chain as [Plan];
  draft.anchors.push(authority(draft, `${root.label} of another key`, { subject: root.subject }));
  return 'an anchor of the same name';
}

/** Another authority, trusted or not, vouches for one of the chain. */
function crossCertificate(draft: Draft): string {
  const { random } = draft;
  const subject = random.pick(draft.chain.slice(0, -1));
  const issuer = random.chance(0.5) && draft.anchors.length > 1 ? random.pick(draft.anchors) : authority(draft, 'Foreign Root');
  draft.pool.push(sameAuthority(draft, subject, 'cross-certified', issuer));
  if (!draft.anchors.includes(issuer)) random.pick([draft.anchors, draft.anchors, draft.pool, []]).push(issuer);
  return `${issuer.label} cross-certifies ${subject.label}`;
}

function sameNameOtherKey(draft: Draft): string {
  const { random } = draft;
  const model = random.pick(draft.chain.slice(0, -1));
  const issuer = random.chance(0.7) ? model.issuer : undefined;
  draft.pool.push(authority(draft, `${model.label} of another key`, { subject: model.subject, issuer }));
  return `another key under the name of ${model.label}`;
}

/** The same name and key in a second certificate, which may be unfit where the first is not. */
function twin(draft: Draft): string | undefined {
  const { random, at } = draft;
  const model = draft.chain.length > 2 ? random.pick(draft.chain.slice(1, -1)) : undefined;
  if (model === undefined) return undefined;
  const made = sameAuthority(draft, model, 'twin', model.issuer as Plan);
  const kind = random.pick(['sound', 'expired', 'for servers', 'no authority', 'badly signed', 'of no length']);
  if (kind === 'expired') Object.assign(made, { notBefore: at - 86_400_000, notAfter: at - 3_600_000, fatal: 'it has expired' });
  if (kind === 'for servers') Object.assign(made, { extendedKeyUsage: ['serverAuth'] });
  if (kind === 'no authority') Object.assign(made, { basicConstraints: undefined, fatal: 'it is no authority' });
  if (kind === 'badly signed') Object.assign(made, { isSignatureSpoiled: true, fatal: 'its signature does not verify' });
  if (kind === 'of no length') Object.assign(made, { basicConstraints: { cA: true, pathLength: 0 } });
  draft.pool.push(made);
  return `${model.label} has a twin that is ${kind}`;
}

/** Two authorities that certify each other. */
function loop(draft: Draft): string | undefined {
  const authorities = draft.chain.slice(0, -1);
  if (authorities.length < 2) return undefined;
  const one = draft.random.pick(authorities);
  const other = draft.random.pick(authorities.filter((each) => each !== one));
  draft.pool.push(sameAuthority(draft, one, 'in a loop', other), sameAuthority(draft, other, 'in a loop', one));
  return `${one.label} and ${other.label} certify each other`;
}

/** An intermediate is trusted instead of what is above it. */
function partialChain(draft: Draft): string | undefined {
  const { chain, random } = draft;
  if (chain.length < 3) return undefined;
  const from = random.between(1, chain.length - 2);
  const anchor = chain[from] as Plan;
  draft.anchors = [anchor, ...draft.anchors.slice(1)];
  draft.pool = draft.pool.filter((plan) => plan !== anchor);
  draft.chain = chain.slice(from);
  return `${anchor.label} is the anchor`;
}

function anchorPresented(draft: Draft): string {
  draft.pool.push(draft.chain[0] as Plan);
  return 'the anchor is presented';
}

function pinnedEndEntity(draft: Draft): string {
  draft.anchors.push(last(draft));
  return 'the end entity is an anchor';
}

function strangers(draft: Draft): string {
  const { random } = draft;
  for (let number = random.between(1, 3); number > 0; number--) {
    const root = authority(draft, `Stranger ${number}`);
    draft.pool.push(random.chance(0.5) ? root : authority(draft, `Stranger CA ${number}`, { issuer: root }));
  }
  return 'strangers';
}

function sameAuthority(draft: Draft, { subject, key, label }: Plan, which: string, issuer: Plan): Plan {
  return authority(draft, `${label}, ${which}`, { subject, key, issuer });
}

/** pathLenConstraints with room for the chain that is meant, which self-issued certificates take none of. */
function limitLengths({ chain, random }: Draft): void {
  for (const [index, plan] of chain.slice(0, -1).entries()) {
    if (plan.basicConstraints === undefined || !random.chance(0.35)) continue;
    plan.basicConstraints = { cA: true, pathLength: neededLength(chain, index) + random.below(2) };
  }
}

/** How many authorities below the one at `index` count. */
export function neededLength(chain: readonly Plan[], index: number): number {
  return chain.slice(index + 1, -1).filter((plan) => plan.subject !== plan.issuer?.subject).length;
}
