import { inspect } from 'node:util';
import type { Name } from '../x509/index.js';
import type { DistinguishedNameFields, NameAttribute } from './fields.js';

/**
 * A name of the certificate for handlers, logs and policies, deeply frozen. As a string it is its RFC 4514 form. Like the identity it has
 * accessors, which derive their value when they are first asked: most requests look at one name, and at one form of it.
 */
export class DistinguishedName implements DistinguishedNameFields {
  readonly #name: Name;
  #dn: string | undefined;
  #attributes: DistinguishedNameFields['attributes'] | undefined;
  #rdns: DistinguishedNameFields['rdns'] | undefined;

  constructor(name: Name) {
    this.#name = name;
    Object.freeze(this);
  }

  get dn(): string {
    this.#dn ??= this.#name.toString();
    return this.#dn;
  }

  get attributes(): DistinguishedNameFields['attributes'] {
    this.#attributes ??= attributesByKeyword(this.rdns);
    return this.#attributes;
  }

  get rdns(): DistinguishedNameFields['rdns'] {
    this.#rdns ??= Object.freeze(this.#name.rdns.map((rdn) => Object.freeze(rdn.map(nameAttribute))));
    return this.#rdns;
  }

  toString(): string {
    return this.dn;
  }

  toJSON(): DistinguishedNameFields {
    return Object.freeze({ dn: this.dn, attributes: this.attributes, rdns: this.rdns });
  }

  /** `console.log` shows the fields, which accessors would hide. */
  [inspect.custom](): DistinguishedNameFields {
    return this.toJSON();
  }

  static {
    Object.freeze(DistinguishedName.prototype);
  }
}

/** Without the attribute's DER: those bytes are the certificate's, and could be written to. */
function nameAttribute({ type, keyword, value, isString }: NameAttribute): NameAttribute {
  return Object.freeze({ type, keyword, value, isString });
}

/** Without a prototype, so that no keyword ever finds what every object inherits. */
function attributesByKeyword(rdns: DistinguishedNameFields['rdns']): DistinguishedNameFields['attributes'] {
  const attributes: Record<string, string[]> = Object.create(null);
  for (const { keyword, type, value } of rdns.flat()) {
    const key = keyword ?? type;
    const values = attributes[key];
    if (values === undefined) attributes[key] = [value];
    else values.push(value);
  }
  for (const values of Object.values(attributes)) Object.freeze(values);
  return Object.freeze(attributes);
}
