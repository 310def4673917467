import {
  type Certificate,
  type CertificateList,
  preparePublicKey,
  type SignatureFault,
  verifySignature,
  verifySignatureInSlices,
} from '../../x509/index.js';

/** Whose hash takes no longer than one P-256 signature: verified at once. */
const longestAtOnce = 64 * 1024;

/** Certificates can be made with as many keys as their authority likes; a list has one or two. */
const maxKeys = 64;

interface Checks {
  /** By the SHA-256 of the key; undefined is a good signature. */
  readonly known: Map<string, SignatureFault | undefined>;
  readonly pending: Map<string, Promise<void>>;
  readonly proven: Set<string>;
}

/** What signatures were found to be, for as long as the list is held: each pair of list and key is verified once in a process. */
const checks = new WeakMap<CertificateList, Checks>();

/** The keys that the list's signature was verified with, as the SHA-256 of their SubjectPublicKeyInfo. */
export function provenKeys(list: CertificateList): ReadonlySet<string> {
  return checks.get(list)?.proven ?? none;
}

const none: ReadonlySet<string> = new Set();

/**
 * Whether the list was signed with the certificate's key; undefined when it was. Nothing is said of whether the certificate may sign lists.
 *
 * The answer is there at once for a list that is known, or has at most 64 KiB. A longer one is hashed in slices with `pause` between them,
 * and the promise is settled once `checkCrlSignature` can answer at once.
 *
 * @see RFC 5280, section 6.3.3 (g)
 */
export function checkCrlSignature(
  list: CertificateList,
  signer: Certificate,
  pause: () => Promise<void>,
): SignatureFault | undefined | Promise<void> {
  const { known, pending, proven } = checksOf(list);
  const { spki256 } = signer;
  if (known.has(spki256)) return known.get(spki256);
  const running = pending.get(spki256);
  if (running !== undefined) return running;

  const settle = (fault: SignatureFault | undefined): SignatureFault | undefined => {
    if (known.size >= maxKeys) for (const key of known.keys()) if (!proven.has(key)) known.delete(key);
    known.set(spki256, fault);
    if (fault === undefined) proven.add(spki256);
    return fault;
  };
  const publicKey = preparePublicKey(signer.subjectPublicKeyInfo);
  if (!publicKey.ok) return settle({ code: 'PEERCERT_SIGNATURE_INVALID', detail: "the signer's key is not allowed" });
  const { signatureAlgorithm, tbsCertList, signature } = list;
  if (tbsCertList.length <= longestAtOnce) return settle(verifySignature(publicKey.value, signatureAlgorithm, tbsCertList, signature));

  const verification = verifySignatureInSlices(publicKey.value, signatureAlgorithm, tbsCertList, signature, pause)
    .then((fault) => void settle(fault))
    .finally(() => pending.delete(spki256));
  // Whoever waits for it is told; whoever no longer needs it must not bring the process down.
  verification.catch(() => {});
  pending.set(spki256, verification);
  return verification;
}

function checksOf(list: CertificateList): Checks {
  let found = checks.get(list);
  if (found === undefined) {
    found = { known: new Map(), pending: new Map(), proven: new Set() };
    checks.set(list, found);
  }
  return found;
}
