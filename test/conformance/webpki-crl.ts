import type { ConformanceCase, Revocation } from './conformance-case.js';
import type { Json } from './json-reader.js';
import { webpkiReason } from './recorded-reasons.js';

const depth = 10;
/** Longer than any list of theirs is expired. */
const aYear = 31_536_000;

/** Scenarios of revocation at client authentication, from the tests of rustls/webpki. No certificate has a key purpose, and none is asked for. */
export function readWebpkiCrlCases(file: Json): readonly ConformanceCase[] {
  return file.at('cases').items.map(readScenario);
}

function readScenario(scenario: Json): ConformanceCase {
  const outcome = scenario.at('expected').string;
  return {
    id: scenario.at('name').string,
    expected: outcome === 'ok' ? 'SUCCESS' : 'FAILURE',
    question: {
      kind: 'path',
      anchors: scenario.at('roots').items.map(({ base64 }) => base64),
      intermediates: scenario.at('intermediates').items.map(({ base64 }) => base64),
      endEntity: scenario.at('leaf').base64,
      at: scenario.at('time').time,
      rules: { depth, keyPurposes: 'any' },
      // Without CRLs, revocation is off.
      revocation: scenario.at('crls').optional((crls) => readRevocation(scenario, crls)),
    },
    recordedReasons: outcome === 'ok' ? undefined : [webpkiReason(outcome)],
    asks: { peerNames: [] },
    namespaces: ['webpki-crl'],
    features: [],
    category: undefined,
    isDenialOfService: false,
  };
}

/**
 * What webpki calls an unknown status is that no list tells: one that should tell, and cannot be relied on, it refuses as we do. Where it asks
 * about the end entity alone, an authority may be one of which no list tells; one that is revoked is refused all the same.
 */
function readRevocation(scenario: Json, crls: Json): Revocation {
  const isUnknownAllowed = scenario.at('statusPolicy').oneOf('deny-unknown', 'allow-unknown') === 'allow-unknown';
  const isChain = scenario.at('depth').oneOf('chain', 'end-entity') === 'chain';
  const isExpiryIgnored = scenario.at('expirationPolicy').oneOf('ignore', 'enforce') === 'ignore';
  return {
    crls: crls.items.map(({ base64 }) => base64),
    exceptions: {
      allowNoInformation: isUnknownAllowed ? 'all' : isChain ? undefined : 'intermediates',
      acceptExpiredForSeconds: isExpiryIgnored ? aYear : 0,
    },
  };
}
