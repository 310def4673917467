/**
 * What takes long to load, because @peculiar/x509 does: `--help` and the refusal of a command line do without, and each command imports
 * it when it begins its work.
 */
export { AuthorityFolder } from '../authority-folder/authority-folder.js';
export { createAuthorityFolder } from '../authority-folder/create.js';
export { layoutOf } from '../authority-folder/layout.js';
export { describeCertificate } from '../describe/certificate.js';
export { crlLine, crlOnDisk } from './crl-on-disk.js';
export { showFile } from './show/show-file.js';
export { showFolder } from './show/show-folder.js';
