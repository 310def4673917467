/**
 * `@peercert/pki/testing`: certificates, good and broken, and simulated clients, to test guarded routes with. Needs `@peercert/core`, which the
 * application has by its adapter.
 */
export type { ClientChoice } from './client-choice.js';
export type { ClientName, TestClient, TestClients } from './clients.js';
export { type InjectableApp, type InjectQuestion, inject } from './inject.js';
export { createTestKit, type KitHttpsOptions, type TestKit } from './kit.js';
export type { LoopbackServer, Question, RequestHandler } from './loopback.js';
