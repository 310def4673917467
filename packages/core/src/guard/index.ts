export type { MaybePromise } from '../policy/index.js';
export { type Answer, answerTo } from './answer.js';
export { checkServer } from './check-server.js';
export type { Decision } from './decision.js';
export { Guard, type GuardRequest } from './guard.js';
export type { AttachableTls, GuardOptions } from './options.js';
export { guardUpgrades, type UpgradeListener } from './upgrade.js';
