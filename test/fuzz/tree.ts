/**
 * DER as a tree that can be bent. This shares nothing with core's reader, whose judge it is: it reads well-formed DER alone and
 * writes whatever it is told to.
 */
export interface Element {
  /** The identifier octet; `identifier` stands in its place where there is one. */
  tag: number;
  identifier?: Uint8Array;
  /** The content octets of an element without children. */
  content: Uint8Array;
  /** The elements inside. An OCTET STRING or BIT STRING that holds DER has them too. */
  children: Element[] | undefined;
  /** Octets between the header and the first child: the count of unused bits of a BIT STRING. */
  prefix: Uint8Array;
  /** How the length is written, where not in its shortest form. */
  lengthForm?: LengthForm;
  /** Written as it is, instead of all the above. */
  raw?: Uint8Array;
}

export type LengthForm = (typeof lengthForms)[number];

/**
 * `long` is not the shortest for less than 128 octets; `padded` and `five octets` have leading zeros; `indefinite` is BER's, with its end
 * marker and without (`unended`); `oneMore` and `oneLess` lie by one, `huge` and `huger` by gigabytes; `reserved` is none.
 */
export const lengthForms = [
  'long',
  'padded',
  'five octets',
  'indefinite',
  'unended',
  'oneMore',
  'oneLess',
  'huge',
  'huger',
  'reserved',
] as const;

const empty = new Uint8Array(0);

export function primitive(tag: number, content: Uint8Array | readonly number[] = empty): Element {
  return { tag, content: Uint8Array.from(content), children: undefined, prefix: empty };
}

export function constructed(tag: number, ...children: Element[]): Element {
  return { tag, content: empty, children, prefix: empty };
}

export function sequence(...children: Element[]): Element {
  return constructed(0x30, ...children);
}

/** An OCTET STRING, or a BIT STRING, that holds DER. */
export function holding(tag: 0x03 | 0x04, ...children: Element[]): Element {
  return { tag, content: empty, children, prefix: tag === 0x03 ? Uint8Array.of(0) : empty };
}

/** A copy that can be changed without changing the original; octets are never changed in place, and are shared. */
export function clone(element: Element): Element {
  const { tag, content, children, prefix, identifier, lengthForm, raw } = element;
  const copy: Element = { tag, content, children: children?.map(clone), prefix };
  if (identifier !== undefined) copy.identifier = identifier;
  if (lengthForm !== undefined) copy.lengthForm = lengthForm;
  if (raw !== undefined) copy.raw = raw;
  return copy;
}

/** Every element, `root` first, each with the one that holds it. */
export function everyElement(root: Element): Place[] {
  const places: Place[] = [{ element: root, parent: undefined }];
  // The list grows while it is walked.
  for (const { element } of places) for (const child of element.children ?? []) places.push({ element: child, parent: element });
  return places;
}

export interface Place {
  readonly element: Element;
  readonly parent: Element | undefined;
}

/**
 * Reads one element, which must be all of `bytes`; undefined when they are not well-formed DER. A constructed element whose content is
 * none is refused too, or, where the reading is `lenient`, stays without children.
 */
export function readTree(bytes: Uint8Array, lenient = false): Element | undefined {
  const elements = readElements(bytes, 0, lenient);
  return elements?.length === 1 ? elements[0] : undefined;
}

const deepest = 64;

function readElements(bytes: Uint8Array, depth: number, lenient: boolean): Element[] | undefined {
  if (depth > deepest) return undefined;
  const elements: Element[] = [];
  let position = 0;
  while (position < bytes.length) {
    const tag = bytes[position] as number;
    const header = readHeader(bytes, position);
    if (header === undefined || (tag & 0x1f) === 0x1f) return undefined;
    const content = bytes.subarray(header.start, header.end);
    const element = readElement(tag, content, depth, lenient);
    if (element === undefined) return undefined;
    elements.push(element);
    position = header.end;
  }
  return elements;
}

function readElement(tag: number, content: Uint8Array, depth: number, lenient: boolean): Element | undefined {
  if ((tag & 0x20) !== 0) {
    const children = readElements(content, depth + 1, lenient);
    if (children !== undefined) return { tag, content: empty, children, prefix: empty };
    return lenient ? { tag, content, children: undefined, prefix: empty } : undefined;
  }
  const prefixLength = tag === 0x04 ? 0 : tag === 0x03 && content[0] === 0 ? 1 : undefined;
  if (prefixLength !== undefined && content.length > prefixLength + 1) {
    const held = readElements(content.subarray(prefixLength), depth + 1, lenient);
    if (held?.length === 1) return { tag, content: empty, children: held, prefix: content.slice(0, prefixLength) };
  }
  return { tag, content: content.slice(), children: undefined, prefix: empty };
}

function readHeader(bytes: Uint8Array, position: number): { start: number; end: number } | undefined {
  const first = bytes[position + 1];
  if (first === undefined) return undefined;
  let length = first;
  let start = position + 2;
  if (first >= 0x80) {
    const octets = first - 0x80;
    if (octets === 0 || octets > 3 || start + octets > bytes.length) return undefined;
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (bytes[start + i] as number);
    if (length < 0x80 || length < 256 ** (octets - 1)) return undefined;
    start += octets;
  }
  return start + length > bytes.length ? undefined : { start, end: start + length };
}

/** No input is longer than this; what would be is cut by `writeTree` to nothing. */
const mostBytes = 1 << 20;

const buffer = new Uint8Array(mostBytes);
let cursor = mostBytes;

/** The encoding, written from its end to its beginning, so that every length is known when it is due. Undefined when it would be too long. */
export function writeTree(root: Element): Uint8Array | undefined {
  cursor = mostBytes;
  return writeElement(root) ? buffer.slice(cursor) : undefined;
}

function writeElement({ tag, content, children, prefix, identifier, lengthForm, raw }: Element): boolean {
  if (raw !== undefined) return write(raw);
  if (lengthForm === 'indefinite' && !write([0, 0])) return false;
  const end = cursor;
  if (children === undefined) {
    if (!write(content)) return false;
  } else {
    for (let i = children.length - 1; i >= 0; i--) if (!writeElement(children[i] as Element)) return false;
    if (!write(prefix)) return false;
  }
  const length = end - cursor;
  if (identifier !== undefined || lengthForm !== undefined || length >= 0x80) {
    return write(lengthOctets(length, lengthForm)) && write(identifier ?? [tag]);
  }
  if (cursor < 2) return false;
  buffer[--cursor] = length;
  buffer[--cursor] = tag;
  return true;
}

function write(octets: ArrayLike<number>): boolean {
  const { length } = octets;
  if (length > cursor) return false;
  cursor -= length;
  // For a few octets, a call into the engine takes longer than the loop.
  if (length > 40) buffer.set(octets, cursor);
  else for (let i = 0; i < length; i++) buffer[cursor + i] = octets[i] as number;
  return true;
}

function lengthOctets(length: number, form: LengthForm | undefined): number[] {
  switch (form) {
    case undefined:
      return shortest(length);
    case 'long':
      return [0x80 + minimalOctets(length).length, ...minimalOctets(length)];
    case 'padded':
      return [0x80 + minimalOctets(length).length + 1, 0, ...minimalOctets(length)];
    case 'five octets':
      return [0x85, ...Array<number>(5 - minimalOctets(length).length).fill(0), ...minimalOctets(length)];
    case 'indefinite':
    case 'unended':
      return [0x80];
    case 'oneMore':
      return shortest(length + 1);
    case 'oneLess':
      return shortest(Math.max(0, length - 1));
    case 'huge':
      return [0x84, 0xff, 0xff, 0xff, 0xff];
    case 'huger':
      return [0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    case 'reserved':
      return [0xff];
  }
}

function shortest(length: number): number[] {
  if (length < 0x80) return [length];
  const octets = minimalOctets(length);
  return [0x80 + octets.length, ...octets];
}

function minimalOctets(length: number): number[] {
  const octets: number[] = [];
  for (let rest = length; rest > 0 || octets.length === 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return octets;
}
