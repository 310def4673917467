import type { Name } from '../../x509/index.js';

/**
 * Whose certificates the entries of an indirect list are about. An entry that names no issuer has the one of the entry before it, the first
 * the list's own (RFC 5280, section 5.3.3): so a run of entries is kept as the offset of its first entry and the number of its issuer.
 */
export class CertificateIssuers {
  readonly #numbers = new Map<string, number>();
  #starts = new Uint32Array(16);
  #issuers = new Uint32Array(16);
  #count = 0;

  constructor(listIssuer: Name) {
    this.#numbers.set(listIssuer.key, 0);
  }

  /** The entry that begins at `start`, behind all those before, names this issuer. */
  begin(start: number, issuer: Name): void {
    let number = this.#numbers.get(issuer.key);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(issuer.key, number);
    }
    if (number === this.#last) return;
    if (this.#count === this.#starts.length) {
      this.#starts = enlarged(this.#starts);
      this.#issuers = enlarged(this.#issuers);
    }
    this.#starts[this.#count] = start;
    this.#issuers[this.#count] = number;
    this.#count += 1;
  }

  /** The number of an issuer, 0 for the list's own; undefined for one that no entry names. */
  numberOf(issuer: Name): number | undefined {
    return this.#numbers.get(issuer.key);
  }

  /** The number of the issuer of the entry that begins at `start`. */
  issuerAt(start: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] as number) <= start) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : (this.#issuers[low - 1] as number);
  }

  get #last(): number {
    return this.#count === 0 ? 0 : (this.#issuers[this.#count - 1] as number);
  }
}

function enlarged(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
