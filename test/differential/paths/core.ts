import type { Refusal } from '@peercert/core';
import { type Certificate, x509 } from '../../fuzz/reader.js';
import type { PkiCase } from './pki-case.js';
import { type Subtrees, type Written, write } from './plan.js';

type PathLayer = typeof import('../../../packages/core/dist/path/index.js');

/** The path layer, which core's public entry does not export: found beside it, in the built package. */
const pathLayer = (await import(new URL('./path/index.js', import.meta.resolve('@peercert/core')).href)) as PathLayer;

/** What a verifier makes of a case. */
export type Verdict =
  | { readonly isAccepted: true /** End entity first, the anchor last. */; readonly path: readonly Written[] }
  | { readonly isAccepted: false; readonly refusal: Refusal };

/** Tests put a faulty one in core's place. */
export type Verifier = (question: PkiCase) => Verdict;

/** Core, asked as its verifier asks it. An anchor that it cannot use, and a certificate that it cannot read, is as good as absent. */
export const core: Verifier = ({ at, depth, purpose, policies, subtrees, anchors, intermediates, endEntity }) => {
  const read = certificateOf(endEntity);
  if (!read.ok) return { isAccepted: false, refusal: read.refusal };
  const trustSet = new pathLayer.TrustSet('the case', anchors.flatMap(anchorOf), [], {
    depth,
    keyPurposes: purpose === 'any' ? 'any' : [x509.oids.keyPurpose.clientAuth],
    initialPolicies: policies.initial,
    inhibitPolicyMapping: policies.inhibitMapping,
    requireExplicitPolicy: policies.requireExplicit,
    inhibitAnyPolicy: policies.inhibitAny,
    ...(subtrees !== undefined && subtreesOf(subtrees, endEntity)),
  });
  const pool = pathLayer.certificatePool(intermediates.flatMap((written) => readable(certificateOf(written))));
  const budget = new pathLayer.Budget();
  const signatures = new pathLayer.SignatureChecks(budget);
  const next = pathLayer.validatedPaths(read.value, { trustSet, pools: [pool], at, budget, signatures }).next();
  if (next.done === true) return { isAccepted: false, refusal: next.value.refusal };
  const { certificates, trustAnchor } = next.value;
  const path = [...new Set([...certificates, trustAnchor.certificate])].map((certificate) => writtenAs.get(certificate) as Written);
  return { isAccepted: true, path };
};

/** As core reads them in a certificate, whichever that is. */
function subtreesOf(subtrees: Subtrees, { plan }: Written) {
  const [read] = readable(x509.readCertificate(write({ ...plan, version: 3, nameConstraints: subtrees }).der));
  return { permittedSubtrees: read?.nameConstraints?.permittedSubtrees, excludedSubtrees: read?.nameConstraints?.excludedSubtrees };
}

/** Reading takes as long as verifying, and what is asked about one certificate many times is another question each time. */
const certificateOf = oncePerCertificate((written) => {
  const read = x509.readCertificate(written.der);
  if (read.ok) writtenAs.set(read.value, written);
  return read;
});
const anchorOf = oncePerCertificate((written) => readable(certificateOf(written)).flatMap((read) => readable(pathLayer.trustAnchor(read))));
const writtenAs = new WeakMap<Certificate, Written>();

function oncePerCertificate<T>(act: (written: Written) => T): (written: Written) => T {
  const known = new WeakMap<Written, T>();
  return (written) => {
    const found = known.get(written) ?? act(written);
    known.set(written, found);
    return found;
  };
}

function readable<T>(outcome: { readonly ok: true; readonly value: T } | { readonly ok: false }): readonly T[] {
  return outcome.ok ? [outcome.value] : [];
}
