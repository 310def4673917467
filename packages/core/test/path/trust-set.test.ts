import { describe, expect, it } from 'vitest';
import { certificatePool, type TrustAnchor, TrustSet } from '../../src/path/index.js';
import type { Certificate } from '../../src/x509/index.js';
import { anchor, authority, copyOf } from './pki.js';

const rules = { depth: 3, keyPurposes: ['1.2.3'] };
const first = authority('Root');
const second = authority('Root', { key: authority('other').key });
const third = authority('third');

describe('TrustSet', () => {
  const trustSet = new TrustSet('staff', [first, second, third].map(anchor), [third.certificate], rules);

  it('knows no anchor under a name that none bears, and none that is another certificate', () => {
    const stranger = authority('stranger').certificate;
    expect(trustSet.anchorsNamed(stranger.subject)).toEqual([]);
    expect(trustSet.anchorIdenticalTo(stranger)).toBeUndefined();
    expect(trustSet.anchorIdenticalTo(authority('third').certificate)).toBeUndefined();
  });

  it('finds all anchors of a name, in their order, however the name is written', () => {
    const written = authority(' ROOT ').certificate.subject;
    expect(trustSet.anchorsNamed(written).map(({ certificate }) => certificate)).toEqual([first.certificate, second.certificate]);
  });

  it('finds the anchor that a certificate is, by its bytes', () => {
    expect(trustSet.anchorIdenticalTo(copyOf(second.certificate))?.certificate).toBe(second.certificate);
  });

  it('has its intermediates as a pool', () => {
    expect(trustSet.intermediates).toEqual([third.certificate]);
    expect(trustSet.pool.named(third.certificate.subject)).toEqual([third.certificate]);
  });

  it('cannot be changed through what it was made of, nor through what it shows', () => {
    const anchors: TrustAnchor[] = [anchor(first)];
    const intermediates: Certificate[] = [];
    const keyPurposes = ['1.2.3'];
    const made = new TrustSet('staff', anchors, intermediates, { depth: 3, keyPurposes });
    anchors.push(anchor(third));
    intermediates.push(third.certificate);
    keyPurposes.push('1.2.4');
    expect(made.anchors).toHaveLength(1);
    expect(made.intermediates).toHaveLength(0);
    expect(made.rules).toEqual(rules);
    for (const part of [made.anchors, made.intermediates, made.rules, made.rules.keyPurposes]) expect(Object.isFrozen(part)).toBe(true);
  });
});

describe('certificatePool', () => {
  it('finds nothing under a name that none bears', () => {
    expect(certificatePool([first.certificate]).named(third.certificate.subject)).toEqual([]);
  });

  it('finds by subject, not by issuer', () => {
    const below = authority('below', { issuer: first }).certificate;
    expect(certificatePool([below]).named(first.certificate.subject)).toEqual([]);
    expect(certificatePool([below]).named(below.subject)).toEqual([below]);
  });
});
