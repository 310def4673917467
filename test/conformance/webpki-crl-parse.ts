import type { ConformanceCase, ReadingQuestion } from './conformance-case.js';
import type { Json } from './json-reader.js';
import { webpkiReadingReason } from './recorded-reasons.js';

/**
 * Lists and certificates, from the tests of rustls/webpki, with what its readers make of them. A list is one case, and each serial number that is
 * looked up in it another. Where webpki reads entries only once they are asked for, the look-up alone says what it thinks of the list.
 */
export function readWebpkiParseCases(file: Json): readonly ConformanceCase[] {
  return [
    ...file.at('crls').items.flatMap(readList),
    ...file.at('crlDistributionPoints').items.map((row) => {
      const question = { kind: 'reading', what: 'certificate', der: row.at('cert').base64 } as const;
      return readingCase(row.at('name').string, row.at('cdp').string, question);
    }),
  ];
}

function readList(row: Json): readonly ConformanceCase[] {
  const id = row.at('name').string;
  const parse = row.at('parse').string;
  const list = { kind: 'reading', what: 'CRL', der: row.at('der').base64 } as const;
  const lookups = [...row.at('lookups').members].map(([serial, outcome]) =>
    readingCase(`${id} ${serial}`, outcome.string, { ...list, serialNumber: Uint8Array.from(Buffer.from(serial, 'hex')) }),
  );
  return parse === 'ok (lazily)' ? lookups : [readingCase(id, parse, list), ...lookups];
}

function readingCase(id: string, outcome: string, question: ReadingQuestion): ConformanceCase {
  const isAccepted = outcome === 'not-listed' || /^ok\b/.test(outcome);
  return {
    id,
    expected: isAccepted ? 'SUCCESS' : 'FAILURE',
    question,
    recordedReasons: isAccepted ? undefined : [webpkiReadingReason(outcome)],
    asks: { peerNames: [] },
    namespaces: ['webpki-crl-parse'],
    features: [],
    category: undefined,
    isDenialOfService: false,
  };
}
