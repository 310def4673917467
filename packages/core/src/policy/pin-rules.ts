import { listed, quoted, type Rule } from './rule.js';

/** SHA-256 fingerprints as the schema lets them through: with or without colons, in any case. */
export function fingerprintRule(fingerprints: readonly string[]): Rule {
  const allowed = new Set(fingerprints.map((fingerprint) => fingerprint.replaceAll(':', '').toLowerCase()));
  const expected = listed([...allowed], ' or ', (allowedOne) => allowedOne);
  return {
    name: 'fingerprint256',
    evaluate({ fingerprint256 }) {
      return allowed.has(fingerprint256) ? undefined : { problem: 'is that of another certificate', expected, found: fingerprint256 };
    },
  };
}

export function trustSetRule(names: readonly string[]): Rule {
  const expected = listed(names, ' or ', quoted);
  return {
    name: 'trustSet',
    evaluate({ trustSet }) {
      return names.includes(trustSet) ? undefined : { problem: 'is another one', expected, found: quoted(trustSet) };
    },
  };
}
