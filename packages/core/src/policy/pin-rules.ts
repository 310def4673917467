import { listed, quoted, type Rule } from './rule.js';

/** SHA-256 digests as the schema lets them through: hexadecimal digits with or without colons, in any case, or base64 behind `sha256//` as curl has it. */
export function digestOf(text: string): string {
  if (!text.startsWith('sha256//')) return text.replaceAll(':', '').toLowerCase();
  return Buffer.from(text.slice('sha256//'.length), 'base64').toString('hex');
}

export function digestRule(name: 'fingerprint256' | 'spki256', digests: readonly string[]): Rule {
  const allowed = new Set(digests.map(digestOf));
  return {
    name,
    expected: listed([...allowed], ' or ', (digest) => digest),
    holds: (identity) => allowed.has(identity[name]),
    found: (identity) => identity[name],
    problem: () => (name === 'fingerprint256' ? 'is that of another certificate' : 'is that of another key'),
  };
}

/** Serial numbers are unique for their issuer alone (RFC 5280, section 4.1.2.2). */
export function serialNumberRule(serialNumbers: readonly string[]): Rule {
  const allowed = new Set(serialNumbers.map(serialNumberDigits));
  return {
    name: 'serialNumber',
    expected: listed([...allowed], ' or ', (digits) => digits),
    holds: ({ serialNumber }) => allowed.has(serialNumberDigits(serialNumber)),
    found: ({ serialNumber }) => serialNumber,
    problem: () => 'is another one',
  };
}

/** The number's digits, without colons and leading zeros. */
function serialNumberDigits(text: string): string {
  return text
    .replaceAll(':', '')
    .toLowerCase()
    .replace(/^0+(?=.)/, '');
}

export function trustSetRule(names: readonly string[]): Rule {
  return {
    name: 'trustSet',
    expected: listed(names, ' or ', quoted),
    holds: ({ trustSet }) => names.includes(trustSet),
    found: ({ trustSet }) => quoted(trustSet),
    problem: () => 'is another one',
  };
}
