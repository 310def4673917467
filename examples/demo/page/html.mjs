/**
 * HTML that is safe to send: only the `html` tag makes it, and what is put into it is escaped unless it is HTML already. So a value out
 * of a certificate, whose holder may have chosen it, stays text wherever it ends up.
 */
class Html {
  /** @param {string} source */
  constructor(source) {
    this.source = source;
  }
}

/**
 * A template of HTML. Strings and numbers become text, lists what their members become, one after the other; undefined, null and false
 * become nothing.
 *
 * @param {TemplateStringsArray} strings
 * @param {unknown[]} values
 */
export function html(strings, ...values) {
  return new Html(strings.map((string, index) => string + (index < values.length ? sourceOf(values[index]) : '')).join(''));
}

/**
 * A value that a stranger chose, for a person to read: set apart from what stands around it, whichever way its script runs. A character
 * that shows nothing, or turns others around, appears as its number.
 *
 * @param {string} value
 */
export function shown(value) {
  const parts = value.split(unseenOnes).map((part, index) => (index % 2 === 0 ? part : html`<span class="unseen">${nameOf(part)}</span>`));
  return html`<bdi class="value">${parts}</bdi>`;
}

/**
 * Text and markup that our own files hold, as it is.
 *
 * @param {string} source
 */
export function verbatim(source) {
  return new Html(source);
}

/** @typedef {Html} HtmlSource */

/** Controls, format and unassigned characters, line and paragraph separators, and what Unicode says to show as nothing. */
const unseen = String.raw`[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]`;
const unseenOnes = new RegExp(`(${unseen})`, 'u');
const everyUnseen = new RegExp(unseen, 'gu');

/**
 * @param {unknown} value
 * @returns {string}
 */
function sourceOf(value) {
  if (value instanceof Html) return value.source;
  if (Array.isArray(value)) return value.map(sourceOf).join('');
  if (value === undefined || value === null || value === false) return '';
  return String(value)
    .replace(everyUnseen, nameOf)
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** @param {string} character */
function nameOf(character) {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
