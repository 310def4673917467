import { extension } from '../../../packages/core/test/support/certificate-builder.js';
import { nullValue } from '../../../packages/core/test/support/der-writer.js';
import { type Change, onAnchor, onAny, onAuthority, onEndEntity, onIntermediate, onIssued } from './changes.js';
import { anyKey, authority, type Draft, everyPlan, plansWithKey, subjectOf } from './draft.js';
import { neededLength } from './topology.js';

/** Does one thing to the chain that is meant, because of which it should be refused. Another path may still be accepted. */
export function addFlaw(draft: Draft): void {
  const [name, flaw] = draft.random.pick(Object.entries(flaws));
  const told = flaw(draft);
  if (told === undefined) return;
  draft.isSound = false;
  draft.history.push(`${name}: ${told}`);
}

const hour = 3_600_000;

/** What is wrong wherever the certificate stands is told by `fatal`: no verifier's opinion is needed about it. */
const flaws: Readonly<Record<string, Change>> = {
  expired: onAny((plan, { at, random }) =>
    Object.assign(plan, { notAfter: at - random.pick([1_000, hour, 1_000 * hour]), notBefore: at - 9_000 * hour, fatal: 'it has expired' }),
  ),
  'not yet valid': onAny((plan, { at, random }) =>
    Object.assign(plan, { notBefore: at + random.pick([1_000, hour]), notAfter: at + 9_000 * hour, fatal: 'it is not valid yet' }),
  ),
  'spoiled signature': onIssued((plan) => Object.assign(plan, { isSignatureSpoiled: true, fatal: 'its signature does not verify' })),
  'signed with another key': onIssued((plan, draft) => {
    // Another authority of the same name may have the key, if it is anyone's.
    const signedWith = anyKey(
      draft,
      everyPlan(draft).map(({ key }) => key),
    );
    return Object.assign(plan, { signedWith, fatal: 'it is signed with another key' });
  }),
  'another issuer name': onIssued((plan) => Object.assign(plan, { issuerName: subjectOf('Nobody'), fatal: 'its issuer has another name' })),
  'no basicConstraints': onIntermediate((plan) => Object.assign(plan, { basicConstraints: undefined, fatal: 'it is no authority' })),
  'cA FALSE': onIntermediate((plan) => Object.assign(plan, { basicConstraints: { cA: false }, fatal: 'it is no authority' })),
  'anchor without cA': onAnchor((plan) =>
    Object.assign(plan, { version: 3, basicConstraints: { cA: false }, fatal: 'it is no authority' }),
  ),
  'version 1 intermediate': onIntermediate((plan) => Object.assign(plan, { version: 1, fatal: 'it is no authority' })),
  'no keyCertSign': onAuthority((plan) =>
    Object.assign(plan, { version: 3, keyUsage: ['digitalSignature', 'cRLSign'], fatal: 'it may sign no certificates' }),
  ),
  'authority for servers': onAuthority((plan) => Object.assign(plan, { extendedKeyUsage: ['serverAuth'] })),
  'end entity for servers': onEndEntity((plan, { random }) =>
    Object.assign(plan, { extendedKeyUsage: random.pick([['serverAuth'], ['anyExtendedKeyUsage'], ['emailProtection', 'serverAuth']]) }),
  ),
  'end entity for encipherment': onEndEntity((plan) => Object.assign(plan, { keyUsage: ['keyEncipherment'] })),
  'unknown critical extension': onAny((plan) =>
    Object.assign(plan, {
      version: 3,
      furtherExtensions: [extension('1.3.6.1.4.1.99999.2', nullValue(), true)],
      fatal: 'a critical extension is unknown',
    }),
  ),
  'pathLenConstraint too small'(draft) {
    // One that is no authority any more stays so.
    const able = draft.chain.slice(0, -1).filter(({ fatal }, index) => fatal === undefined && neededLength(draft.chain, index) > 0);
    if (able.length === 0) return undefined;
    const plan = draft.random.pick(able);
    plan.basicConstraints = { cA: true, pathLength: neededLength(draft.chain, draft.chain.indexOf(plan)) - 1 };
    return plan.label;
  },
  'too deep'(draft) {
    const intermediates = draft.chain.length - 2;
    if (intermediates < 1) return undefined;
    draft.depth = intermediates - 1;
    return `${draft.depth} are allowed`;
  },
  'SHA-1': onIssued((plan) => {
    const kind = plan.issuer?.key.kind ?? '';
    if (!kind.startsWith('ec') && kind !== 'rsa') return undefined;
    return Object.assign(plan, { isSignedOverSha1: true, fatal: 'it is signed over SHA-1' });
  }),
  'weak key': onAny((plan, draft) => {
    for (const each of plansWithKey(draft, plan.key)) Object.assign(each, { key: draft.ring.weak, fatal: 'its key is weak' });
    return plan;
  }),
  'missing intermediate'(draft) {
    const intermediates = draft.chain.slice(1, -1);
    if (intermediates.length === 0) return undefined;
    const missing = draft.random.pick(intermediates);
    draft.pool = draft.pool.filter((plan) => plan !== missing);
    return missing.label;
  },
  'nobody trusts the anchor'(draft) {
    draft.anchors = draft.anchors.filter((plan) => plan !== draft.chain[0]);
    if (draft.anchors.length === 0) draft.anchors.push(authority(draft, 'Only Root'));
    return draft.chain[0]?.label;
  },
};
