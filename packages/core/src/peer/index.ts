export { longestPresentedChain, type Peer, readPeer } from './peer.js';
export { connectionKey, type PeerRequest } from './request.js';
export { simulatePeer } from './simulated.js';
export { hasServerNameContexts, isTlsServer, publicRoots, serverOf, type TlsServer } from './tls-server.js';
