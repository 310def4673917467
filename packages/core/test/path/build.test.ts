import { describe, expect, it } from 'vitest';
import { Budget, certificatePool, defaultBudget, SignatureChecks, validatedPaths } from '../../src/path/index.js';
import { basicConstraints, testKey } from '../support/certificate-builder.js';
import {
  at,
  authority,
  certificateOf,
  client,
  copyOf,
  type Issued,
  issue,
  names,
  pathOf,
  paths,
  place,
  refusalOf,
  search,
  trustSet,
} from './pki.js';

const cA = basicConstraints(true);
const root = authority('root');

describe('no path is found', () => {
  const issuing = authority('issuing', { issuer: root });
  const endEntity = client(issuing);

  it('without an anchor', () => {
    expect(refusalOf(client(root), { trusted: [] })).toMatchObject({
      code: 'PEERCERT_ISSUER_UNKNOWN',
      trace: [{ detail: 'its issuer, CN=root, is neither trusted nor known as an intermediate', depth: 0, subject: 'CN=client' }],
    });
  });

  it('when the intermediate is missing', () => {
    expect(refusalOf(endEntity, { trusted: [root] })).toMatchObject({
      code: 'PEERCERT_ISSUER_UNKNOWN',
      trace: [{ detail: 'its issuer, CN=issuing, is neither trusted nor known as an intermediate', depth: 0 }],
    });
  });

  it('when the intermediate leads to an authority that is not trusted', () => {
    expect(refusalOf(endEntity, { trusted: [authority('other')], presented: [issuing] })).toMatchObject({
      code: 'PEERCERT_ISSUER_UNKNOWN',
      trace: [{ detail: 'its issuer, CN=root, is neither trusted nor known as an intermediate', depth: 1, subject: 'CN=issuing' }],
    });
  });

  it('when the peer presents its own root', () => {
    expect(refusalOf(endEntity, { trusted: [authority('other')], presented: [issuing, root] })).toMatchObject({
      code: 'PEERCERT_ISSUER_UNKNOWN',
      trace: [{ detail: 'it is its own issuer and no trust anchor', depth: 2, subject: 'CN=root' }],
    });
  });

  it('for a self-signed certificate, even when it is presented beside itself', () => {
    const own = issue('self', { extensions: [cA] }).certificate;
    expect(refusalOf(own, { trusted: [root], presented: [own, copyOf(own)] })).toMatchObject({
      code: 'PEERCERT_ISSUER_UNKNOWN',
      trace: [{ detail: 'it is its own issuer and no trust anchor', depth: 0 }],
    });
  });

  it('for a root that bears a trusted name and has another key', () => {
    const impostor = authority('root', { key: testKey('ec', 'impostor') });
    expect(place(refusalOf(client(impostor), { trusted: [root], presented: [impostor] }))).toEqual({
      code: 'PEERCERT_SIGNATURE_INVALID',
      depth: 0,
    });
  });

  it('when what is trusted is only an intermediate of the trust set', () => {
    expect(refusalOf(endEntity, { trusted: [authority('other')], configured: [issuing] }).code).toBe('PEERCERT_ISSUER_UNKNOWN');
  });

  it('among two authorities that issued each other', () => {
    const a = authority('a');
    const aByB = authority('a', { issuer: authority('b'), key: a.key });
    const bByA = authority('b', { issuer: a });
    expect(refusalOf(client(a), { trusted: [root], presented: [aByB, bByA] })).toMatchObject({
      code: 'PEERCERT_ISSUER_UNKNOWN',
      trace: [{ detail: 'its issuer, CN=a, is known, but leads to no trust anchor', depth: 2, subject: 'CN=b' }],
    });
  });
});

describe('depth, counted as OpenSSL does: intermediates alone', () => {
  const chains: readonly (readonly Issued[])[] = [0, 1, 2, 3].map((length) => {
    const issued = [root];
    for (let level = 0; level < length; level++) issued.push(authority(`level ${level}`, { issuer: issued[level] as Issued }));
    return issued;
  });

  it.each([0, 1, 2])('does not blame the depth %i where the chain ends in a root that nobody trusts', (depth) => {
    const issued = chains[depth] as readonly Issued[];
    const refused = refusalOf(client(issued[depth] as Issued), { trusted: [authority('Another')], presented: issued, depth });
    expect(place(refused)).toEqual({ code: 'PEERCERT_ISSUER_UNKNOWN', depth: depth + 1 });
    expect(refused.trace[0]?.detail).toBe('it is its own issuer and no trust anchor');
  });

  it('spends nothing on what to blame that a path within the depth could need', () => {
    const issuing = authority('issuing', { issuer: root });
    const crowd = Array.from({ length: 12 }, (_, number) =>
      authority('issuing', { issuer: issuing, key: testKey('ec', `crowd ${number}`) }),
    );
    expect(names(pathOf(client(issuing), { trusted: [root], presented: [...crowd, issuing], depth: 1 }))).toEqual([
      'client',
      'issuing',
      'root',
    ]);
    const { end } = search(client(issuing), { trusted: [authority('Another')], presented: [...crowd, issuing], depth: 1 });
    expect(end).toMatchObject({ isFinal: false, refusal: { code: 'PEERCERT_ISSUER_UNKNOWN' } });
  });

  it.each([
    [0, 1],
    [0, 3],
    [1, 2],
    [1, 3],
    [2, 3],
  ])('%i refuses %i', (depth, length) => {
    const issued = chains[length] as readonly Issued[];
    const refused = refusalOf(client(issued[length] as Issued), { trusted: [root], presented: issued.slice(1), depth });
    expect(place(refused)).toEqual({ code: 'PEERCERT_DEPTH_EXCEEDED', depth: 0 });
    expect(refused.trace[0]?.detail).toBe(
      `more than ${depth} intermediate${depth === 1 ? '' : 's'} between the end entity and a trust anchor`,
    );
  });

  it.each([
    [0, 0],
    [1, 0],
    [1, 1],
    [2, 1],
    [2, 2],
    [3, 3],
  ])('%i allows %i', (depth, length) => {
    const issued = chains[length] as readonly Issued[];
    expect(pathOf(client(issued[length] as Issued), { trusted: [root], presented: issued.slice(1), depth }).certificates).toHaveLength(
      length + 1,
    );
  });

  it('counts the anchor that is reached, not the root that the peer sent', () => {
    const [, first, second] = chains[2] as readonly Issued[];
    const path = pathOf(client(second as Issued), {
      trusted: [first as Issued],
      presented: [second as Issued, first as Issued, root],
      depth: 1,
    });
    expect(names(path)).toEqual(['client', 'level 1', 'level 0']);
  });

  it('lets an anchor match itself at depth 0', () => {
    const pinned = issue('pinned', {});
    expect(pathOf(pinned.certificate, { trusted: [pinned], depth: 0 }).certificates).toHaveLength(1);
  });
});

describe('validatedPaths, as a generator', () => {
  const first = authority('root', { key: root.key });
  const second = authority('root', { key: root.key });
  const endEntity = client(root);

  it('gives each path that there is, one by one, and then says that no other was found', () => {
    const generator = paths(endEntity, { trusted: [first, second] });
    const given = [generator.next(), generator.next()].map(({ value }) => value);
    expect(given).toMatchObject([
      { trustAnchor: { certificate: first.certificate } },
      { trustAnchor: { certificate: second.certificate } },
    ]);
    expect(generator.next()).toMatchObject({
      done: true,
      value: {
        isFinal: false,
        refusal: { code: 'PEERCERT_ISSUER_UNKNOWN', trace: [{ detail: 'no further path to a trust anchor was found', depth: 0 }] },
      },
    });
    expect(generator.next()).toEqual({ done: true, value: undefined });
  });

  it('says after the paths what was wrong with those that failed', () => {
    const expired = authority('root', { key: root.key, notAfter: '2029-01-01' });
    const { found, end } = search(endEntity, { trusted: [first, expired] });
    expect(found).toHaveLength(1);
    expect(end).toMatchObject({ isFinal: false, refusal: { code: 'PEERCERT_CERTIFICATE_EXPIRED', trace: [{ depth: 1 }] } });
  });

  it('gives a path once, however often its certificates were presented', () => {
    const issuing = authority('issuing', { issuer: root });
    const copies = [issuing, copyOf(issuing.certificate), copyOf(issuing.certificate), copyOf(root.certificate)];
    const { found } = search(client(issuing), { trusted: [root], configured: [issuing], presented: copies });
    expect(found.map(names)).toEqual([['client', 'issuing', 'root']]);
  });

  it('gives paths over both of two cross certificates', () => {
    const bridge = authority('bridge');
    const other = authority('other root');
    const crosses = [root, other].map((issuer) => authority('bridge', { issuer, key: bridge.key }));
    const { found } = search(client(bridge), { trusted: [root, other], presented: crosses });
    expect(found.map(names)).toEqual([
      ['client', 'bridge', 'root'],
      ['client', 'bridge', 'other root'],
    ]);
  });

  it('gives a shorter path no second time when it looks for longer ones', () => {
    const issuing = authority('issuing');
    const upper = authority('upper', { issuer: root });
    const crosses = [root, upper].map((issuer) => authority('issuing', { issuer, key: issuing.key }));
    const { found } = search(client(issuing), { trusted: [root], presented: [...crosses, upper] });
    expect(found.map(names)).toEqual([
      ['client', 'issuing', 'root'],
      ['client', 'issuing', 'upper', 'root'],
    ]);
  });

  it('gives no path in which an authority stands twice with one key, and says where that way ends', () => {
    const issuing = authority('issuing', { issuer: root });
    const again = authority('issuing', { issuer: issuing, key: issuing.key });
    const { found, end } = search(client(issuing), { trusted: [root], presented: [again, issuing] });
    expect(found.map(({ certificates }) => certificates.slice(1))).toEqual([[issuing.certificate]]);
    expect(end.refusal).toMatchObject({
      code: 'PEERCERT_ISSUER_UNKNOWN',
      trace: [{ detail: 'it is its own issuer and no trust anchor', depth: 1, subject: 'CN=issuing' }],
    });
  });

  it('works only as far as it is asked', () => {
    const budget = new Budget({ ...defaultBudget, candidates: 1, signatures: 1 });
    const generator = paths(endEntity, { trusted: [first, second], budget });
    expect(generator.next().done).toBe(false);
    expect(budget.exhausted).toBeUndefined();
    expect(generator.next()).toMatchObject({ done: true, value: { isFinal: true, refusal: { code: 'PEERCERT_BUDGET_EXHAUSTED' } } });
  });

  it('can be left before its end', () => {
    for (const path of paths(endEntity, { trusted: [first, second] })) {
      expect(path.endEntity).toBe(endEntity);
      return;
    }
    expect.unreachable();
  });

  it('gives nothing, ever, at a time that is not a number', () => {
    const pinned = issue('pinned', {});
    expect(refusalOf(endEntity, { trusted: [root], at: Number.NaN }).code).toBe('PEERCERT_CERTIFICATE_EXPIRED');
    expect(refusalOf(pinned.certificate, { trusted: [pinned], at: Number.NaN }).code).toBe('PEERCERT_CERTIFICATE_EXPIRED');
  });

  it('answers the same when it is asked again, and changes nothing that it was given', () => {
    const issuing = authority('issuing', { issuer: root });
    const expired = authority('issuing', { issuer: root, key: issuing.key, notAfter: '2029-01-01' });
    const others = [expired, issuing, root].map(certificateOf);
    const endEntities = [client(issuing), client(issuing, { notAfter: '2029-01-01' }), client(authority('nobody'))];
    const everything = [...others, ...endEntities];
    const before = everything.map(({ der }) => Buffer.from(der).toString('hex'));
    const pools = Object.freeze([certificatePool(Object.freeze(others))]);
    const set = trustSet({ trusted: [root] });
    const answers = () =>
      endEntities.map((asked) => {
        const budget = new Budget();
        const inputs = Object.freeze({ trustSet: set, pools, at, budget, signatures: new SignatureChecks(budget) });
        const [first] = [...validatedPaths(asked, inputs)];
        const again = new Budget();
        return first === undefined
          ? validatedPaths(asked, { ...inputs, budget: again, signatures: new SignatureChecks(again) }).next().value
          : [names(first), first.validFrom, first.validUntil];
      });
    const once = answers();
    expect(answers()).toEqual(once);
    expect(once).toMatchObject([
      [['client', 'issuing', 'root'], expect.anything(), expect.anything()],
      { refusal: { code: 'PEERCERT_CERTIFICATE_EXPIRED' } },
      { refusal: { code: 'PEERCERT_ISSUER_UNKNOWN' } },
    ]);
    expect(everything.map(({ der }) => Buffer.from(der).toString('hex'))).toEqual(before);
  });
});

describe('the budget', () => {
  const garbage = Array.from({ length: 16 }, (_, number) =>
    authority('N', { issuer: authority('N'), key: testKey('ec', `garbage ${number}`), signedWith: testKey('ec', 'junk') }),
  );
  const endEntity = client(authority('N'), { signedWith: testKey('ec', 'junk') });
  const anchors = Array.from({ length: 20 }, (_, number) => authority('N', { key: testKey('ec', `anchor ${number}`) }));

  it.each([
    [
      'candidates, among issuers that lead to each other',
      anchors.slice(0, 1),
      { invalidSignatures: 1_000, signatures: 1_000 },
      'candidates',
    ],
    ['signatures that do not verify', anchors, {}, 'invalidSignatures'],
    ['signatures', anchors, { signatures: 3 }, 'signatures'],
    ['octets under signatures', anchors, { bytes: 300 }, 'bytes'],
  ] as const)('on %s ends the search', (_, trusted, limits, counter) => {
    const budget = new Budget({ ...defaultBudget, ...limits });
    const { found, end } = search(endEntity, { trusted, presented: garbage, budget });
    expect(found).toEqual([]);
    expect(budget.exhausted).toBe(counter);
    expect(end.isFinal).toBe(true);
    expect(end.refusal.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
    expect(end.refusal.trace[0]?.detail).toBe(`the limit on ${counter} was met`);
  });

  it('is not spent on lengths that no path can have', () => {
    const { found, end } = search(client(root), { trusted: [root], limits: { candidates: 1 } });
    expect(found).toHaveLength(1);
    expect(end.isFinal).toBe(false);
  });

  it('is not spent on what is above an issuer that stands too far from every anchor', () => {
    const far = [authority('far 0', { issuer: root })];
    for (let level = 1; level < 4; level++) far.push(authority(`far ${level}`, { issuer: far[level - 1] as Issued }));
    const issuing = authority('issuing', { issuer: root });
    const cross = authority('issuing', { issuer: far[3] as Issued, key: issuing.key });
    const options = { trusted: [root], presented: [cross, issuing, ...far], depth: 1, limits: { candidates: 3 } };
    const { found, end } = search(client(issuing), options);
    expect(found.map(names)).toEqual([['client', 'issuing', 'root']]);
    expect(end).toMatchObject({ isFinal: false, refusal: { code: 'PEERCERT_DEPTH_EXCEEDED' } });
  });

  it('that ends the search is all that is told: the depth is not to blame', () => {
    const { refusal } = search(endEntity, { trusted: anchors.slice(0, 1), limits: { candidates: 0 } }).end;
    expect(refusal.trace).toEqual([{ detail: 'the limit on candidates was met' }]);
  });

  it('finds the short way up that is presented behind many that lead to each other', () => {
    const trusted = anchors.slice(0, 1);
    const issuing = authority('N', { issuer: trusted[0] as Issued, key: testKey('ec', 'issuing') });
    const path = pathOf(client(issuing), { trusted, presented: [...garbage.slice(0, 14), issuing] });
    expect(path.certificates[1]).toBe(issuing.certificate);
  });

  it('finds the right one of many anchors that bear one name', () => {
    for (const trusted of [
      anchors,
      Array.from({ length: 5 }, (_, number) => authority('N', { key: testKey('ec-p521', `large ${number}`) })),
    ]) {
      const last = trusted.at(-1) as Issued;
      expect(pathOf(client(last), { trusted }).trustAnchor.certificate).toBe(last.certificate);
    }
  });

  it('suffices for the longest path that the default depth allows, all of P-521 keys', () => {
    const issued = [authority('level 0', { key: testKey('ec-p521') })];
    for (let level = 1; level <= 10; level++) {
      issued.push(authority(`level ${level}`, { issuer: issued[level - 1] as Issued, key: testKey('ec-p521', `level ${level}`) }));
    }
    const path = pathOf(client(issued[10] as Issued), { trusted: [issued[0] as Issued], presented: issued.slice(1) });
    expect(path.certificates).toHaveLength(11);
  });

  it('is shared by the searches of one verification', () => {
    const budget = new Budget({ ...defaultBudget, invalidSignatures: 30 });
    expect(search(endEntity, { trusted: anchors.slice(0, 1), presented: garbage.slice(0, 2), budget }).end.isFinal).toBe(false);
    expect(search(endEntity, { trusted: anchors, presented: garbage, budget }).end.isFinal).toBe(true);
    expect(refusalOf(client(root), { trusted: [root], budget }).code).toBe('PEERCERT_BUDGET_EXHAUSTED');
  });
});
