import { describe, expect, it } from 'vitest';
import { Budget, defaultBudget, SignatureChecks, SignatureKnowledge } from '../../src/path/index.js';
import { testKey } from '../support/certificate-builder.js';
import { anchor, authority, client, copyOf } from './pki.js';

const root = authority('root');
const stranger = authority('root', { key: testKey('ec', 'stranger') });
const endEntity = client(root);

function checks(limits: Partial<typeof defaultBudget> = {}) {
  const budget = new Budget({ ...defaultBudget, ...limits });
  return { budget, signatures: new SignatureChecks(budget) };
}

describe('what is known of signatures', () => {
  it('is shared by searches that are given it, and by copies of a certificate', () => {
    const knowledge = new SignatureKnowledge();
    const budget = new Budget({ ...defaultBudget, invalidSignatures: 1 });
    expect(new SignatureChecks(budget, knowledge).check(copyOf(endEntity), anchor(stranger), 0)?.code).toBe('PEERCERT_SIGNATURE_INVALID');
    const nothing = new Budget({ ...defaultBudget, signatures: 0 });
    expect(new SignatureChecks(nothing, knowledge).check(copyOf(endEntity), anchor(stranger), 0)?.code).toBe('PEERCERT_SIGNATURE_INVALID');
    expect(new SignatureChecks(nothing).check(copyOf(endEntity), anchor(stranger), 0)?.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
  });

  it('is kept with a certificate for as long as it is held, where the signature is good', () => {
    const held = client(root);
    expect(checks().signatures.check(held, anchor(root), 0)).toBeUndefined();
    expect(checks({ signatures: 0 }).signatures.check(held, anchor(root), 0)).toBeUndefined();
    expect(checks({ signatures: 0 }).signatures.check(held, anchor(stranger), 0)?.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
  });
});

describe('SignatureChecks', () => {
  it('refuses a signature by another key', () => {
    const { signatures } = checks();
    expect(signatures.check(endEntity, anchor(stranger), 3)).toMatchObject({
      code: 'PEERCERT_SIGNATURE_INVALID',
      trace: [{ detail: 'the ECDSA with SHA-256 signature does not verify', depth: 3, subject: 'CN=client' }],
    });
  });

  it('refuses an algorithm that is not allowed', () => {
    const weak = client(root, { signatureAlgorithm: 'ecdsa-sha1' });
    expect(checks().signatures.check(weak, anchor(root), 0)).toMatchObject({
      code: 'PEERCERT_ALGORITHM_NOT_ALLOWED',
      trace: [{ detail: 'signature algorithm ECDSA with SHA-1' }],
    });
  });

  it('lets a good signature pass', () => {
    expect(checks().signatures.check(endEntity, anchor(root), 0)).toBeUndefined();
  });

  it.each([
    ['good', root, undefined],
    ['bad', stranger, 'PEERCERT_SIGNATURE_INVALID'],
  ])('verifies a %s pair once', (_, issuer, code) => {
    const { budget, signatures } = checks({ signatures: 1, invalidSignatures: 1 });
    for (let time = 0; time < 3; time++) expect(signatures.check(endEntity, anchor(issuer), 0)?.code).toBe(code);
    expect(budget.exhausted).toBeUndefined();
  });

  it('takes two certificates of one key for one issuer', () => {
    const { budget, signatures } = checks({ signatures: 1 });
    const renewed = authority('root', { serialNumber: 7, notAfter: '2050-01-01' });
    expect(signatures.check(endEntity, anchor(root), 0)).toBeUndefined();
    expect(signatures.check(endEntity, anchor(renewed), 0)).toBeUndefined();
    expect(budget.exhausted).toBeUndefined();
  });

  it('verifies each certificate and each key for itself', () => {
    const { signatures } = checks();
    const forged = client(root, { signedWith: stranger.key });
    expect(signatures.check(endEntity, anchor(root), 0)).toBeUndefined();
    expect(signatures.check(forged, anchor(root), 0)?.code).toBe('PEERCERT_SIGNATURE_INVALID');
    expect(signatures.check(forged, anchor(stranger), 0)).toBeUndefined();
    expect(signatures.check(copyOf(endEntity), anchor(stranger), 0)?.code).toBe('PEERCERT_SIGNATURE_INVALID');
  });

  it('tells the depth at which it was asked, not the one at which it verified', () => {
    const { signatures } = checks();
    signatures.check(endEntity, anchor(stranger), 1);
    expect(signatures.check(endEntity, anchor(stranger), 4)?.trace[0]?.depth).toBe(4);
  });

  it('verifies nothing beyond the limit on signatures, good or bad', () => {
    const { budget, signatures } = checks({ signatures: 0 });
    const unseen = copyOf(endEntity);
    expect(signatures.check(unseen, anchor(root), 0)).toMatchObject({
      code: 'PEERCERT_BUDGET_EXHAUSTED',
      trace: [{ detail: 'the limit on signatures was met' }],
    });
    expect(budget.exhausted).toBe('signatures');
    expect(signatures.check(unseen, anchor(root), 0)?.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
  });

  it('stops at the limit on signatures that do not verify', () => {
    const { budget, signatures } = checks({ invalidSignatures: 0 });
    expect(signatures.check(endEntity, anchor(stranger), 0)?.code).toBe('PEERCERT_SIGNATURE_INVALID');
    expect(signatures.check(client(root), anchor(root), 0)).toBeUndefined();
    expect(signatures.check(client(root), anchor(stranger), 0)).toMatchObject({
      code: 'PEERCERT_BUDGET_EXHAUSTED',
      trace: [{ detail: 'the limit on invalidSignatures was met' }],
    });
    expect(budget.exhausted).toBe('invalidSignatures');
    expect(signatures.check(client(root), anchor(root), 0)?.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
  });

  it('pays more for a key that takes longer', () => {
    const slow = authority('slow', { key: testKey('ec-p521') });
    const signed = client(slow);
    expect(checks({ signatures: 16 }).signatures.check(signed, anchor(slow), 0)).toBeUndefined();
    expect(checks({ signatures: 15 }).signatures.check(copyOf(signed), anchor(slow), 0)?.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
    const other = client(authority('slow', { key: testKey('ec-p521', 'other') }));
    const few = checks({ invalidSignatures: 15 }).signatures;
    expect(few.check(client(slow, { signedWith: testKey('ec-p521', 'other') }), anchor(slow), 0)?.code).toBe('PEERCERT_SIGNATURE_INVALID');
    expect(few.check(other, anchor(slow), 0)?.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
  });

  it('takes nothing of the limit for the first signature that an anchor did not make', () => {
    const { budget, signatures } = checks({ invalidSignatures: 1 });
    expect(signatures.check(client(root), anchor(stranger), 0)?.code).toBe('PEERCERT_SIGNATURE_INVALID');
    expect(signatures.check(client(root), anchor(stranger), 0)?.code).toBe('PEERCERT_SIGNATURE_INVALID');
    expect(signatures.check(client(root), anchor(stranger), 0)?.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
    expect(budget.exhausted).toBe('invalidSignatures');
  });

  it.each([
    ['another type', testKey('ed25519')],
    ['another curve', testKey('ec-p384')],
    ['another curve', testKey('ec-p521')],
    ['another type', testKey('rsa')],
  ])('takes nothing for a key of %s, which cannot have made the signature', (_, key) => {
    const { budget, signatures } = checks({ signatures: 0, invalidSignatures: 0 });
    expect(signatures.check(endEntity, anchor(authority('root', { key })), 0)?.code).toBe('PEERCERT_SIGNATURE_INVALID');
    expect(budget.exhausted).toBeUndefined();
  });
});
