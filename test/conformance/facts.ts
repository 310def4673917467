import type { ConformanceCase, Question } from './conformance-case.js';
import { type Certificate, type CertificateList, x509 } from './core.js';
import { readable } from './read.js';
import type { Verdict } from './verdict.js';

/** What a rule may ask: the case, what core answered, and the certificates as far as they can be read. */
export interface Facts {
  readonly testcase: ConformanceCase;
  readonly verdict: Verdict;
  readonly anchors: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  readonly endEntity: Certificate | undefined;
  /** All of them, anchors first. */
  readonly certificates: readonly Certificate[];
  readonly crls: readonly CertificateList[];
}

export function factsOf(testcase: ConformanceCase, verdict: Verdict): Facts {
  const { question } = testcase;
  const crls = crlsOf(question).flatMap(readableList);
  if (question.kind === 'reading') {
    return { testcase, verdict, anchors: [], intermediates: [], endEntity: undefined, certificates: [], crls };
  }
  const anchors = question.anchors.flatMap(readable);
  const intermediates = question.intermediates.flatMap(readable);
  const [endEntity] = readable(question.endEntity);
  return {
    testcase,
    verdict,
    anchors,
    intermediates,
    endEntity,
    certificates: [...anchors, ...intermediates, ...(endEntity === undefined ? [] : [endEntity])],
    crls,
  };
}

function crlsOf(question: Question): readonly Uint8Array[] {
  if (question.kind === 'path') return question.revocation?.crls ?? [];
  return question.what === 'CRL' ? [question.der] : [];
}

function readableList(der: Uint8Array): readonly CertificateList[] {
  const read = x509.readCertificateList(der);
  return read.ok ? [read.value] : [];
}
