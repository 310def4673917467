/**
 * `@peercert/core/testing`: for tests alone, and for whoever writes an adapter's tests. `@peercert/pki/testing` builds on it, and is what
 * applications test their routes with.
 */
export { simulatePeer } from './peer/index.js';
