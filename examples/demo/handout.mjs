import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toPkcs12 } from '@peercert/pki';

/**
 * What a person needs to come in by browser: files with a certificate and its key, and the password that they are encrypted with.
 *
 * @typedef {{ folder: string, names: readonly string[], password: string }} Handout
 */

/**
 * Writes NAME.p12 for everyone who is to come by browser, and NAME-legacy.p12 for keychains that open nothing newer. Nobody but the
 * owner of the folder may read them.
 *
 * @param {import('./pki.mjs').Pki['byBrowser']} holders
 * @param {string} folder
 * @returns {Promise<Handout>}
 */
export async function writeHandout(holders, folder) {
  const password = newPassword();
  const names = Object.keys(holders);
  const write = (/** @type {string} */ name, /** @type {Uint8Array} */ bytes) =>
    writeFileSync(join(folder, `${name}.p12`), bytes, { mode: 0o600, flag: 'wx' });
  for (const [name, credential] of Object.entries(holders)) {
    const friendlyName = `${name} (peercert demo)`;
    write(name, await toPkcs12(credential, { password, friendlyName }));
    write(`${name}-legacy`, await toPkcs12(credential, { password, friendlyName, legacy: true }));
  }
  return { folder, names, password };
}

/** Letters and digits that no font confuses; twelve of them have 59 bits. */
const characters = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Three groups of four, to be typed from one window into another. */
function newPassword() {
  const group = () => Array.from({ length: 4 }, () => characters[randomInt(characters.length)]).join('');
  return [group(), group(), group()].join('-');
}

/**
 * A path as a shell takes it.
 *
 * @param {string} path
 */
export function quoted(path) {
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
