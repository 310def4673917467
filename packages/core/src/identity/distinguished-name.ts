import type { Name } from '../x509/index.js';
import type { DistinguishedNameFields, NameAttribute } from './fields.js';

/** A name of the certificate for handlers, logs and policies, deeply frozen. As a string it is its RFC 4514 form. */
export class DistinguishedName implements DistinguishedNameFields {
  readonly dn: string;
  readonly attributes: Readonly<Partial<Record<string, readonly string[]>>>;
  readonly rdns: readonly (readonly NameAttribute[])[];

  constructor(name: Name) {
    this.dn = name.toString();
    this.rdns = Object.freeze(name.rdns.map((rdn) => Object.freeze(rdn.map(nameAttribute))));
    this.attributes = attributesByKeyword(this.rdns);
    Object.freeze(this);
  }

  toString(): string {
    return this.dn;
  }

  toJSON(): DistinguishedNameFields {
    return Object.freeze({ dn: this.dn, attributes: this.attributes, rdns: this.rdns });
  }
}

function nameAttribute({ type, keyword, value, isString }: NameAttribute): NameAttribute {
  return Object.freeze({ type, keyword, value, isString });
}

/** Without a prototype, so that no keyword ever finds what every object inherits. */
function attributesByKeyword(rdns: readonly (readonly NameAttribute[])[]): Readonly<Partial<Record<string, readonly string[]>>> {
  const attributes: Record<string, string[]> = Object.create(null);
  for (const { keyword, type, value } of rdns.flat()) (attributes[keyword ?? type] ??= []).push(value);
  for (const values of Object.values(attributes)) Object.freeze(values);
  return Object.freeze(attributes);
}
