import type { PolicyInputs } from '../../../src/path/certificate-policies/policy-processing.js';
import { anyPolicy, type PolicyCertificate } from './policy-path.js';

/** A node of the valid_policy_tree (RFC 5280, section 6.1.2 (a)). */
interface TreeNode {
  readonly policy: string;
  expected: Set<string>;
  readonly parent: TreeNode | undefined;
  children: TreeNode[];
}

export interface TreeOutcome {
  readonly ok: boolean;
  /** The user-constrained-policy-set, sorted; none where `ok` is false. */
  readonly policies: readonly string[];
}

/**
 * Policy processing with the tree that RFC 5280, section 6.1 describes, step by step and without a thought for its size: what the
 * graph is compared with. The path is given from the certificate below the anchor down; the mapping of anyPolicy is not looked for.
 */
export function evaluateWithTree(path: readonly PolicyCertificate[], inputs: PolicyInputs): TreeOutcome {
  const n = path.length;
  // 6.1.2
  let tree: TreeNode | undefined = { policy: anyPolicy, expected: new Set([anyPolicy]), parent: undefined, children: [] };
  let explicitPolicy = inputs.requireExplicitPolicy === true ? 0 : n + 1;
  let policyMapping = inputs.inhibitPolicyMapping === true ? 0 : n + 1;
  let inhibitAnyPolicy = inputs.inhibitAnyPolicy === true ? 0 : n + 1;

  for (const [index, certificate] of path.entries()) {
    const i = index + 1;
    const { policies, mappings = [], selfIssued = false } = certificate;
    // 6.1.3 (d)
    if (policies !== undefined && tree !== undefined) {
      for (const policy of policies.filter((one) => one !== anyPolicy)) {
        const matching = atDepth(tree, i - 1).filter((node) => node.expected.has(policy));
        for (const node of matching) addChild(node, policy);
        if (matching.length === 0) for (const node of atDepth(tree, i - 1)) if (node.policy === anyPolicy) addChild(node, policy);
      }
      if (policies.includes(anyPolicy) && (inhibitAnyPolicy > 0 || (i < n && selfIssued))) {
        for (const node of atDepth(tree, i - 1)) {
          for (const policy of node.expected) if (!node.children.some((child) => child.policy === policy)) addChild(node, policy);
        }
      }
      tree = pruned(tree, i - 1);
    }
    // (e)
    if (policies === undefined) tree = undefined;
    // (f)
    if (explicitPolicy === 0 && tree === undefined) return refused;
    if (i === n) break;

    // 6.1.4 (b)
    for (const mapped of new Set(mappings.map(([issuerDomain]) => issuerDomain))) {
      if (tree === undefined) break;
      const subjectDomain = new Set(mappings.filter(([issuerDomain]) => issuerDomain === mapped).map(([, subject]) => subject));
      const nodes = atDepth(tree, i).filter((node) => node.policy === mapped);
      if (policyMapping === 0) {
        for (const node of nodes) removeChild(node);
        tree = pruned(tree, i - 1);
      } else if (nodes.length > 0) {
        for (const node of nodes) node.expected = subjectDomain;
      } else {
        const any = atDepth(tree, i).find((node) => node.policy === anyPolicy)?.parent;
        if (any !== undefined) addChild(any, mapped).expected = subjectDomain;
      }
    }
    // (h)
    if (!selfIssued) {
      if (explicitPolicy !== 0) explicitPolicy -= 1;
      if (policyMapping !== 0) policyMapping -= 1;
      if (inhibitAnyPolicy !== 0) inhibitAnyPolicy -= 1;
    }
    // (i), (j)
    explicitPolicy = Math.min(explicitPolicy, certificate.requireExplicitPolicy ?? explicitPolicy);
    policyMapping = Math.min(policyMapping, certificate.inhibitPolicyMapping ?? policyMapping);
    inhibitAnyPolicy = Math.min(inhibitAnyPolicy, certificate.inhibitAnyPolicy ?? inhibitAnyPolicy);
  }

  // 6.1.5 (a), (b)
  if (explicitPolicy !== 0) explicitPolicy -= 1;
  if (path[n - 1]?.requireExplicitPolicy === 0) explicitPolicy = 0;
  // (g)
  if (tree !== undefined && inputs.initialPolicies !== undefined && !inputs.initialPolicies.includes(anyPolicy)) {
    tree = intersected(tree, new Set(inputs.initialPolicies), n);
  }
  if (explicitPolicy === 0 && tree === undefined) return refused;
  if (tree === undefined) return { ok: true, policies: [] };
  const valid = belowAnyPolicy(tree).filter(({ policy }) => policy !== anyPolicy);
  const last = atDepth(tree, n).filter(({ policy }) => policy === anyPolicy);
  return { ok: true, policies: [...new Set([...valid, ...last].map(({ policy }) => policy))].sort() };
}

/** 6.1.5 (g)(iii). */
function intersected(tree: TreeNode, initialPolicies: ReadonlySet<string>, n: number): TreeNode | undefined {
  const validPolicyNodeSet = belowAnyPolicy(tree);
  for (const node of validPolicyNodeSet) {
    if (node.policy !== anyPolicy && !initialPolicies.has(node.policy)) removeChild(node);
  }
  const any = atDepth(tree, n).find(({ policy }) => policy === anyPolicy);
  if (any?.parent !== undefined) {
    for (const policy of initialPolicies) {
      if (!validPolicyNodeSet.some((node) => node.policy === policy)) addChild(any.parent, policy);
    }
    removeChild(any);
  }
  return pruned(tree, n - 1);
}

/** Nodes whose parent is a node of anyPolicy. */
function belowAnyPolicy(tree: TreeNode): TreeNode[] {
  return everyNode(tree).filter(({ parent }) => parent?.policy === anyPolicy);
}

function everyNode(node: TreeNode): TreeNode[] {
  return [node, ...node.children.flatMap(everyNode)];
}

function atDepth(node: TreeNode, depth: number): TreeNode[] {
  return depth === 0 ? [node] : node.children.flatMap((child) => atDepth(child, depth - 1));
}

function addChild(parent: TreeNode, policy: string): TreeNode {
  const child: TreeNode = { policy, expected: new Set([policy]), parent, children: [] };
  parent.children.push(child);
  return child;
}

function removeChild(node: TreeNode): void {
  const { parent } = node;
  if (parent !== undefined) parent.children = parent.children.filter((child) => child !== node);
}

/** The tree without the nodes of this depth or less that have no children; undefined when that leaves none. */
function pruned(node: TreeNode, depth: number): TreeNode | undefined {
  if (depth < 0) return node;
  node.children = node.children.filter((child) => pruned(child, depth - 1) !== undefined);
  return node.children.length === 0 ? undefined : node;
}

const refused: TreeOutcome = { ok: false, policies: [] };
