export type { Credential, ServerTlsOptions } from './options.js';
export { type ServerTls, serverTls } from './server-tls.js';
