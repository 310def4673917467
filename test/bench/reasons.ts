import type { Row } from './harness/row.js';

/** Why a row may be missed, by the beginning of its name; whoever adds one has measured it. */
const reasons: readonly (readonly [row: string, reason: string])[] = [
  [
    'handshake with',
    'in part it is the first `getPeerCertificate()` of a connection, which took as long as an ECDSA check on a busy machine (at best 132 us beside 118 on Node.js ' +
      '20, 113 beside 119 on 26), and four times (20) or twice (26) as long as the second. A profile of known certificates has it far ahead of all else that is ' +
      'ours. How much of the miss it explains on an idle machine is not known.',
  ],
];

export function reasonFor({ name }: Row): string {
  return reasons.find(([row]) => name.startsWith(row))?.[1] ?? 'the reason is not known.';
}
