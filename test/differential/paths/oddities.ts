import { extension } from '../../../packages/core/test/support/certificate-builder.js';
import { nullValue } from '../../../packages/core/test/support/der-writer.js';
import { type Change, onAnchor, onAny, onAuthority, onEndEntity, onIssued } from './changes.js';
import type { Draft } from './draft.js';
import { issuerNameOf, type Plan, type PlannedName } from './plan.js';

/** Does what must not matter, or what not everyone takes: names that are the same in other letters, identifiers that lead elsewhere. */
export function addOddity(draft: Draft): void {
  const [name, oddity] = draft.random.pick(Object.entries(oddities));
  const told = oddity(draft);
  if (told !== undefined) draft.history.push(`${name}: ${told}`);
}

const oddities: Readonly<Record<string, Change>> = {
  'issuer name in other letters': onIssued((plan, draft) => Object.assign(plan, { issuerName: respelled(draft, issuerNameOf(plan)) })),
  'names in other strings': onIssued((plan) => Object.assign(plan, { issuerName: retyped(issuerNameOf(plan)) })),
  'wrong authority key identifier': onIssued((plan) => withIdentifiers(plan, { authority: 'wrong' })),
  'wrong subject key identifier': onAuthority((plan) => withIdentifiers(plan, { subject: 'wrong' })),
  'last second': onAny((plan, { at }) => Object.assign(plan, { notAfter: at })),
  'first second': onAny((plan, { at }) => Object.assign(plan, { notBefore: at })),
  'version 1 end entity': onEndEntity((plan) => Object.assign(plan, { version: 1 })),
  'version 1 anchor': onAnchor((plan) => (plan.issuer === undefined ? Object.assign(plan, { version: 1 }) : undefined)),
  'anchor signed over SHA-1': onAnchor((plan) => Object.assign(plan, { isSignedOverSha1: true })),
  'anchor whose signature is spoiled': onAnchor((plan) => Object.assign(plan, { isSignatureSpoiled: true })),
  'unknown extension': onAny((plan) => Object.assign(plan, { furtherExtensions: [extension('1.3.6.1.4.1.99999.3', nullValue())] })),
  'end entity that is an authority': onEndEntity((plan) => Object.assign(plan, { basicConstraints: { cA: true } })),
  // With the same key too, it would be a loop.
  'end entity self-issued': onEndEntity((plan) =>
    plan.key === plan.issuer?.key ? undefined : Object.assign(plan, { subject: issuerNameOf(plan) }),
  ),
  'no subject': onEndEntity((plan) => {
    if (plan.alternativeNames.length === 0) plan.alternativeNames = [{ form: 'dns', value: 'example.com' }];
    return Object.assign(plan, { subject: [] });
  }),
  'any purpose'(draft) {
    draft.purpose = 'any';
    return 'asked for';
  },
};

function withIdentifiers(plan: Plan, choice: Partial<Plan['keyIdentifiers']>): Plan {
  plan.keyIdentifiers = { ...plan.keyIdentifiers, ...choice };
  return plan;
}

/** RFC 5280, section 7.1: neither case nor white space makes another name. */
function respelled({ random }: Draft, name: PlannedName): PlannedName {
  return name.map((attribute) => {
    if (attribute.type === 'C') return attribute;
    const value = random.pick([attribute.value.toUpperCase(), ` ${attribute.value} `, attribute.value.replaceAll(' ', '  ')]);
    return { ...attribute, value };
  });
}

function retyped(name: PlannedName): PlannedName {
  return name.map((attribute) => (attribute.type === 'emailAddress' ? attribute : { ...attribute, string: 'printable' }));
}
