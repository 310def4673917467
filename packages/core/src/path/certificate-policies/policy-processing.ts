import { type Outcome, type Refusal, refusal } from '../../errors/index.js';
import type { Certificate, PolicyMapping } from '../../x509/index.js';
import type { Budget } from '../budget.js';
import { evidence } from '../checks/evidence.js';
import { exhausted } from '../signature-checks.js';
import { type Loss, noAcceptedPolicy, noValidPolicy, type Place } from './explicit-policy.js';
import { anyPolicy, PolicyGraph } from './policy-graph.js';

/** RFC 5280, section 6.1.1 (c), (e), (f) and (g). */
export interface PolicyInputs {
  /** (c), the user-initial-policy-set, as OIDs; any-policy unless told. */
  readonly initialPolicies?: readonly string[] | undefined;
  /** (e), initial-policy-mapping-inhibit. */
  readonly inhibitPolicyMapping?: boolean | undefined;
  /** (f), initial-explicit-policy. */
  readonly requireExplicitPolicy?: boolean | undefined;
  /** (g), initial-any-policy-inhibit. */
  readonly inhibitAnyPolicy?: boolean | undefined;
}

/**
 * What RFC 5280, section 6.1 says of certificate policies, with the graph of RFC 9618, for one path from its anchor down: `enter` for every
 * certificate, `prepareNext` for every one but the end entity, then `wrapUp`. The extensions of all of them, the anchor's too, have passed
 * `checkExtensions`.
 *
 * `depth` is 0 for the end entity and grows towards the anchor, as in evidence. A path that has nothing to do with policies makes no graph.
 * Refusals: NO_EXPLICIT_POLICY, CERTIFICATE_MALFORMED for a mapping of anyPolicy, BUDGET_EXHAUSTED by the counter `policyNodes`. After one, the
 * object is of no further use.
 */
export class PolicyProcessing {
  readonly #inputs: PolicyInputs;
  readonly #anchor: Certificate;
  readonly #budget: Budget;
  /** Certificates that may come before a policy must be valid, before mappings count no longer, and before anyPolicy counts no longer. */
  #explicitPolicy: number;
  #policyMapping: number;
  #inhibitAnyPolicy: number;
  /** Whose policyConstraints `#explicitPolicy` counts from; undefined where it is nobody's. */
  #requiredBy: Place | undefined;
  /** Made by the first certificate that has policies, and given up once no policy is valid. */
  #graph: PolicyGraph | undefined;
  /** Set once no policy is valid: "Once the graph is set to NULL, policy processing ceases." */
  #loss: Loss | undefined;

  /**
   * RFC 5280, section 6.1.2 (a), (d), (e) and (f), for a path of `length` certificates below the anchor.
   *
   * RFC 5937, section 3.2: what the anchor's own policyConstraints and inhibitAnyPolicy ask for counts as if it were in the inputs; a number
   * of certificates that they allow first is allowed. The anchor's certificatePolicies narrow the user-initial-policy-set (see `wrapUp`).
   * Its policyMappings say nothing, as that RFC has no use for them.
   */
  constructor(length: number, inputs: PolicyInputs, anchor: Certificate, budget: Budget) {
    this.#inputs = inputs;
    this.#anchor = anchor;
    this.#budget = budget;
    this.#explicitPolicy = inputs.requireExplicitPolicy === true ? 0 : length + 1;
    this.#policyMapping = inputs.inhibitPolicyMapping === true ? 0 : length + 1;
    this.#inhibitAnyPolicy = inputs.inhibitAnyPolicy === true ? 0 : length + 1;
    this.#constrain(anchor, length);
  }

  /**
   * RFC 5280, section 6.1.3 (d) to (f), as RFC 9618, section 5.3 has them.
   *
   * | explicit_policy | a policy is valid | answer             |
   * | --------------- | ----------------- | ------------------ |
   * | above 0         | yes or no         | none               |
   * | 0               | yes               | none               |
   * | 0               | no                | NO_EXPLICIT_POLICY |
   */
  enter(certificate: Certificate, depth: number): Refusal | undefined {
    if (this.#loss === undefined) {
      const policies = certificate.certificatePolicies;
      if (policies === undefined) {
        // (e)
        this.#lose({ certificate, depth, how: 'absent' });
      } else {
        // (d)
        this.#graph ??= new PolicyGraph(this.#budget);
        const honoursAnyPolicy = this.#inhibitAnyPolicy > 0 || (depth > 0 && certificate.isSelfIssued);
        if (!this.#graph.descend(policies, honoursAnyPolicy)) return exhausted(this.#budget);
        if (this.#graph.isEmpty) this.#lose({ certificate, depth, how: 'not valid' });
      }
    }
    // (f)
    if (this.#explicitPolicy > 0 || this.#loss === undefined) return undefined;
    return noValidPolicy(this.#loss, this.#requiredBy);
  }

  /** RFC 5280, section 6.1.4 (a), (b), and (h) to (j), as RFC 9618, section 5.4 has them. */
  prepareNext(certificate: Certificate, depth: number): Refusal | undefined {
    const mappings = certificate.policyMappings;
    if (mappings !== undefined) {
      // They are paid for whether a graph is left or not, since (a) looks at all of them.
      if (!this.#budget.spend('policyNodes', mappings.length)) return exhausted(this.#budget);
      const fault = checkPolicyMappings(mappings, certificate, depth) ?? this.#map(mappings, certificate, depth);
      if (fault !== undefined) return fault;
    }
    // (h): a self-issued certificate is not counted, since an authority makes it for its own new key or policies.
    if (!certificate.isSelfIssued) {
      this.#explicitPolicy = oneLess(this.#explicitPolicy);
      this.#policyMapping = oneLess(this.#policyMapping);
      this.#inhibitAnyPolicy = oneLess(this.#inhibitAnyPolicy);
    }
    this.#constrain(certificate, depth);
    return undefined;
  }

  /**
   * RFC 5280, section 6.1.5 (a), (b) and (g), as RFC 9618, section 5.5 has them: the user-constrained-policy-set, as OIDs in no order that
   * means anything. These are policies in the words of the authority nearest to the anchor that names them, before any mapping. anyPolicy
   * is among them where the whole path has it and every policy is accepted. Qualifiers are not returned.
   *
   * The set is empty where no policy is valid and none is required. In (a), unlike 6.1.4 (h), a self-issued end entity counts as any other.
   *
   * | explicit_policy | the set   | answer             |
   * | --------------- | --------- | ------------------ |
   * | above 0         | any       | the set            |
   * | 0               | not empty | the set            |
   * | 0               | empty     | NO_EXPLICIT_POLICY |
   */
  wrapUp(endEntity: Certificate): Outcome<readonly string[]> {
    // (a)
    this.#explicitPolicy = oneLess(this.#explicitPolicy);
    // (b)
    if (this.#explicitPolicy > 0 && endEntity.policyConstraints?.requireExplicitPolicy === 0) {
      this.#explicitPolicy = 0;
      this.#requiredBy = { certificate: endEntity, depth: 0 };
    }
    // (g)
    const isRequired = this.#explicitPolicy === 0;
    if (this.#loss !== undefined) return isRequired ? { ok: false, refusal: noValidPolicy(this.#loss, this.#requiredBy) } : noPolicies;
    const found = this.#graph?.authorityConstrainedPolicies() ?? new Set([anyPolicy]);
    const accepted = this.#userInitialPolicies();
    const constrained = accepted === undefined ? [...found] : userConstrained(found, accepted);
    if (isRequired && accepted !== undefined && constrained.length === 0) {
      return { ok: false, refusal: noAcceptedPolicy(endEntity, found, accepted, this.#requiredBy) };
    }
    return { ok: true, value: Object.freeze(constrained) };
  }

  /** 6.1.4 (b). */
  #map(mappings: readonly PolicyMapping[], certificate: Certificate, depth: number): Refusal | undefined {
    if (this.#graph === undefined) return undefined;
    if (this.#policyMapping > 0) return this.#graph.map(mappings) ? undefined : exhausted(this.#budget);
    this.#graph.deleteMapped(mappings);
    // Whether that refuses is for 6.1.3 (f) to say of the next certificate, as explicit_policy may have changed until then.
    if (this.#graph.isEmpty) this.#lose({ certificate, depth, how: 'mapping inhibited' });
    return undefined;
  }

  #lose(loss: Loss): void {
    this.#loss = loss;
    this.#graph = undefined;
  }

  /** 6.1.4 (i) and (j): a certificate can only tighten what those above it asked for. */
  #constrain(certificate: Certificate, depth: number): void {
    const { policyConstraints, inhibitAnyPolicy } = certificate;
    const requireExplicitPolicy = policyConstraints?.requireExplicitPolicy;
    if (requireExplicitPolicy !== undefined && requireExplicitPolicy < this.#explicitPolicy) {
      this.#explicitPolicy = requireExplicitPolicy;
      this.#requiredBy = { certificate, depth };
    }
    this.#policyMapping = Math.min(this.#policyMapping, policyConstraints?.inhibitPolicyMapping ?? this.#policyMapping);
    this.#inhibitAnyPolicy = Math.min(this.#inhibitAnyPolicy, inhibitAnyPolicy ?? this.#inhibitAnyPolicy);
  }

  /** RFC 5937, section 3.2: those of the inputs that the anchor has too, where both name theirs; undefined for any-policy. */
  #userInitialPolicies(): ReadonlySet<string> | undefined {
    const inputs = limiting(this.#inputs.initialPolicies);
    const anchors = limiting(this.#anchor.certificatePolicies?.map(({ policyIdentifier }) => policyIdentifier));
    if (inputs === undefined || anchors === undefined) return inputs ?? anchors;
    return new Set([...inputs].filter((policy) => anchors.has(policy)));
  }
}

/** RFC 5280, section 6.1.4 (a): anyPolicy is nothing that could be mapped, nor anything to map to. */
function checkPolicyMappings(mappings: readonly PolicyMapping[], certificate: Certificate, depth: number): Refusal | undefined {
  for (const { issuerDomainPolicy, subjectDomainPolicy } of mappings) {
    if (issuerDomainPolicy !== anyPolicy && subjectDomainPolicy !== anyPolicy) continue;
    const detail = `its policyMappings map ${issuerDomainPolicy === anyPolicy ? 'anyPolicy' : 'to anyPolicy'}`;
    return refusal('PEERCERT_CERTIFICATE_MALFORMED', evidence(certificate, depth, detail));
  }
  return undefined;
}

/** RFC 9618, section 5.5, step 6.1.5 (g)(6): where anyPolicy is valid, every accepted policy is. */
function userConstrained(found: ReadonlySet<string>, accepted: ReadonlySet<string>): string[] {
  return [...accepted].filter((policy) => found.has(anyPolicy) || found.has(policy));
}

/** A set that has anyPolicy in it limits nothing. */
function limiting(policies: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return policies === undefined || policies.includes(anyPolicy) ? undefined : new Set(policies);
}

function oneLess(count: number): number {
  return Math.max(0, count - 1);
}

const noPolicies: Outcome<readonly string[]> = Object.freeze({ ok: true, value: Object.freeze([]) });
