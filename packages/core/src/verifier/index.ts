export { type DecisionEvent, type HandshakeFailureEvent, publishDecision, publishHandshakeFailure } from './events.js';
export type { Logger } from './logger.js';
export { type TrustOptions, type TrustRules, type VerifierOptions, refuseUndefined, verifierOptionNames } from './options.js';
export type { Trust } from './trust.js';
export { createVerifier, Verifier } from './verifier.js';
