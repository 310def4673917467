/**
 * A host in lower case, or undefined where it is not in the preferred name syntax (RFC 5280, section 4.2.1.6): labels of 1 to 63 letters,
 * digits and hyphens, 253 characters in all, no period at either end. Underscores are let pass, as names inside of companies have them.
 * Internationalized names have their A-labels here (RFC 9549).
 */
export function readHost(text: string): string | undefined {
  return text.length <= longestHost && hostSyntax.test(text) ? text.toLowerCase() : undefined;
}

/** RFC 1035, section 2.3.4: 255 octets on the wire. */
const longestHost = 253;

const hostSyntax = /^[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*$/;

/** A host and what is below it; `readSubtree` of the forms says which of the two counts. */
export interface Domain {
  readonly host: string;
  /** The host with a period before it: a name ends in it when it has further labels on the left. */
  readonly suffix: string;
}

export function readDomain(text: string): Domain | undefined {
  const host = readHost(text);
  return host === undefined ? undefined : { host, suffix: `.${host}` };
}

/** Whether the host has one or more labels before the domain's. */
export function isBelow(host: string, domain: Domain): boolean {
  return host.endsWith(domain.suffix);
}

/** Whether the host is the domain, or below it. */
export function isWithin(host: string, domain: Domain): boolean {
  return host === domain.host || isBelow(host, domain);
}
