import { type Crl, describeCrl } from '../revocation/index.js';
import { publishExpiry } from './events.js';
import { authorityLead, crlLead, type Ending, type Watched } from './expiry-watch.js';
import type { Logger } from './logger.js';
import type { Trust } from './trust.js';

/** What the operator has to renew: authorities that are trusted, and lists that are in force. */
export function* endings(trust: Trust | undefined, crls: readonly Crl[]): Generator<Watched, void, void> {
  for (const { anchors, intermediates } of trust?.sets.values() ?? []) {
    for (const certificate of [...anchors.map((anchor) => anchor.certificate), ...intermediates]) {
      yield { kind: 'authority', subject: certificate.subject.toString(), endsAt: certificate.notAfter, leadMilliseconds: authorityLead };
    }
  }
  for (const crl of crls) {
    const { thisUpdate, nextUpdate } = crl.list;
    yield { kind: 'crl', subject: describeCrl(crl), endsAt: nextUpdate, leadMilliseconds: crlLead(thisUpdate, nextUpdate) };
  }
}

export function tellOfEnd(ending: Ending, logger: Logger): void {
  const { kind, subject, endsAt } = ending;
  logger.warn({ kind, subject, endsAt }, `${subject}: counts until ${new Date(endsAt).toISOString()}, and no longer; renew it`);
  publishExpiry(ending);
}
