import { describeCrl } from '../../describe/crl.js';
import type { Report } from '../io.js';
import { printable, rows } from '../text.js';
import { distance } from './status.js';

/** A revocation list; a long one is cut short for people, not for programs. */
export function showCrl(path: string, file: string, der: Uint8Array): Report {
  const crl = describeCrl(der);
  const { issuer, number, thisUpdate, nextUpdate, revoked } = crl;
  const now = Date.now();
  const end =
    nextUpdate === undefined ? '' : ` to ${nextUpdate} (${Date.parse(nextUpdate) < now ? 'ended' : 'ends'} ${distance(nextUpdate, now)})`;
  const shown = revoked.slice(0, 100);
  return {
    json: { type: 'crl', file, ...crl },
    lines: [
      `${path}: revocation list`,
      ...rows(
        ['issuer', printable(issuer)],
        ['number', number ?? 'none'],
        ['valid', `${thisUpdate}${end}`],
        ['revokes', String(revoked.length)],
      ),
      ...shown.map(({ serialNumber, at, reason }) => `    ${serialNumber}  ${at}${reason === 'unspecified' ? '' : `  ${reason}`}`),
      ...(revoked.length > shown.length ? [`    and ${revoked.length - shown.length} more`] : []),
    ],
  };
}
