import type { ConformanceCase } from './conformance-case.js';
import type { Certificate } from './core.js';
import { readable, type Verdict } from './decide.js';

/** What a rule may ask: the case, what core answered, and the certificates as far as they can be read. */
export interface Facts {
  readonly testcase: ConformanceCase;
  readonly verdict: Verdict;
  readonly anchors: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  readonly endEntity: Certificate | undefined;
  /** All of them, anchors first. */
  readonly certificates: readonly Certificate[];
}

export function factsOf(testcase: ConformanceCase, verdict: Verdict): Facts {
  const anchors = testcase.question.anchors.flatMap(readable);
  const intermediates = testcase.question.intermediates.flatMap(readable);
  const [endEntity] = readable(testcase.question.endEntity);
  return {
    testcase,
    verdict,
    anchors,
    intermediates,
    endEntity,
    certificates: [...anchors, ...intermediates, ...(endEntity === undefined ? [] : [endEntity])],
  };
}
