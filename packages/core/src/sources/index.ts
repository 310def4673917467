export { type CertificateSource, certificateSourceSchema, type SingleSource } from './certificate-source.js';
export { loadCertificates } from './load-certificates.js';
export { readFile } from './read-file.js';
