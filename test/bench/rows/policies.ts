import { type CertificatePolicy, Guard, type GuardRequest, type Requirement } from '@peercert/core';
import { simulatePeer } from '@peercert/core/testing';
import type { Benchmark } from '../bench.js';
import { cpu, kept, repeated } from '../harness/cpu.js';
import { race } from '../harness/race.js';
import { rowOf } from '../harness/row.js';

/** Ten rules, of most kinds. */
const tenRules: CertificatePolicy = {
  subject: { C: 'DE', O: 'Example', OU: ['billing', 'payments'], CN: /client \d+/ },
  issuer: { O: 'Example', CN: 'Bench Issuing' },
  subjectAltName: { dns: 'payments.example.org', email: 'payments@example.org', uri: /spiffe:\/\/example\.org\/ns\/[a-z]+\/sa\/[a-z]+/ },
  trustSet: 'default',
};

/** What a policy of ten rules takes: on a certificate that was just verified, and on a connection that has passed it before. */
export const policies: Benchmark = {
  name: 'policies',
  async measure({ pki, scale }) {
    const guard = new Guard({ trust: { ca: pki.root.certificate, intermediates: pki.issuing.certificate } });
    const requirement = guard.compile(tenRules, 'policy');
    const plain = guard.compile('required', 'policy');
    // Which set a path has to end in is for the verifier to know; what is measured is the rules.
    const inSet = guard.compile({ trustSet: 'default' }, 'policy');
    // As many as a server has on their way at once, so that each is still as it was verified.
    const batch = 100;
    const coldBatch = (): number => {
      const requests = pki.clients(batch).map(simulated);
      for (const request of requests) decide(guard, request, inSet);
      const before = cpu();
      for (const request of requests) kept.last = decide(guard, request, requirement);
      return (cpu() - before) / batch;
    };
    const cold = {
      name: 'ours',
      warmUp() {
        for (let done = 0; done < scale.firstVerifications; done += batch) coldBatch();
      },
      batch: coldBatch,
    };
    const first = await race([cold], scale);

    const often = { count: 10_000, first: 100_000 };
    const request = simulated(pki.clients(1)[0] as Uint8Array);
    const again = await race(
      [repeated('ours', often, () => decide(guard, request, requirement)), repeated('plain', often, () => decide(guard, request, plain))],
      scale,
    );
    await guard.close();
    const withRules = again.get('ours') ?? [];
    const without = again.get('plain') ?? [];
    return [
      rowOf({
        name: 'policy of ten rules, cold',
        unit: 'us',
        ours: first.get('ours') ?? [],
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

function simulated(der: Uint8Array): GuardRequest {
  const request = { socket: {}, headers: {}, method: 'GET', url: '/' };
  simulatePeer(request, [der]);
  return request;
}

function decide(guard: Guard, request: GuardRequest, requirement: Requirement): unknown {
  const decision = guard.decide(request, requirement);
  if (decision instanceof Promise || !decision.ok) throw new Error('a good certificate is refused');
  return decision.identity;
}
