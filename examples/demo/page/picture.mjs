import { html } from './html.mjs';

/**
 * A SHA-256 fingerprint to be told apart at a glance: 64 squares, one for each hexadecimal digit, the larger the darker. It says nothing
 * that the digits beside it do not.
 *
 * @param {string} fingerprint 64 hexadecimal digits
 */
export function picture(fingerprint) {
  const squares = [...fingerprint].map((digit, index) => {
    const opacity = (0.08 + (Number.parseInt(digit, 16) / 15) * 0.92).toFixed(2);
    return html`<rect x="${(index % side) * 10}" y="${Math.floor(index / side) * 10}" width="9" height="9" rx="2" fill-opacity="${opacity}"/>`;
  });
  return html`<svg class="picture" viewBox="0 0 79 79" aria-hidden="true">${squares}</svg>`;
}

const side = 8;
