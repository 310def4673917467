export { type DecisionEvent, type HandshakeFailureEvent, publishDecision, publishHandshakeFailure } from './events.js';
export { type Logger, safeLogger } from './logger.js';
export { refuseUndefined, type TrustOptions, type TrustRules, type VerifierOptions, verifierOptionNames } from './options.js';
export type { Trust } from './trust.js';
export { createVerifier, Verifier } from './verifier.js';
