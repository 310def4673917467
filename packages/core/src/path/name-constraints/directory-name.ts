import type { Name } from '../../x509/index.js';
import type { NameForm } from './name-form.js';

/**
 * RFC 5280, section 4.2.1.10: a directoryName is in a subtree when its relative names begin with those of the base, compared as section 7.1
 * has it. It concerns the subject, unless it is empty, and each directoryName of subjectAltName.
 *
 * | subtree    | name              | in the subtree |
 * | ---------- | ----------------- | -------------- |
 * | (empty)    | any               | yes            |
 * | C=DE, O=a  | C=DE, O=a         | yes            |
 * | C=DE, O=a  | C=de, O=A, CN=b   | yes            |
 * | C=DE, O=a  | C=DE, O=ab        | no             |
 * | C=DE, O=a  | C=DE, O=a + OU=b  | no             |
 * | C=DE, O=a  | C=DE              | no             |
 * | C=DE, O=a  | O=a, C=DE         | no             |
 * | any        | a name that is not prepared (`Name.isPrepared`) | refused |
 */
export const directoryName: NameForm<string, string> = {
  label: 'directoryName',
  readName: (name) => (name.type === 'directoryName' ? prefix(name.value) : undefined),
  readSubtree: (base) => (base.type === 'directoryName' ? prefix(base.value) : undefined),
  permits: (subtree, name) => name.startsWith(subtree),
  excludes: (subtree, name) => name.startsWith(subtree),
};

/**
 * `Name.key` with a separator behind the last relative name as well. Reading a key from the left, each value's end is known (a string has
 * its length in front of it, other values are hexadecimal), so keys that begin alike stand for names that begin alike.
 */
function prefix(name: Name): string | undefined {
  if (name.isEmpty) return '';
  return name.isPrepared ? `${name.key}|` : undefined;
}
