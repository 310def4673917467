import { refusalCodes } from '@peercert/core';
import { html, shown } from './html.mjs';

/** For whoever showed no certificate. */
export function openingForStranger() {
  return html`
<div class="opening">
  <h1>You showed no certificate</h1>
  <p class="lead">So this server does not know who you are. It asked when your browser connected, and would have taken any good certificate of
  its authority.</p>
</div>`;
}

/**
 * For whoever showed one that does not hold: what a log would say of it.
 *
 * @param {import('@peercert/core').Refusal} refusal
 */
export function openingForRefused({ code, text, trace }) {
  return html`
<div class="opening">
  <h1>Your certificate is refused</h1>
  <p class="lead">${text}. What the server’s log says of it, and you would not be told anywhere else:</p>
  <dl class="findings">
    <div><dt>Code</dt><dd><code>${code}</code></dd></div>
    ${trace.map(
      ({ detail, subject }) => html`
    <div><dt>Found</dt><dd>${shown(detail)}${subject !== undefined && html`<br><span class="small">in the certificate of ${shown(subject || 'nobody: its subject is empty')}</span>`}</dd></div>`,
    )}
    <div><dt>Mend</dt><dd>${refusalCodes[code].mend}</dd></div>
  </dl>
</div>`;
}
