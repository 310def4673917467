import type { CertificatePool, ValidatedPath } from '../path/index.js';
import type { Certificate, Name } from '../x509/index.js';

/** Issuers kept of one trust set; the number that Google Cloud's load balancer allows under one name bounds each name. */
const mostNames = 1_000;
const mostUnderOneName = 10;
/** Real intermediates stay below 3 KB; with this, what is remembered of one trust set stays below 80 MB. */
const longestRemembered = 8_192;

/**
 * Intermediates of accepted paths, so that a resumed session, which carries none, can be verified again. They are candidates like any
 * other: what they were part of before proves nothing now. Bounded; the name not seen for longest is forgotten first.
 */
export class RememberedIssuers implements CertificatePool {
  readonly #bySubject = new Map<string, readonly Certificate[]>();
  /** The path remembered last, from its issuer up: clients of one authority come one after the other. */
  #last: readonly Certificate[] = [];

  named(name: Name): readonly Certificate[] {
    return this.#bySubject.get(name.key) ?? [];
  }

  remember({ certificates }: ValidatedPath): void {
    if (this.#isLast(certificates)) return;
    this.#last = certificates.slice(1);
    for (const issuer of this.#last) {
      if (issuer.der.length > longestRemembered) continue;
      const { key } = issuer.subject;
      const others = this.named(issuer.subject).filter(({ fingerprint256 }) => fingerprint256 !== issuer.fingerprint256);
      this.#bySubject.delete(key);
      this.#bySubject.set(key, [issuer, ...others].slice(0, mostUnderOneName));
    }
    for (const key of this.#bySubject.keys()) {
      if (this.#bySubject.size <= mostNames) return;
      this.#bySubject.delete(key);
    }
  }

  #isLast(certificates: readonly Certificate[]): boolean {
    if (certificates.length !== this.#last.length + 1) return false;
    for (let index = 1; index < certificates.length; index++) if (certificates[index] !== this.#last[index - 1]) return false;
    return true;
  }
}
