/** A glob made ready, or what is wrong with its text. */
export type Glob =
  | {
      readonly ok: true;
      /** Characters beyond which no value matches. */
      readonly longest: number;
      matches(value: string): boolean;
    }
  | { readonly ok: false; readonly problem: string };

/** Longer values match no glob: the value is the peer's. A DNS name has at most 253 characters, a SPIFFE ID 2,048. */
const longestValue = 2_048;
/** RFC 1035, section 2.3.4, as text. */
const longestDnsName = 253;

/** ASCII alone: other letters have ASCII ones as their lower case (the Kelvin sign). */
const ascii = /^[\x21-\x7e]*$/;

/** RFC 1123, section 2.1, with the `_` that services use. A `*` of the certificate is no label: a wildcard certificate is not each of its names. */
const label = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/;

/**
 * DNS names: `*` stands for one whole label and is the leftmost one, as in certificates of servers (RFC 9525, section 6.3); `**` there stands for one or
 * more. ASCII letters are compared without regard to case.
 */
export function dnsGlob(glob: string): Glob {
  if (!ascii.test(glob)) return noGlob(glob, 'of a DNS name is in ASCII, an internationalized name as A-labels (xn--…)', glob);
  const [first, ...rest] = glob.toLowerCase().split('.');
  if (first !== '*' && first !== '**') return noGlob(glob, "of a DNS name begins with '*.' (one label) or '**.' (one or more)", glob);
  if (rest.length === 0) return noGlob(glob, 'would match every DNS name: name the domain below the *', glob);
  const wrong = rest.find((part) => !label.test(part));
  if (wrong !== undefined)
    return noGlob(glob, 'has the * as its leftmost label alone, and labels of letters, digits and hyphens otherwise', wrong);
  return {
    ok: true,
    longest: longestDnsName,
    matches(value) {
      if (value.length > longestDnsName || !ascii.test(value)) return false;
      const labels = value.toLowerCase().split('.');
      const more = labels.length - rest.length;
      if (first === '*' ? more !== 1 : more < 1) return false;
      return labels.slice(0, more).every((part) => label.test(part)) && rest.every((part, i) => labels[more + i] === part);
    },
  };
}

/**
 * URIs, SPIFFE IDs above all: scheme and authority (for SPIFFE the trust domain) stand as they are; in the path `*` stands for one or more characters of one
 * segment, and `**` as the last segment for one or more segments. A `*` takes what a segment is made of (RFC 3986, section 3.3), without percent-encoding and without a
 * `*` of the certificate, so that what one segment says cannot become another, whoever decodes it; nor does it take the segments `.` and `..`.
 */
export function uriGlob(glob: string): Glob {
  const [, root = '', path = ''] = /^([A-Za-z][A-Za-z0-9+.-]*:(?:\/\/[^/?#]*)?)(.*)$/s.exec(glob) ?? [];
  if (root === '' || root.includes('*')) return noGlob(glob, 'of a URI begins with its scheme and authority, without a *', glob);
  if (!path.includes('*')) return noGlob(glob, 'of a URI has a * in its path; write one without as a string', glob);
  const segments = path.split('/');
  const wrong = segments.find((segment) => segment.includes('*') && !free.test(segment.replaceAll('*', '')));
  if (wrong !== undefined) return noGlob(glob, 'of a URI has beside a * only what a segment may hold, not percent-encoded', wrong);
  const isDeep = segments.at(-1) === '**';
  const fixed = (isDeep ? segments.slice(0, -1) : segments).map((segment) => segmentGlob(segment));
  if (segments.slice(0, isDeep ? -1 : undefined).some((segment) => segment.includes('**')))
    return noGlob(glob, "has '**' as the last segment of its path alone", '**');
  return {
    ok: true,
    longest: longestValue,
    matches(value) {
      if (value.length > longestValue || !value.startsWith(root)) return false;
      const found = value.slice(root.length).split('/');
      const more = found.length - fixed.length;
      if (isDeep ? more < 1 : more !== 0) return false;
      return fixed.every((fits, i) => fits(found[i] ?? '')) && found.slice(fixed.length).every(isFreeSegment);
    },
  };
}

/** pchar of RFC 3986, section 3.3, without pct-encoded, and without `*`. */
const free = /^[A-Za-z0-9._~!$&'()+,;=:@-]*$/;

/** `*` in one segment of a path: one or more characters. */
function segmentGlob(segment: string): (value: string) => boolean {
  if (!segment.includes('*')) return (value) => value === segment;
  const fits = runs(segment, 1, free);
  return (value) => value !== '.' && value !== '..' && fits(value);
}

function isFreeSegment(segment: string): boolean {
  return segment !== '' && segment !== '.' && segment !== '..' && free.test(segment);
}

/**
 * Plain texts (attributes, user principal names): `*` stands for any number of characters, none that does not show among them; everything else is compared
 * exactly.
 */
export function textGlob(glob: string): Glob {
  if (/^\*+$/.test(glob)) return noGlob(glob, 'would match every value: name the part that is fixed', glob);
  if (!glob.includes('*')) return noGlob(glob, 'has a *; write a text without one as a string', glob);
  if (!visible.test(glob)) return noGlob(glob, 'has only characters that show', glob);
  const fits = runs(glob, 0, visible);
  return { ok: true, longest: longestValue, matches: (value) => value.length <= longestValue && fits(value) };
}

/** Control and format characters, unassigned ones, line and paragraph separators do not show. */
const visible = /^[^\p{C}\p{Zl}\p{Zp}]*$/u;

/** E-mail addresses: `*` takes one or more characters, no `@` and none beyond ASCII; the domain is compared without regard to the case of ASCII letters (RFC 5280, section 7.5). */
export function emailGlob(glob: string): Glob {
  const at = glob.lastIndexOf('@');
  if (at < 1 || at === glob.length - 1) return noGlob(glob, "of an e-mail address has an '@' between two parts", glob);
  if (!glob.includes('*')) return noGlob(glob, 'has a *; write an address without one as a string', glob);
  if (!ascii.test(glob) || glob.slice(0, at).includes('@')) return noGlob(glob, "of an e-mail address is in ASCII, with one '@'", glob);
  const [local, domain] = [runs(glob.slice(0, at), 1, /^[\x21-\x3f\x41-\x7e]*$/), wholeDomain(glob.slice(at + 1))];
  if (!domain.ok) return domain;
  return {
    ok: true,
    longest: longestValue,
    matches(value) {
      const split = value.lastIndexOf('@');
      return split > 0 && value.length <= longestValue && local(value.slice(0, split)) && domain.matches(value.slice(split + 1));
    },
  };
}

function wholeDomain(domain: string): Glob {
  if (domain.includes('*')) return dnsGlob(domain);
  return { ok: true, longest: longestValue, matches: (value) => ascii.test(value) && value.toLowerCase() === domain.toLowerCase() };
}

/**
 * Fixed parts with a run of at least so many `free` characters between them. The first and the last part are held fast and each one between is looked for from the
 * left, which is as good as every other place, so that it takes one pass whatever the value.
 */
function runs(glob: string, least: 0 | 1, free: RegExp): (value: string) => boolean {
  const parts = glob.split('*');
  if (parts.length === 1) return (value) => value === glob;
  const first = parts[0] as string;
  const last = parts.at(-1) as string;
  const between = parts.slice(1, -1);
  return (value) => {
    const end = value.length - last.length;
    if (!free.test(value) || end < first.length + least || !value.startsWith(first) || !value.endsWith(last)) return false;
    let from = first.length;
    for (const part of between) {
      const at = value.indexOf(part, from + least);
      if (at === -1 || at + part.length + least > end) return false;
      from = at + part.length;
    }
    return true;
  };
}

function noGlob(glob: string, need: string, at: string): Glob {
  return { ok: false, problem: `'${glob}' is no glob here: a glob ${need}${at === glob ? '' : ` (found '${at}')`}` };
}
