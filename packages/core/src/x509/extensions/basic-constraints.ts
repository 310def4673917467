import { DerError, readSequence, tags } from '../../asn1/index.js';

export interface BasicConstraints {
  readonly cA: boolean;
  /** How many intermediates that are not self-issued may follow below this certificate; undefined is without limit. */
  readonly pathLenConstraint: number | undefined;
}

/**
 * RFC 5280, section 4.2.1.9. A pathLenConstraint beside `cA` FALSE is read and means nothing there ("meaningful only if the cA boolean is
 * asserted"): OpenSSL configurations with `CA:FALSE,pathlen:0` are common.
 */
export function readBasicConstraints(value: Uint8Array): BasicConstraints {
  const what = 'basicConstraints';
  const fields = readSequence(value, what);
  const isCaEncoded = fields.nextTag === tags.boolean;
  const cA = isCaEncoded && fields.boolean(`${what}: cA`);
  // X.690, section 11.5: a value that is the default is not encoded.
  if (isCaEncoded && !cA) throw new DerError(`${what}: cA FALSE is encoded`);
  const pathLenConstraint = fields.isAtEnd ? undefined : fields.natural(`${what}: pathLenConstraint`);
  fields.finish(what);
  return Object.freeze({ cA, pathLenConstraint });
}
