/** What a name is compared by: the type and the value of each attribute. */
export interface ComparedAttribute {
  /** The dotted OID. */
  readonly type: string;
  readonly value: string;
  /** A value that is no text equals none. */
  readonly isString: boolean;
}

export type ComparedName = readonly (readonly ComparedAttribute[])[];

/** A name whose values are folded once, to be compared with many. */
export function foldedName(name: ComparedName): ComparedName {
  return name.map((rdn) => rdn.map((attribute) => ({ ...attribute, value: folded(attribute.value) })));
}

/** RFC 5280, section 7.1: as many RDNs in the same order, each with the same attributes in any order. `wanted` is folded. */
export function sameName(wanted: ComparedName, name: ComparedName): boolean {
  return wanted.length === name.length && wanted.every((rdn, i) => sameRdn(rdn, name[i] ?? []));
}

function sameRdn(wanted: readonly ComparedAttribute[], rdn: readonly ComparedAttribute[]): boolean {
  if (wanted.length !== rdn.length) return false;
  const left = rdn.filter((attribute) => attribute.isString).map(({ type, value }) => ({ type, value: folded(value) }));
  for (const { type, value } of wanted) {
    const at = left.findIndex((attribute) => attribute.type === type && attribute.value === value);
    if (at === -1) return false;
    left.splice(at, 1);
  }
  return true;
}

/**
 * The case of ASCII letters alone: other foldings make letters equal that are not the same in every language, or at all (the Kelvin sign
 * and k).
 */
function folded(value: string): string {
  return value
    .replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    .replace(/[ \t-\r]+/g, ' ')
    .replace(/^ | $/g, '');
}
