import { type ReasonFlags, reasonFlag } from '../../x509/index.js';
import { type Crl, describeCrl, instant } from './crl.js';
import { allReasons } from './scope.js';
import type { CrlGood, CrlUnknown, Findings } from './status.js';

const flags: readonly ReasonFlags[] = Object.values(reasonFlag).filter((flag) => (flag & allReasons) !== 0);

/**
 * RFC 5280, section 6.3.3: the reasons_mask, with the time until which each reason is covered. A certificate is good when it is listed
 * nowhere and every reason for which it could be revoked is covered by some list.
 */
export class ReasonsCovered {
  readonly #until = new Map<ReasonFlags, { readonly at: number; readonly crl: Crl }>();

  add(reasons: ReasonFlags, until: number, crl: Crl): void {
    for (const flag of flags) {
      const known = this.#until.get(flag);
      if ((reasons & flag) !== 0 && (known === undefined || known.at < until)) this.#until.set(flag, { at: until, crl });
    }
  }

  /**
   * | every reason is covered  | answer                                      |
   * | ------------------------ | ------------------------------------------- |
   * | by lists that are current | good, until the first of them expires      |
   * | with expired ones        | unknown: expired                            |
   * | no                       | unknown: whatever kept lists from counting  |
   */
  status(at: number, findings: Findings, otherwise: () => string): CrlGood | CrlUnknown {
    if (this.#until.size < flags.length) {
      if (this.#until.size > 0) findings.note('reasons', () => 'the lists that cover it leave out reasons for which it could be revoked');
      return findings.unknown(otherwise);
    }
    const [first] = [...this.#until.values()].sort((one, other) => one.at - other.at) as [{ at: number; crl: Crl }];
    // Written so that a clock that is not a number refuses.
    if (at < first.at) return Object.freeze({ status: 'good', validUntil: first.at });
    const detail = `${describeCrl(first.crl)}, expired at ${instant(first.at)}, and it is ${instant(at)}`;
    return Object.freeze({ status: 'unknown', why: 'expired', detail, expiredAt: first.at });
  }
}
