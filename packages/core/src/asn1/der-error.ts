/**
 * Thrown while DER or PEM is read; the message names the element and the rule that it breaks.
 *
 * It stays inside the asn1 and x509 layers: their public functions turn it into a refusal. The two exceptions are `readPem`,
 * which reads what the operator configured, and the lazy extension accessors of `Certificate`.
 */
export class DerError extends Error {
  override readonly name: string = 'DerError';
}

/** Thrown for what breaks no rule, but is larger than anybody needs and than this library reads. */
export class DerLimitError extends DerError {
  override readonly name = 'DerLimitError';
}
