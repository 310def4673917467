import { inspect } from 'node:util';
import { html, shown } from './html.mjs';

/**
 * @typedef {import('./verdicts.mjs').Verdict} Verdict
 * @typedef {import('@peercert/core').Refusal} Refusal
 */

/**
 * What each policy says of the visitor, and why.
 *
 * @param {readonly Verdict[]} verdicts
 * @param {Refusal} [refusal] what keeps the visitor out before any rule is looked at; it is told once, for all of them
 */
export function routes(verdicts, refusal) {
  return html`
<section aria-labelledby="routes">
  <h2 id="routes">What each policy says of you</h2>
  <p class="note"><strong>Only this page tells you why.</strong> A refused client is told nothing but a code and one constant sentence, so
  that nobody finds out by asking what would let them in. The rule, what it expected and what was found go to the server’s log.</p>
  ${refusal !== undefined && told(refusal)}
  <ul class="verdicts">${verdicts.map((verdict) => verdictOn(verdict, refusal === undefined))}
  </ul>
</section>`;
}

/**
 * @param {Verdict} verdict
 * @param {boolean} isExplained
 */
function verdictOn({ path, policy, decision, rules }, isExplained) {
  return html`
    <li class="verdict">
      <div class="head">
        <h3><a href="${path}">${path}</a></h3>
        ${decision.ok ? mark('allowed', '✓', 'Allowed') : mark('refused', '✕', 'Refused')}
      </div>
      <p class="policy"><span class="label">Policy</span> <code>${inspect(policy)}</code></p>
      ${decision.ok ? html`<p>${reason(policy, decision.identity)}</p>` : isExplained && html`<p>${finding(decision.refusal)}</p>`}
      ${rules.map(findings)}
      ${!decision.ok && isExplained && told(decision.refusal)}
    </li>`;
}

/**
 * In words, for whoever sees no colours.
 *
 * @param {'allowed' | 'refused'} kind
 * @param {string} sign
 * @param {string} word
 */
function mark(kind, sign, word) {
  return html`<p class="mark ${kind}"><span aria-hidden="true">${sign}</span> ${word}</p>`;
}

/**
 * @param {import('@peercert/core').RoutePolicy} policy
 * @param {import('@peercert/core').ClientIdentity | null} identity
 */
function reason(policy, identity) {
  if (policy === false) return html`Open to everyone: no certificate is read.`;
  if (policy !== 'required') return html`Your certificate leads to a trusted authority, and each rule holds.`;
  return html`Any certificate will do that leads to a trusted authority. Yours leads to ${shown(identity?.trustAnchor.subject ?? '')}.`;
}

/** @param {Refusal} refusal */
function finding({ text, trace: [first] }) {
  // It may have run out since the page began to be made.
  if (first?.rule === undefined) return html`${text}.`;
  return html`Your certificate is good, but a rule does not hold: ${shown(first.detail.replace(/^.*? is not satisfied: /, ''))}.`;
}

/** @param {import('./verdicts.mjs').Rule} rule */
function findings({ rule, expected, found }) {
  return html`
      <dl class="findings">
        <div><dt>Rule</dt><dd><code>${shown(rule)}</code></dd></div>
        <div><dt>Expected</dt><dd><code>${shown(expected)}</code></dd></div>
        <div><dt>Found</dt><dd><code>${shown(found)}</code></dd></div>
      </dl>`;
}

/** @param {Refusal} refusal */
function told({ status, code, text }) {
  return html`<p class="told"><span class="label">All that the client is told</span> <code>${status} ${code}</code><br>${text}</p>`;
}
