import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isMlDsaSupported } from '../../src/x509/ml-dsa-support.js';

describe('isMlDsaSupported', () => {
  it('says what the running Node.js does', () => {
    let canGenerate = true;
    try {
      generateKeyPairSync('ml-dsa-44' as 'ed25519');
    } catch {
      canGenerate = false;
    }
    expect(isMlDsaSupported()).toBe(canGenerate);
    expect(isMlDsaSupported()).toBe(canGenerate);
  });
});
