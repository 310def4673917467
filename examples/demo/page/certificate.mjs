import { html, shown } from './html.mjs';
import { picture } from './picture.mjs';
import { time, timeLeft } from './time.mjs';

/** @typedef {import('@peercert/core').ClientIdentity} ClientIdentity */

/**
 * The name that the page greets its visitor by: the common name where there is exactly one, otherwise whatever the certificate has.
 *
 * @param {ClientIdentity} identity
 */
export function nameOf(identity) {
  const [name, ...others] = identity.subject.attributes.CN ?? [];
  return name !== undefined && others.length === 0 ? name : identity.toString();
}

/**
 * Who the visitor is, as the certificate says it.
 *
 * @param {ClientIdentity} identity
 * @param {number} now milliseconds since the epoch
 */
export function certificate(identity, now) {
  const { subject, issuer, notBefore, notAfter, fingerprint256, serialNumber, extendedKeyUsage, resumed } = identity;
  return html`
<section class="card" aria-labelledby="who">
  <div class="who">
    <div>
      <p class="eyebrow">You are</p>
      <h1 id="who">${shown(nameOf(identity))}</h1>
    </div>
    ${picture(fingerprint256)}
  </div>
  <p class="lead"><span class="mark allowed"><span aria-hidden="true">✓</span> Verified</span> up to ${distinguished(identity.trustAnchor.subject)}</p>
  <dl class="facts">
    <div><dt>Subject</dt><dd>${attributes(subject)}</dd></div>
    <div><dt>Issuer</dt><dd>${attributes(issuer)}</dd></div>
    <div><dt>Validity</dt><dd>${validity(notBefore, notAfter, now)}</dd></div>
    <div class="wide"><dt>SHA-256 fingerprint</dt><dd>${fingerprint(fingerprint256)}</dd></div>
    <div><dt>Serial number</dt><dd><code>${serialNumber}</code></dd></div>
    <div><dt>Alternative names</dt><dd>${alternativeNames(identity)}</dd></div>
    <div><dt>Issued for</dt><dd>${extendedKeyUsage.length === 0 ? 'any purpose: the certificate names none' : html`<code>${extendedKeyUsage.join(', ')}</code>`}</dd></div>
    <div><dt>TLS session</dt><dd>${resumed ? 'resumed, and the certificate verified again all the same' : 'from a full handshake'}</dd></div>
  </dl>
</section>`;
}

/**
 * The path from the visitor's certificate to the anchor that the server trusts.
 *
 * @param {ClientIdentity} identity
 */
export function chain({ chain: certificates, trustAnchor }) {
  const links = certificates.map((one, index) => ({ ...one, role: index === 0 ? 'Your certificate' : 'Intermediate authority' }));
  const all = [...links, { ...trustAnchor, role: 'Trust anchor: this server was told to trust it' }];
  return html`
<section aria-labelledby="chain">
  <h2 id="chain">Your chain</h2>
  <ol class="chain">${all.map(
    ({ subject, fingerprint256, role }) => html`
    <li>
      <p class="role">${role}</p>
      <p class="name">${distinguished(subject)}</p>
      <details><summary>SHA-256</summary>${fingerprint(fingerprint256)}</details>
    </li>`,
  )}
  </ol>
</section>`;
}

/** @param {string} dn as RFC 4514 writes it */
function distinguished(dn) {
  return dn === '' ? html`<em>an empty name</em>` : shown(dn);
}

/** @param {ClientIdentity['subject']} name */
function attributes({ rdns }) {
  const pairs = rdns.flat().map(({ keyword, type, value }) => html`<li><span class="type">${keyword ?? type}</span> ${shown(value)}</li>`);
  return pairs.length === 0 ? html`<em>empty</em>` : html`<ul class="pairs">${pairs}</ul>`;
}

/** @param {ClientIdentity} identity */
function alternativeNames({ subjectAltName: { directoryName, otherName, ...plain }, spiffeId }) {
  const names = [
    ...Object.entries(plain).flatMap(([type, values]) => values.map((value) => ({ type, value }))),
    ...directoryName.map(({ dn }) => ({ type: 'directoryName', value: dn })),
    ...otherName.map(({ typeId, value }) => ({ type: typeId, value })),
  ];
  if (names.length === 0) return html`none`;
  const pairs = names.map(({ type, value }) => html`<li><span class="type">${type}</span> ${shown(value)}</li>`);
  return html`<ul class="pairs">${pairs}</ul>${spiffeId === undefined ? '' : html`<p>It is a SPIFFE ID.</p>`}`;
}

/**
 * @param {string} notBefore
 * @param {string} notAfter
 * @param {number} now
 */
function validity(notBefore, notAfter, now) {
  const [from, until] = [Date.parse(notBefore), Date.parse(notAfter)];
  const passed = Math.min(100, Math.max(0, ((now - from) / Math.max(1, until - from)) * 100)).toFixed(1);
  return html`
    <p class="left">${timeLeft(notAfter, now)}</p>
    <svg class="span" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="whole" width="100" height="4"/><rect class="passed" width="${passed}" height="4"/></svg>
    <p class="moments">from ${time(notBefore)}<br>to ${time(notAfter)}</p>`;
}

/**
 * In the form that policies take and openssl prints; it breaks only where a group of eight pairs ends.
 *
 * @param {string} digits
 */
function fingerprint(digits) {
  const pairs = digits.toUpperCase().match(/../g) ?? [];
  const groups = [0, 8, 16, 24].map((start) => pairs.slice(start, start + 8).join(':'));
  return html`<code class="fingerprint">${groups.map((group, index) => (index === 0 ? group : html`:<wbr>${group}`))}</code>`;
}
