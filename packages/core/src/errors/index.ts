export { type CodeRow, type RefusalCode, refusalCodes } from './codes.js';
export { ConfigurationError } from './configuration-error.js';
export { nearestName, optionPath, parseOptions } from './parse-options.js';
export { describeRefusal, type Evidence, type Outcome, type Refusal, type Refused, refusal, refused } from './refusal.js';
