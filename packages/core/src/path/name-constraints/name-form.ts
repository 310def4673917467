import type { GeneralName } from '../../x509/index.js';

/**
 * How the names of one form are compared with the subtrees of that form. Both are read first, so that what is compared has one spelling;
 * what cannot be read cannot be compared, and then the certificate is refused (RFC 5280, section 4.2.1.10: "process the constraint or
 * reject the certificate").
 *
 * Where RFC 5280 leaves a doubt, `permits` takes the narrower reading and `excludes` the wider one.
 */
export interface NameForm<Name, Subtree> {
  /** As RFC 5280 names it, for the trace. */
  readonly label: string;
  /** A name of a certificate, or undefined where it is none that can be compared. */
  readName(name: GeneralName): Name | undefined;
  /** The base of a subtree, or undefined where it is none that can be processed. */
  readSubtree(base: GeneralName): Subtree | undefined;
  /** Whether everything that the name stands for is in the subtree. */
  permits(subtree: Subtree, name: Name): boolean;
  /** Whether anything that the name stands for is in the subtree. */
  excludes(subtree: Subtree, name: Name): boolean;
}
