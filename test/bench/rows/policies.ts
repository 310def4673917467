import { type CertificatePolicy, type ClientIdentity, createVerifier, Guard } from '@peercert/core';
import { simulatePeer } from '@peercert/core/testing';
import type { Benchmark } from '../bench.js';
import { core } from '../core.js';
import { repeated } from '../harness/cpu.js';
import { race } from '../harness/race.js';
import { rowOf } from '../harness/row.js';

/** Ten rules, of most kinds. */
export const tenRules: CertificatePolicy = {
  subject: { C: 'DE', O: 'Example', OU: ['billing', 'payments'], CN: /client \d+/ },
  issuer: { O: 'Example', CN: 'Bench Issuing' },
  subjectAltName: { dns: 'payments.example.org', email: 'payments@example.org', uri: /spiffe:\/\/example\.org\/ns\/[a-z]+\/sa\/[a-z]+/ },
  trustSet: 'default',
};

/** What a policy of ten rules takes: on an identity that nobody has looked at, and on a connection that it has passed before. */
export const policies: Benchmark = {
  name: 'policies',
  async measure({ pki, scale }) {
    const verifier = createVerifier({ trust: { ca: pki.root.certificate, intermediates: pki.issuing.certificate } });
    const guard = new Guard({ verifier });
    const requirement = guard.compile(tenRules, 'policy');
    const plain = guard.compile('required', 'policy');

    const batch = 300;
    const warmUp = 4;
    const identities = pki.clients(batch * (scale.rounds + warmUp)).map((der): ClientIdentity => {
      const outcome = verifier.verify([der]);
      if (outcome instanceof Promise || !outcome.ok) throw new Error('a good certificate is refused');
      return outcome.value;
    });
    const cold = await race(
      [
        repeated('ours', batch, (index) => {
          const refused = core.policy.evaluateRequirement(requirement, identities[index] as ClientIdentity);
          if (refused !== undefined) throw new Error(refused.trace[0]?.detail);
        }),
      ],
      scale.rounds,
      warmUp,
    );

    const request = { socket: {}, headers: {}, method: 'GET', url: '/' };
    simulatePeer(request, pki.clients(1));
    const decide = (what: typeof plain) => () => {
      const decision = guard.decide(request, what);
      if (decision instanceof Promise || !decision.ok) throw new Error('a good certificate is refused');
      return decision.identity;
    };
    const again = await race([repeated('ours', 50_000, decide(requirement)), repeated('plain', 50_000, decide(plain))], scale.rounds, 3);
    await verifier.close();
    const withRules = again.get('ours') ?? [];
    const without = again.get('plain') ?? [];
    return [
      rowOf({
        name: 'policy of ten rules, cold',
        unit: 'us',
        ours: cold.get('ours') ?? [],
        other: undefined,
        otherName: 'nobody else has any',
        target: { of: 'ours', most: 20 },
      }),
      rowOf({
        name: 'policy of ten rules, decided again on its connection, beyond a decision without any',
        unit: 'us',
        ours: withRules.map((took, round) => took - (without[round] as number)),
        other: without,
        otherName: 'a decision without policy',
        target: { of: 'ours', most: 0.2 },
      }),
    ];
  },
};
