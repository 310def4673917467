import type { ConformanceCase } from './conformance-case.js';
import type { Json } from './json-reader.js';

const depth = 10;

/** Scenarios of revocation at client authentication, from the tests of rustls/webpki. No certificate has a key purpose, and none is asked for. */
export function readWebpkiCrlCases(file: Json): readonly ConformanceCase[] {
  return file.at('cases').items.map(readScenario);
}

function readScenario(scenario: Json): ConformanceCase {
  const isAccepted = scenario.at('expected').string === 'ok';
  const crls = scenario.at('crls').optional(({ items }) => items.map(({ base64 }) => base64));
  return {
    id: scenario.at('name').string,
    expected: isAccepted ? 'SUCCESS' : 'FAILURE',
    question: {
      anchors: scenario.at('roots').items.map(({ base64 }) => base64),
      intermediates: scenario.at('intermediates').items.map(({ base64 }) => base64),
      endEntity: scenario.at('leaf').base64,
      at: scenario.at('time').time,
      rules: { depth, keyPurposes: 'any' },
    },
    recordedReasons: undefined,
    revocation: {
      crls: crls ?? [],
      // Without CRLs, revocation is off.
      unknownStatus:
        crls !== undefined && scenario.at('statusPolicy').oneOf('deny-unknown', 'allow-unknown') === 'deny-unknown' ? 'refuse' : 'accept',
      expiredCrl: scenario.at('expirationPolicy').oneOf('ignore', 'enforce') === 'enforce' ? 'refuse' : 'accept',
      depth: scenario.at('depth').oneOf('chain', 'end-entity'),
      decides: crls !== undefined && !isAccepted,
    },
    asks: { peerNames: [] },
    namespaces: ['webpki-crl'],
    features: [],
    category: undefined,
    isDenialOfService: false,
  };
}
