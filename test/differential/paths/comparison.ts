import type { Refusal } from '@peercert/core';
import { acceptedAloneRule } from './accepted-alone-rules.js';
import type { Verdict, Verifier } from './core.js';
import { describe, examine, type Problem } from './metamorphic.js';
import { classOfRefusal, needlessRefusal, soundRefusal } from './needless-refusals.js';
import type { Answer, Oracle, OracleName } from './oracles.js';
import { alongPath, type PkiCase } from './pki-case.js';
import type { Written } from './plan.js';
import { type Variations, variationsOf } from './variations.js';

export interface Finding extends Problem {
  readonly question: PkiCase;
}

/** Counts of a run: in all, and by class or reason. */
export type Tally = Record<'cases' | 'sound' | 'accepted' | 'acceptedByAll' | 'refusedByAll', number> &
  Readonly<Record<CountedBy, Map<string, number>>>;

type CountedBy =
  /** What core accepts and another refuses: by that other and the written reason. */
  | 'acceptedAlone'
  /** What core refuses and all others accept. */
  | 'refusedAlone'
  /** What core refuses and only some of the others accept: by these and the class. */
  | 'disputed'
  /** What core refuses though the generator knows of nothing wrong with it. */
  | 'soundRefused'
  | 'findings';

export interface ComparisonOptions {
  readonly generate: (index: number) => PkiCase;
  readonly verify: Verifier;
  readonly oracles: readonly Oracle[];
  readonly first?: number;
  readonly count: number;
  readonly onBatch?: (tally: Tally) => void;
  readonly onFinding: (finding: Finding) => void;
}

const batchSize = 256;

/** Makes cases, asks core and the others, and compares. */
export async function compare(options: ComparisonOptions): Promise<Tally> {
  const { generate, first = 0, count, onBatch = () => {} } = options;
  const tally = emptyTally();
  for (let begin = first; begin < first + count; begin += batchSize) {
    const questions = Array.from({ length: Math.min(batchSize, first + count - begin) }, (_, i) => generate(begin + i));
    await compareBatch(questions, options, tally);
    onBatch(tally);
  }
  return tally;
}

async function compareBatch(questions: readonly PkiCase[], { verify, oracles, onFinding }: ComparisonOptions, tally: Tally): Promise<void> {
  const found = (question: PkiCase) => (problem: Problem) => {
    count(tally.findings, problem.kind);
    onFinding({ ...problem, question });
  };
  // The others work while core does.
  const asked = Promise.all(oracles.map(({ ask }) => ask(questions)));
  const verdicts = questions.map((question, i) =>
    judge({ question, verify, strangers: strangersTo(questions, i), found: found(question) }),
  );
  const answers = await asked;
  const lonely: Lonely[] = [];
  questions.forEach((question, i) => {
    const verdict = verdicts[i];
    tally.cases++;
    if (question.isSound) tally.sound++;
    if (verdict === undefined) return;
    const said = oracles.map((oracle, which) => ({ oracle, answer: answers[which]?.[i] as Answer }));
    const refusing = said.filter(({ answer }) => answer.error !== 0);
    if (verdict.isAccepted) {
      tally.accepted++;
      if (refusing.length === 0) tally.acceptedByAll++;
      lonely.push(...refusing.map(({ oracle }) => ({ oracle, question, path: verdict.path })));
      return;
    }
    if (question.isSound) soundRefused(verdict.refusal, { question, verify, tally, found: found(question) });
    if (refusing.length === said.length) {
      tally.refusedByAll++;
    } else {
      const accepting = said.filter(({ answer }) => answer.error === 0).map(({ oracle }) => oracle.name);
      refusedAlone(verdict.refusal, {
        question,
        verify,
        accepting,
        isByAll: refusing.length === 0 && said.length > 1,
        tally,
        found: found(question),
      });
    }
  });
  for (const oracle of oracles) {
    const problems = await explain(
      oracle,
      lonely.filter((each) => each.oracle === oracle),
      tally,
    );
    for (const { question, reason } of problems) found(question)({ kind: 'accepted alone', reason });
  }
}

interface Judged {
  readonly question: PkiCase;
  readonly verify: Verifier;
  readonly strangers: readonly Written[];
  readonly found: (problem: Problem) => void;
}

/** Core's verdict, with whatever is wrong with it by itself; undefined for one that threw. */
function judge({ question, verify, strangers, found }: Judged): Verdict | undefined {
  try {
    const { verdict, problems } = examine(question, verify, strangers);
    for (const problem of problems) found(problem);
    const faulty = verdict.isAccepted ? faultOn(verdict.path) : undefined;
    if (faulty !== undefined) found({ kind: 'accepted in spite of a fault', reason: `${describe(verdict)}: ${faulty}` });
    return verdict;
  } catch (error) {
    found({ kind: 'thrown', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    return undefined;
  }
}

/** What the generator knows to be wrong with a certificate of the path. One that is itself trusted needs no issuer. */
function faultOn(path: readonly Written[]): string | undefined {
  const faulty = path.find(({ plan }) => plan.fatal !== undefined && !(path.length === 1 && isAboutIssuer(plan.fatal)));
  return faulty && `${faulty.plan.label}: ${faulty.plan.fatal}`;
}

function isAboutIssuer(fault: string): boolean {
  return /sign|issuer/.test(fault);
}

/** Of the case before and the one after. */
function strangersTo(questions: readonly PkiCase[], index: number): readonly Written[] {
  const neighbours = [questions[index - 1], questions[index + 1]].flatMap((each) => each ?? []);
  // Names are the same in every case, so that these are not without interest.
  return neighbours.flatMap(({ intermediates, endEntity }) => [...intermediates.slice(0, 2), endEntity]);
}

interface Lonely {
  readonly oracle: Oracle;
  readonly question: PkiCase;
  readonly path: readonly Written[];
}

/** Asks again with nothing but core's path, and gives what has no written reason. */
async function explain(oracle: Oracle, lonely: readonly Lonely[], tally: Tally): Promise<readonly { question: PkiCase; reason: string }[]> {
  if (lonely.length === 0) return [];
  const variations = lonely.map(({ question, path }) => variationsOf(question, path));
  const names = Object.keys(variations[0] as Variations<PkiCase>) as (keyof Variations<PkiCase>)[];
  const answers = await Promise.all(names.map((name) => oracle.ask(variations.map((each) => each[name]))));
  return lonely.flatMap(({ question, path }, i) => {
    const answered = Object.fromEntries(names.map((name, which) => [name, answers[which]?.[i]])) as unknown as Variations<Answer>;
    const found = { by: oracle.name, question, path, ...answered };
    const rule = acceptedAloneRule(found);
    count(tally.acceptedAlone, `${oracle.name}: ${rule?.reason ?? `not written: ${found.clarified.text}`}`);
    if (rule !== undefined) return [];
    return [{ question, reason: `${oracle.name} says ${found.clarified.text} of ${describe({ isAccepted: true, path })}` }];
  });
}

/** The generator knows of nothing wrong with the path that it meant: so it tells why core does not take that one, asked about it alone. */
function soundRefused(refusal: Refusal, { question, verify, tally, found }: Omit<RefusedAlone, 'accepting' | 'isByAll'>): void {
  const alone = verify(alongPath(question, question.meant));
  const because = alone.isAccepted ? refusal : alone.refusal;
  count(tally.soundRefused, classOfRefusal(because));
  const rule = soundRefusal(because);
  if (rule === undefined || (alone.isAccepted && refusal.code !== 'PEERCERT_BUDGET_EXHAUSTED'))
    found({ kind: 'sound, but refused', reason: describe({ isAccepted: false, refusal: because }) });
}

interface RefusedAlone {
  readonly question: PkiCase;
  readonly verify: Verifier;
  readonly accepting: readonly OracleName[];
  readonly isByAll: boolean;
  readonly tally: Tally;
  readonly found: (problem: Problem) => void;
}

function refusedAlone(refusal: Refusal, { question, verify, accepting, isByAll, tally, found }: RefusedAlone): void {
  if (!isByAll) return count(tally.disputed, `${accepting.join(', ')}: ${classOfRefusal(refusal)}`);
  const rule = needlessRefusal(refusal, question, verify);
  count(tally.refusedAlone, `${classOfRefusal(refusal)}\n          ${rule?.reason ?? 'not written'}`);
  if (rule === undefined) found({ kind: 'refused without a written reason', reason: describe({ isAccepted: false, refusal }) });
}

function emptyTally(): Tally {
  const counts = () => new Map<string, number>();
  return {
    cases: 0,
    sound: 0,
    accepted: 0,
    acceptedByAll: 0,
    refusedByAll: 0,
    acceptedAlone: counts(),
    refusedAlone: counts(),
    disputed: counts(),
    soundRefused: counts(),
    findings: counts(),
  };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
