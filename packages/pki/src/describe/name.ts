import { attributeOids } from '../names.js';
import { Name } from '../peculiar.js';

/** A name's DER as text: RFC 4514, the most specific attribute first, with control characters escaped too, so that a terminal can show it. */
export function describeName(der: Uint8Array): string {
  const relativeNames = new Name(Uint8Array.from(der), { ...attributeOids }).toJSON();
  return relativeNames
    .reverse()
    .map((attributes) => Object.entries(attributes).flatMap(([type, values]) => values.map((value) => `${type}=${escaped(value)}`)))
    .map((pairs) => pairs.join('+'))
    .join(',');
}

/** RFC 4514, section 2.4. */
function escaped(value: string): string {
  return value
    .replace(/["+,;<>\\]|^[# ]| $/g, '\\$&')
    .replace(/\p{C}/gu, (character) => [...Buffer.from(character)].map((octet) => `\\${octet.toString(16).padStart(2, '0')}`).join(''));
}
