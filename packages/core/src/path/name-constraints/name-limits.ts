import { type Refusal, refusal } from '../../errors/index.js';
import type { Certificate, Name, NameConstraints } from '../../x509/index.js';
import type { Budget } from '../budget.js';
import { evidence, nameText } from '../checks/evidence.js';
import { exhausted } from '../signature-checks.js';
import { namesByForm } from './certificate-names.js';
import { type ConstraintLevel, constraintLevel, type Subtrees } from './constraint-level.js';

/**
 * The names that the rest of a path may have: the state variables permitted_subtrees and excluded_subtrees of RFC 5280, section 6.1.2 (b)
 * and (c). Immutable; a search that backtracks keeps the one of where it goes on.
 *
 * The constraints of each authority are kept as a level of their own. A name must be in one permitted subtree of its form at each level that
 * has any, which is what the intersection comes to, and in no excluded subtree of any level, which is the union.
 */
export class NameLimits {
  static readonly #unlimited = new NameLimits([]);
  readonly #levels: readonly Level[];

  private constructor(levels: readonly Level[]) {
    this.#levels = levels;
  }

  /** 6.1.1 (h) and (i): what the trust set permits and excludes. The object is remembered, so give the same one for each search. */
  static initial(subtrees: Subtrees): NameLimits {
    const { permittedSubtrees = [], excludedSubtrees = [] } = subtrees;
    if (permittedSubtrees.length === 0 && excludedSubtrees.length === 0) return NameLimits.#unlimited;
    return new NameLimits([{ limits: constraintLevel(subtrees), issuer: undefined }]);
  }

  /** 6.1.4 (g), for an intermediate; likewise for a trust anchor (RFC 5937, section 3.2). `issuer` is whose constraints they are. */
  narrowedBy(constraints: NameConstraints | undefined, issuer: Certificate): NameLimits {
    if (constraints === undefined) return this;
    return new NameLimits([...this.#levels, { limits: constraintLevel(constraints), issuer: issuer.subject }]);
  }

  /**
   * 6.1.3 (b) and (c). Whoever calls leaves out self-issued certificates that are not the end of the path.
   *
   * Refusals: NAME_NOT_PERMITTED, with the name and whose constraint it is; BUDGET_EXHAUSTED before more comparisons are made than the
   * budget holds, each with all subtrees of the name's form at once.
   */
  check(certificate: Certificate, depth: number, budget: Budget): Refusal | undefined {
    if (this.#levels.length === 0) return undefined;
    if (!budget.spend('nameComparisons', 1 + (certificate.subjectAltName?.length ?? 0))) return exhausted(budget);
    const isMailLimited = this.#levels.some(({ limits }) => limits.has('rfc822Name'));
    for (const [form, group] of namesByForm(certificate, isMailLimited)) {
      for (const level of this.#levels) {
        const limits = level.limits.get(form);
        if (limits === undefined) continue;
        if (!budget.spend('nameComparisons', group.weight + limits.readingCost + group.names.length * limits.cost))
          return exhausted(budget);
        for (const name of group.names) {
          const fault = limits.findFault(name, () => ownerOf(level));
          if (fault !== undefined) return refusal('PEERCERT_NAME_NOT_PERMITTED', evidence(certificate, depth, fault));
        }
      }
    }
    return undefined;
  }
}

interface Level {
  readonly limits: ConstraintLevel;
  /** Whose constraints they are; undefined for the trust set's own. */
  readonly issuer: Name | undefined;
}

function ownerOf({ issuer }: Level): string {
  return issuer === undefined ? 'the trust set' : nameText(issuer);
}
