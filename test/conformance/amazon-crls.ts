import type { ConformanceCase, Question } from './conformance-case.js';
import { x509 } from './core.js';
import type { Json } from './json-reader.js';
import { amazonReason } from './recorded-reasons.js';

/** Web servers are what Amazon's authorities certify. */
const keyPurposes = [x509.oids.keyPurpose.serverAuth];
const depth = 10;

/**
 * CRLs of public authorities, each a case of its own: it is what the index says, and signed by every issuer that the index names. Then end
 * entities that are there to be valid, revoked or expired, with all lists and nothing excepted.
 */
export function readAmazonCases(index: Json, readFile: (name: string) => Uint8Array): readonly ConformanceCase[] {
  const named = (json: Json): Uint8Array => readFile(json.string);
  const at = index.at('time').time;
  const anchors = index.at('roots').items.map(named);
  const crls = index.at('crls').items.map((row) => named(row.at('crl')));
  const lists = index.at('crls').items.map((row) => {
    const described = {
      signers: row.at('issuers').items.map(named),
      thisUpdate: row.at('thisUpdate').time,
      nextUpdate: row.at('nextUpdate').time,
      cRLNumber: row.at('crlNumber').string,
      entries: row.at('entries').wholeNumber,
    };
    const question = { kind: 'reading', what: 'CRL', der: named(row.at('crl')), described } as const;
    return amazonCase(row.at('crl').string, 'valid', question);
  });
  const leaves = index.at('leaves').items.map((row) =>
    amazonCase(row.at('leaf').string, row.at('kind').oneOf('valid', 'revoked', 'expired'), {
      kind: 'path',
      anchors,
      intermediates: row.at('issuers').items.map(named),
      endEntity: named(row.at('leaf')),
      at,
      rules: { depth, keyPurposes },
      revocation: { crls, exceptions: {} },
    }),
  );
  return [...lists, ...leaves];
}

function amazonCase(id: string, kind: 'valid' | 'revoked' | 'expired', question: Question): ConformanceCase {
  return {
    id,
    expected: kind === 'valid' ? 'SUCCESS' : 'FAILURE',
    question,
    recordedReasons: kind === 'valid' ? undefined : [amazonReason(kind)],
    asks: { peerNames: [] },
    namespaces: ['amazon-crls'],
    features: [],
    category: undefined,
    isDenialOfService: false,
  };
}
