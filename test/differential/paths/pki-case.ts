import { type Subtrees, type Written, write } from './plan.js';

/** What is asked of core and of the others: is there a certification path from the end entity to an anchor? */
export interface PkiCase {
  readonly seed: number;
  readonly index: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The most intermediates. */
  readonly depth: number;
  readonly purpose: 'clientAuth' | 'any';
  readonly policies: InitialPolicies;
  /** RFC 5280, section 6.1.1 (h) and (i). */
  readonly subtrees: Subtrees | undefined;
  readonly anchors: readonly Written[];
  readonly intermediates: readonly Written[];
  readonly endEntity: Written;
  /** The path that the generator began with, end entity first and its anchor last. */
  readonly meant: readonly Written[];
  /** Whether nothing was done to make it a case to refuse. */
  readonly isSound: boolean;
  /** How it came about, for people. */
  readonly history: readonly string[];
}

/** RFC 5280, section 6.1.1 (c), (e), (f) and (g). */
export interface InitialPolicies {
  /** OIDs; undefined is any-policy. */
  readonly initial: readonly string[] | undefined;
  readonly inhibitMapping: boolean;
  readonly requireExplicit: boolean;
  readonly inhibitAny: boolean;
}

/** The same question with nothing but the certificates of one path, its anchor last. */
export function alongPath(question: PkiCase, path: readonly Written[]): PkiCase {
  const [endEntity, ...others] = path as [Written, ...Written[]];
  // A pinned end entity is its own anchor.
  const anchor = others.pop() ?? endEntity;
  return { ...question, anchors: [anchor], intermediates: others, endEntity };
}

/** Anchors that say what the initial subtrees say, for those who know no such input: the generator sees to it that they say nothing else. */
export function anchorsWithSubtrees({ anchors, subtrees }: PkiCase): readonly Written[] {
  return subtrees === undefined ? anchors : anchors.map(({ plan }) => write({ ...plan, nameConstraints: subtrees }));
}

/** Its end entity, its pool and its anchors, each once. */
export function certificatesOf({ anchors, intermediates, endEntity }: PkiCase): readonly Written[] {
  return [...new Set([endEntity, ...intermediates, ...anchors])];
}
