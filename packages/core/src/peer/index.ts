export { longestPresentedChain, type Peer, readPeer } from './peer.js';
export { connectionKey, isGone, type PeerRequest, withoutRequest } from './request.js';
export { type ServerName, serverNameOf } from './server-name.js';
export { simulatePeer } from './simulated.js';
export { hasServerNameContexts, isTlsServer, publicRoots, serverOf, type TlsServer } from './tls-server.js';
