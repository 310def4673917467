import { join } from 'node:path';
import { refusalCodes } from '@peercert/core';
import { quoted } from '../handout.mjs';
import { html, shown } from './html.mjs';

/**
 * What the page tells about getting in.
 *
 * @typedef {import('../handout.mjs').Handout & { port: number }} Way
 */

/**
 * For whoever came without a certificate: the file, the password, and where each browser wants them.
 *
 * @param {Way} way
 */
export function wayIn({ folder, names, password, port }) {
  const [first = '', ...others] = names;
  const place = (/** @type {string} */ name) => html`<code>${join(folder, `${name}.p12`)}</code>`;
  return html`
<section class="card" aria-labelledby="way-in">
  <h2 id="way-in">How to get in</h2>
  <ol class="steps">
    <li>
      <h3>Take a certificate</h3>
      <p>${place(first)}</p>
      ${others.length > 0 && html`<p>or, to be somebody else, ${others.map(place)}</p>`}
      <p>Its password is <code class="password">${password}</code></p>
    </li>
    <li>
      <h3>Import it into your browser</h3>
      <dl class="browsers">
        <div><dt>Firefox</dt><dd>Settings › Privacy &amp; Security › View Certificates › Your Certificates › Import</dd></div>
        <div><dt>Chrome, Edge</dt><dd>Settings › Privacy and security › Security › Manage certificates › Your certificates › Import; on Windows and macOS, open the file instead</dd></div>
        <div><dt>Safari</dt><dd>Open the file, and Keychain Access takes it; if that refuses the password, take <code>${first}-legacy.p12</code></dd></div>
      </dl>
    </li>
    <li>
      <h3>Open this page again</h3>
      <p>The browser asks which certificate to show. If it does not, it remembers that you had none: restart it, or open a private window.</p>
    </li>
  </ol>
  <h3>Or without a browser</h3>
  <pre><code>cd ${shown(quoted(folder))}
curl --cacert ca.crt --cert-type P12 --cert <span class="unbroken">${first}.p12:${password}</span> https://127.0.0.1:${port}/pay</code></pre>
  <p class="small">The password is no secret: it stands here for everyone who can reach this server, which listens on this machine alone. Keys and
  certificates were made when the demo started, and are worth nothing anywhere else.</p>
</section>`;
}

/**
 * For whoever is in: what the others see.
 *
 * @param {Way} way
 */
export function otherWays({ folder, names, port }) {
  const { status, text } = refusalCodes.PEERCERT_CERTIFICATE_MISSING;
  return html`
<section aria-labelledby="without">
  <h2 id="without">Without a certificate</h2>
  <p>Only <a href="/health">/health</a> answers. Everywhere else the answer is</p>
  <pre><code>${status} PEERCERT_CERTIFICATE_MISSING
${text}</code></pre>
  <p>See it in a private window, where you cancel the browser’s question, or by</p>
  <pre><code>cd ${shown(quoted(folder))}
curl --cacert ca.crt https://127.0.0.1:${port}/pay</code></pre>
</section>
<section aria-labelledby="others">
  <h2 id="others">As somebody else</h2>
  <p>Import ${list(names.map((name) => html`<code>${name}.p12</code>`))}, and choose it in a new private window: a browser keeps to its choice
  until then.</p>
</section>`;
}

/** @param {readonly unknown[]} items */
function list(items) {
  return items.map((item, index) => html`${index === 0 ? '' : index === items.length - 1 ? ' or ' : ', '}${item}`);
}
