import { type Evidence, type Refusal, refusal } from '../../errors/index.js';
import type { Certificate } from '../../x509/index.js';
import { evidence } from '../checks/evidence.js';
import { anyPolicy } from './policy-graph.js';

/** A certificate of the path, and where in it. */
export interface Place {
  readonly certificate: Certificate;
  readonly depth: number;
}

/** Where the last valid policy was lost, and how. Only this is noted on the way; the words for it are found when it refuses. */
export interface Loss extends Place {
  readonly how: 'absent' | 'not valid' | 'mapping inhibited';
}

/** RFC 5280, section 6.1.3 (f), and 6.1.5 (g) with no policy left; `requiredBy` is undefined where the inputs require a policy. */
export function noValidPolicy(loss: Loss, requiredBy: Place | undefined): Refusal {
  return refusal('PEERCERT_NO_EXPLICIT_POLICY', [evidence(loss.certificate, loss.depth, lossText(loss)), requirement(requiredBy)]);
}

/** RFC 5280, section 6.1.5 (g): policies are valid on the path, but none of those that are accepted. */
export function noAcceptedPolicy(
  endEntity: Certificate,
  found: ReadonlySet<string>,
  accepted: ReadonlySet<string>,
  requiredBy: Place | undefined,
): Refusal {
  const detail = `of the certificate policies valid on its path (${list(found)}) none is among those accepted (${list(accepted)})`;
  return refusal('PEERCERT_NO_EXPLICIT_POLICY', [evidence(endEntity, 0, detail), requirement(requiredBy)]);
}

function lossText({ how, certificate }: Loss): string {
  switch (how) {
    case 'absent':
      return 'it has no certificatePolicies';
    case 'mapping inhibited':
      return 'its policyMappings map every certificate policy that was valid, and policy mapping is inhibited';
    case 'not valid': {
      const policies = certificate.certificatePolicies?.map(({ policyIdentifier }) => policyIdentifier) ?? [];
      const inhibited = policies.includes(anyPolicy) ? ', and anyPolicy is inhibited' : '';
      return `of its certificatePolicies (${list(policies)}) none is valid for the authorities above it${inhibited}`;
    }
  }
}

function requirement(requiredBy: Place | undefined): Evidence {
  if (requiredBy === undefined) return { detail: 'the trust set requires an explicit certificate policy' };
  return evidence(requiredBy.certificate, requiredBy.depth, 'its policyConstraints require an explicit certificate policy');
}

/** A peer chooses how many policies there are, and a log needs no more than the first few. */
function list(policies: Iterable<string>): string {
  const all = [...policies];
  const shown = all.slice(0, mostListed).join(', ');
  return all.length > mostListed ? `${shown} and ${all.length - mostListed} more` : shown || 'none';
}

const mostListed = 8;
