import type { Row } from './harness/row.js';

/** Why a row may be missed, by the beginning of its name; whoever adds one has measured it. */
const reasons: readonly (readonly [row: string, reason: string])[] = [
  [
    'handshake with',
    'the first `getPeerCertificate()` of a connection has OpenSSL take the key out of the certificate once more, and takes as long as an ECDSA check (measured ' +
      'side by side: 132 and 118 us at best on Node.js 20, 113 and 119 on 26); a second read of the same connection, which the target was made with, takes ' +
      'a quarter of that. That read is most of what the guard adds to a handshake. `getPeerX509Certificate()` takes two thirds of it on 26 and more on 20, where ' +
      'it loses the chain for whoever reads after it.',
  ],
];

export function reasonFor({ name }: Row): string {
  return reasons.find(([row]) => name.startsWith(row))?.[1] ?? 'no reason but the machine is known: other work ran on it.';
}
