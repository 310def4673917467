import { join } from 'node:path';
import { Failure } from '../failure.js';

export type CredentialKind = 'server' | 'client';

/** Where everything lies below the folder of an authority. */
export function layoutOf(folder: string) {
  return {
    certificate: join(folder, 'ca.crt'),
    privateKey: join(folder, 'ca.key'),
    index: join(folder, 'index.json'),
    crl: join(folder, 'crl.pem'),
    ignore: join(folder, '.gitignore'),
    lock: join(folder, '.lock'),
    servers: join(folder, 'servers'),
    clients: join(folder, 'clients'),
  };
}

/** The files of one credential; the PKCS#12 file is made on demand. */
export interface CredentialFiles {
  /** The certificate, and the intermediates above it. */
  readonly certificate: string;
  readonly privateKey: string;
  readonly pkcs12: string;
}

export function credentialFiles(folder: string, kind: CredentialKind, name: string): CredentialFiles {
  const layout = layoutOf(folder);
  const stem = join(kind === 'server' ? layout.servers : layout.clients, fileNameOf(name));
  return { certificate: `${stem}.crt`, privateKey: `${stem}.key`, pkcs12: `${stem}.p12` };
}

/**
 * A name as the name of a file: letters, digits and `.-_@+` stand for themselves, anything else is percent-encoded, so that no name
 * leaves the folder and no two meet in one file. A dot at the beginning would hide the file or mean another folder, a hyphen would
 * look like an option, and Windows has devices called `con` and `nul`, whatever the ending.
 */
export function fileNameOf(name: string): string {
  const isDevice = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(name);
  const encoded = name.normalize('NFC').replace(isDevice ? /^./ : /[^\p{L}\p{M}\p{N}.\-_@+]|^[.-]/gu, percentEncode);
  if (Buffer.byteLength(encoded) > 200) throw new Failure(`the name '${name}' is too long for a file; choose a shorter one`);
  return encoded;
}

function percentEncode(character: string): string {
  return [...Buffer.from(character)].map((octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
