import { oids, prepareString } from '../../x509/index.js';
import { type Domain, isBelow, isWithin, readDomain, readHost } from './host.js';
import type { NameForm } from './name-form.js';
import { readUtf8OtherName } from './utf8-other-name.js';

interface PrincipalName {
  readonly user: FoldedUser;
  readonly host: string;
}

/** Active Directory ignores case. How it does so beyond ASCII it does not say, so there are two readings. */
interface FoldedUser {
  readonly narrow: string;
  readonly wide: string;
}

type PrincipalSubtree =
  | { readonly kind: 'all' }
  | ({ readonly kind: 'user' } & PrincipalName)
  | ({ readonly kind: 'at' | 'host' | 'below' } & Domain);

/**
 * User principal names of Windows, an otherName. RFC 5280 leaves the comparison of other names to those who define them; Microsoft's
 * authorities write these bases, and do not say whether `a.example` includes what is below it, so excluded it does and permitted it
 * does not.
 *
 * | subtree       | name            | permits | excludes |
 * | ------------- | --------------- | ------- | -------- |
 * | (empty)       | any             | yes     | yes      |
 * | u@a.example   | U@A.example     | yes     | yes      |
 * | u@a.example   | v@a.example     | no      | no       |
 * | @a.example    | u@a.example     | yes     | yes      |
 * | @a.example    | u@b.a.example   | no      | no       |
 * | a.example     | u@a.example     | yes     | yes      |
 * | a.example     | u@b.a.example   | no      | yes      |
 * | .a.example    | u@b.a.example   | yes     | yes      |
 * | .a.example    | u@a.example     | no      | yes      |
 * | any of these  | u@ba.example    | no      | no       |
 * | any           | u, @a, u@v@a, a value that is no UTF8String | refused | refused |
 */
export const userPrincipalName: NameForm<PrincipalName, PrincipalSubtree> = {
  label: 'userPrincipalName',

  readName(name) {
    if (name.type !== 'otherName' || name.typeId !== oids.otherName.userPrincipalName) return undefined;
    const text = readUtf8OtherName(name.value);
    return text === undefined || text.length > longestName ? undefined : readPrincipalName(text);
  },

  readSubtree(base) {
    if (base.type !== 'otherName' || base.typeId !== oids.otherName.userPrincipalName) return undefined;
    const text = readUtf8OtherName(base.value);
    if (text === undefined || text.length > longestName) return undefined;
    if (text === '') return { kind: 'all' };
    if (text.indexOf('@') > 0) {
      const name = readPrincipalName(text);
      return name === undefined ? undefined : { kind: 'user', ...name };
    }
    const kind = text.startsWith('@') ? 'at' : text.startsWith('.') ? 'below' : 'host';
    const domain = readDomain(kind === 'host' ? text : text.slice(1));
    return domain === undefined ? undefined : { kind, ...domain };
  },

  permits(subtree, { user, host }) {
    switch (subtree.kind) {
      case 'all':
        return true;
      case 'user':
        return host === subtree.host && user.narrow === subtree.user.narrow;
      case 'at':
      case 'host':
        return host === subtree.host;
      case 'below':
        return isBelow(host, subtree);
    }
  },

  excludes(subtree, { user, host }) {
    switch (subtree.kind) {
      case 'all':
        return true;
      case 'user':
        return host === subtree.host && user.wide === subtree.user.wide;
      case 'at':
        return host === subtree.host;
      case 'host':
      case 'below':
        return isWithin(host, subtree);
    }
  },
};

/** Active Directory allows 1,024 characters. */
const longestName = 1_024;

function readPrincipalName(text: string): PrincipalName | undefined {
  const at = text.indexOf('@');
  // A second @ is left to the host, which has none.
  const host = at > 0 ? readHost(text.slice(at + 1)) : undefined;
  return host === undefined ? undefined : { user: fold(text.slice(0, at)), host };
}

function fold(user: string): FoldedUser {
  return {
    narrow: user.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
    // What is not prepared equals nothing but itself.
    wide: prepareString(user) ?? user,
  };
}
