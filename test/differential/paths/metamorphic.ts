import { describeRefusal } from '@peercert/core';
import { Random } from '../../fuzz/random.js';
import type { Verdict, Verifier } from './core.js';
import { shuffled } from './generate.js';
import { alongPath, certificatesOf, type PkiCase } from './pki-case.js';
import type { Written } from './plan.js';

export interface Problem {
  readonly kind: ProblemKind;
  readonly reason: string;
}

export type ProblemKind =
  | 'thrown'
  | 'accepted alone'
  | 'accepted in spite of a fault'
  | 'refused without a written reason'
  | 'sound, but refused'
  | 'changes its mind'
  | 'writes into its input'
  | 'depends on order or company'
  | 'an anchor less, accepted'
  | 'an intermediate more, refused'
  | 'its own path is refused';

export interface Examination {
  readonly verdict: Verdict;
  readonly problems: readonly Problem[];
}

/**
 * The verdict, and what must hold of it without anybody else's opinion. `strangers` are certificates of other cases. Where the effort of a
 * search runs out, neither order nor company need leave the verdict as it is.
 */
export function examine(question: PkiCase, verify: Verifier, strangers: readonly Written[]): Examination {
  const problems: Problem[] = [];
  const random = new Random(question.seed ^ 0x5bd1e995, question.index);
  const octets = certificatesOf(question).map(({ der }) => Buffer.from(der));
  const verdict = verify(question);
  const problem = (kind: ProblemKind, one: Verdict, other: Verdict, what = ''): void => {
    if (!isExhausted(one) && !isExhausted(other)) problems.push({ kind, reason: `${what}${describe(one)}, then ${describe(other)}` });
  };

  const again = verify(elsewhere(question));
  if (describe(again) !== describe(verdict)) problem('changes its mind', verdict, again);

  const { intermediates, anchors } = question;
  const company = shuffled(random, [...strangers, ...intermediates, ...intermediates]);
  const inCompany = verify({ ...question, intermediates: company, anchors: shuffled(random, anchors) });
  // They have names and keys in common, so that a stranger may be just who was missing.
  const isHelped = inCompany.isAccepted && inCompany.path.some((written) => strangers.includes(written));
  if (inCompany.isAccepted !== verdict.isAccepted && !isHelped) problem('depends on order or company', verdict, inCompany);

  if (!verdict.isAccepted && anchors.length > 1) {
    const gone = random.pick(anchors);
    const fewer = verify({ ...question, anchors: anchors.filter((anchor) => anchor !== gone) });
    if (fewer.isAccepted) problem('an anchor less, accepted', verdict, fewer, `without ${gone.plan.label}: `);
  }
  if (!verdict.isAccepted && intermediates.length > 0) {
    const gone = random.pick(intermediates);
    const fewer = verify({ ...question, intermediates: intermediates.filter((intermediate) => intermediate !== gone) });
    if (fewer.isAccepted) problem('an intermediate more, refused', verdict, fewer, `without ${gone.plan.label}: `);
  }
  if (verdict.isAccepted) {
    const alone = verify(alongPath(question, verdict.path));
    if (!alone.isAccepted) problem('its own path is refused', verdict, alone);
  }
  if (certificatesOf(question).some(({ der }, index) => Buffer.compare(der, octets[index] as Buffer) !== 0))
    problems.push({ kind: 'writes into its input', reason: 'the octets are not the same after they were read' });
  return { verdict, problems };
}

/** The same octets in other memory, to be read anew. */
function elsewhere(question: PkiCase): PkiCase {
  const copies = new Map(certificatesOf(question).map((written) => [written, { ...written, der: Uint8Array.from(written.der) }]));
  const copyOf = (written: Written): Written => copies.get(written) as Written;
  const { anchors, intermediates, endEntity } = question;
  return { ...question, anchors: anchors.map(copyOf), intermediates: intermediates.map(copyOf), endEntity: copyOf(endEntity) };
}

function isExhausted(verdict: Verdict): boolean {
  return !verdict.isAccepted && verdict.refusal.code === 'PEERCERT_BUDGET_EXHAUSTED';
}

export function describe(verdict: Verdict): string {
  return verdict.isAccepted ? `accepted by ${verdict.path.map(({ plan }) => plan.label).join(' <- ')}` : describeRefusal(verdict.refusal);
}
