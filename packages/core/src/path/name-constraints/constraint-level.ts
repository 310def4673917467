import type { GeneralSubtree } from '../../x509/index.js';
import { FormLimits } from './form-limits.js';
import { type FormKey, formKey } from './forms.js';

/** Both lists of NameConstraints, or of the initial subtrees of a trust set. */
export interface Subtrees {
  readonly permittedSubtrees?: readonly GeneralSubtree[] | undefined;
  readonly excludedSubtrees?: readonly GeneralSubtree[] | undefined;
}

/** The limits that one certificate, or the trust set, puts on each form of names. */
export type ConstraintLevel = ReadonlyMap<FormKey, FormLimits>;

/** Authorities recur in path after path, so what was made of their subtrees is kept as long as they are. */
export function constraintLevel(subtrees: Subtrees): ConstraintLevel {
  let level = known.get(subtrees);
  if (level === undefined) {
    level = groupByForm(subtrees);
    known.set(subtrees, level);
  }
  return level;
}

const known = new WeakMap<Subtrees, ConstraintLevel>();

/** By form, so that names of one do not pay for subtrees of another. */
function groupByForm({ permittedSubtrees = [], excludedSubtrees = [] }: Subtrees): ConstraintLevel {
  const level = new Map<FormKey, FormLimits>();
  const add = (kind: 'permitted' | 'excluded', { base }: GeneralSubtree): void => {
    const key = formKey(base);
    let limits = level.get(key);
    if (limits === undefined) {
      limits = new FormLimits(key);
      level.set(key, limits);
    }
    limits.add(kind, base);
  };
  for (const subtree of permittedSubtrees) add('permitted', subtree);
  for (const subtree of excludedSubtrees) add('excluded', subtree);
  return level;
}
