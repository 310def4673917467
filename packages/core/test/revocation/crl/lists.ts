import type { ValidatedPath } from '../../../src/path/index.js';
import { CrlCollection } from '../../../src/revocation/crl/collection.js';
import type { Crl } from '../../../src/revocation/crl/crl.js';
import { evaluateCrls } from '../../../src/revocation/crl/evaluate.js';
import { indexNow } from '../../../src/revocation/crl/indexing.js';
import type { CrlInputs } from '../../../src/revocation/crl/inputs.js';
import type { CrlStatus } from '../../../src/revocation/crl/status.js';
import { at, type Issued } from '../../path/pki.js';
import { type CrlOptions, readList } from '../../support/crl-builder.js';

/** An indexed list; throws when it is refused. */
export function crl(options: CrlOptions): Crl {
  const indexed = indexNow(readList(options));
  if (!indexed.ok) throw new Error(indexed.detail);
  return indexed.value;
}

/** A list of an authority, signed with its key. */
export function crlOf({ name, key }: Issued, options: CrlOptions = {}): Crl {
  return crl({ issuer: name, issuerKey: key, ...options });
}

export function collection(...crls: readonly Crl[]): CrlCollection {
  return CrlCollection.of(crls, at);
}

export const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What the lists say of the end entity, or of the certificate at `index`; throws when it takes waiting. */
export function statusOf(path: ValidatedPath, crls: readonly Crl[], inputs: Partial<CrlInputs> & { index?: number } = {}): CrlStatus {
  const { index = 0, ...others } = inputs;
  const status = evaluateCrls(path, index, { crls: collection(...crls), at, pause, ...others });
  if (status instanceof Promise) throw new Error('the status is not there at once');
  return status;
}
