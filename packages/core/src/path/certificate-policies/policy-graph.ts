import { oids, type PolicyInformation, type PolicyMapping } from '../../x509/index.js';
import type { Budget } from '../budget.js';

export const { anyPolicy } = oids.certificatePolicy;

/**
 * The valid_policy_graph of RFC 9618, which takes the place of the valid_policy_tree of RFC 5280, section 6.1.2 (a).
 *
 * The tree has a node for every way in which a policy came about, and so doubles at each depth where two policies are mapped to the same two
 * (CVE-2023-0464). The graph has one node for each policy and depth, which keeps all its parents: it grows with the certificates, by no more
 * nodes and edges than they list policies and mappings, and those that anyPolicy carries on. Each is paid for from the budget.
 *
 * Only the last depth is held by name. Nodes above it live as long as a node below leads to them, which is the pruning of steps 6.1.3
 * (d)(3) and 6.1.4 (b)(3)(ii): nobody has to look for childless nodes. Qualifiers are not kept, since none are returned
 * (RFC 9618 advises against it).
 */
export class PolicyGraph {
  readonly #budget: Budget;
  /** The nodes of the last depth, all but that of anyPolicy. */
  #nodes = new Map<string, PolicyNode>();
  /** Whether the last depth has a node of anyPolicy. Its ancestors are anyPolicy up to the root, so a flag is all of it. */
  #hasAnyPolicy = true;
  /** Which nodes of the last depth expect a policy in the next certificate, where policies were mapped; otherwise each expects itself. */
  #expecting: Map<string, PolicyNode[]> | undefined;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** NULL, as the RFC says: no policy is valid at the last depth. */
  get isEmpty(): boolean {
    return this.#nodes.size === 0 && !this.#hasAnyPolicy;
  }

  /**
   * RFC 9618, section 5.3, step 6.1.3 (d): one depth further, by the policies of a certificate; `honoursAnyPolicy` is the condition of
   * (d)(2). False when the budget is exhausted.
   */
  descend(policies: readonly PolicyInformation[], honoursAnyPolicy: boolean): boolean {
    if (!this.#budget.spend('policyNodes', policies.length)) return false;
    const nodes = new Map<string, PolicyNode>();
    let carriesOn = false;
    // (d)(1)
    for (const { policyIdentifier: policy } of policies) {
      if (policy === anyPolicy) {
        carriesOn = honoursAnyPolicy;
        continue;
      }
      const parents = this.#parentsOf(policy);
      if (parents !== undefined) nodes.set(policy, { policy, parents });
      else if (this.#hasAnyPolicy) nodes.set(policy, { policy, parents: undefined });
    }
    // (d)(2)
    if (carriesOn) {
      const expected = this.#expecting ?? this.#nodes;
      if (!this.#budget.spend('policyNodes', expected.size)) return false;
      for (const policy of expected.keys()) {
        if (!nodes.has(policy)) nodes.set(policy, { policy, parents: this.#parentsOf(policy) });
      }
    }
    this.#nodes = nodes;
    this.#hasAnyPolicy &&= carriesOn;
    this.#expecting = undefined;
    return true;
  }

  /** RFC 9618, section 5.4, steps 6.1.4 (b)(1) and (2), where mapping is allowed. False when the budget is exhausted. */
  map(mappings: readonly PolicyMapping[]): boolean {
    if (!this.#budget.spend('policyNodes', this.#nodes.size)) return false;
    const expecting = new Map<string, PolicyNode[]>();
    const mapped = new Set<PolicyNode>();
    for (const { issuerDomainPolicy, subjectDomainPolicy } of mappings) {
      let node = this.#nodes.get(issuerDomainPolicy);
      if (node === undefined) {
        if (!this.#hasAnyPolicy) continue;
        // (b)(2)
        node = { policy: issuerDomainPolicy, parents: undefined };
        this.#nodes.set(issuerDomainPolicy, node);
      }
      mapped.add(node);
      append(expecting, subjectDomainPolicy, node);
    }
    for (const node of this.#nodes.values()) {
      if (!mapped.has(node)) append(expecting, node.policy, node);
    }
    this.#expecting = expecting;
    return true;
  }

  /** RFC 9618, section 5.4, step 6.1.4 (b)(3), where mapping is inhibited: what would be mapped is valid no longer. */
  deleteMapped(mappings: readonly PolicyMapping[]): void {
    for (const { issuerDomainPolicy } of mappings) this.#nodes.delete(issuerDomainPolicy);
  }

  /**
   * RFC 9618, section 5.5, steps 6.1.5 (g)(1) to (4): the authority-constrained-policy-set, in the words of the authority nearest to the
   * anchor: policies that stand below anyPolicy and lead to the last depth, and anyPolicy if it does.
   */
  authorityConstrainedPolicies(): Set<string> {
    const policies = new Set<string>(this.#hasAnyPolicy ? [anyPolicy] : []);
    // A Set can grow while it is walked, and so it visits every node once, whatever number of nodes lead to it.
    const leading = new Set(this.#nodes.values());
    for (const { policy, parents } of leading) {
      if (parents === undefined) policies.add(policy);
      else for (const parent of parents) leading.add(parent);
    }
    return policies;
  }

  #parentsOf(policy: string): readonly PolicyNode[] | undefined {
    if (this.#expecting !== undefined) return this.#expecting.get(policy);
    const node = this.#nodes.get(policy);
    return node === undefined ? undefined : [node];
  }
}

interface PolicyNode {
  readonly policy: string;
  /** Of the depth above; undefined where the only parent is anyPolicy. */
  readonly parents: readonly PolicyNode[] | undefined;
}

function append(expecting: Map<string, PolicyNode[]>, policy: string, node: PolicyNode): void {
  const nodes = expecting.get(policy);
  if (nodes === undefined) expecting.set(policy, [node]);
  else nodes.push(node);
}
