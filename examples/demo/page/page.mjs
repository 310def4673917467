import { answerTo, Guard } from '@peercert/core';
import { certificate, chain, nameOf } from './certificate.mjs';
import { document, headers } from './document.mjs';
import { html } from './html.mjs';
import { openingForRefused, openingForStranger } from './opening.mjs';
import { routes } from './routes.mjs';
import { silent, verdictsBy } from './verdicts.mjs';
import { otherWays, wayIn } from './way-in.mjs';

/**
 * @typedef {{ status: number, headers: Record<string, string>, body: string }} Answer
 * @typedef {import('node:http').IncomingMessage} Request
 */

/**
 * The page that shows its visitors who they are to this server. It is open to all, since it explains to those who are refused why they
 * are; so it asks a guard of its own, and any framework can serve what it returns.
 *
 * @param {import('@peercert/core').Verifier} verifier
 * @param {string} server its name
 * @param {import('../handout.mjs').Handout} handout
 * @returns {(request: Request) => Promise<Answer>}
 */
export function createPage(verifier, server, handout) {
  const guard = new Guard({ verifier });
  const optional = guard.compile('optional', '/me');
  const verdictsOn = verdictsBy(guard);

  return async (request) => {
    const decision = await guard.decide(request, optional, silent);
    const verdicts = await verdictsOn(request);
    const way = { ...handout, port: request.socket.localPort ?? 0 };

    if (!decision.ok) {
      const { refusal } = decision;
      const answer = answerTo(refusal, request.httpVersionMajor);
      const main = html`${openingForRefused(refusal)}<div class="columns">${wayIn(way)}${routes(verdicts, refusal)}</div>`;
      const body = document({ title: 'Your certificate is refused', server, main });
      return { status: answer.status, headers: { ...headers, ...answer.headers }, body };
    }

    if (decision.identity === null) {
      const missing = verdicts.flatMap((verdict) => (verdict.decision.ok ? [] : [verdict.decision.refusal]));
      const main = html`${openingForStranger()}<div class="columns">${wayIn(way)}${routes(verdicts, missing[0])}</div>`;
      // A browser that is to choose again needs a new connection for it.
      return {
        status: 200,
        headers: { ...headers, connection: 'close' },
        body: document({ title: 'You showed no certificate', server, main }),
      };
    }

    const { identity } = decision;
    const aside = html`<div class="aside">${chain(identity)}${otherWays(way)}</div>`;
    const main = html`${certificate(identity, Date.now())}<div class="columns">${routes(verdicts)}${aside}</div>`;
    return { status: 200, headers, body: document({ title: nameOf(identity), server, main }) };
  };
}
