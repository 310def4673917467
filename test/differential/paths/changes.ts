import type { Draft } from './draft.js';
import type { Plan } from './plan.js';

/** Changes a PKI in one place, and tells which; nothing where it does not apply. */
export type Change = (draft: Draft) => string | undefined;

/** Gives the certificate that it changed. */
type PlanChange = (plan: Plan, draft: Draft) => Plan | undefined;

export function onAny(change: PlanChange): Change {
  return onOneOf(({ chain }) => chain, change);
}

export function onIssued(change: PlanChange): Change {
  return onOneOf(({ chain }) => chain.slice(1), change);
}

export function onIntermediate(change: PlanChange): Change {
  return onOneOf(({ chain }) => chain.slice(1, -1), change);
}

export function onAuthority(change: PlanChange): Change {
  return onOneOf(({ chain }) => chain.slice(0, -1), change);
}

export function onAnchor(change: PlanChange): Change {
  return onOneOf(({ chain }) => chain.slice(0, 1), change);
}

export function onEndEntity(change: PlanChange): Change {
  return onOneOf(({ chain }) => chain.slice(-1), change);
}

function onOneOf(candidates: (draft: Draft) => readonly Plan[], change: PlanChange): Change {
  return (draft) => {
    const plans = candidates(draft);
    return plans.length === 0 ? undefined : change(draft.random.pick(plans), draft)?.label;
  };
}
