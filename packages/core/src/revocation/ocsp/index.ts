export { OcspCache, type OcspCacheKey, ocspCacheKey } from './cache.js';
export type { CertIdHash } from './cert-id.js';
export type { OcspIssuer } from './delegation.js';
export { evaluateOcsp, type OcspInputs } from './evaluate.js';
export { nonceLength, type OcspRequestInputs, ocspGetPath, ocspGetUrl, ocspRequest } from './request.js';
export { ocspResponders } from './responders.js';
export { type OcspReading, type OcspResponse, readOcspResponse } from './response.js';
export type { OcspGood, OcspResult, OcspRevoked, OcspUnknown, OcspUnknownWhy } from './result.js';
