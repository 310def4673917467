import type { Random } from '../random.js';
import { type Element, primitive } from '../tree.js';
import { changeTagged, type Mutation, setContent } from './scene.js';

const universalTypes = [0x0c, 0x12, 0x13, 0x14, 0x16, 0x1a, 0x1c, 0x1e] as const;

/** The same octets under another type. */
export const changeStringType: Mutation = (scene) =>
  changeTagged(scene, universalTypes, (element) => {
    element.tag = scene.random.pick([...universalTypes, 0x19, 0x1b, 0x15, 0x04]);
  });

/** The same text under another type, encoded as that type is. */
export const transcodeString: Mutation = (scene) =>
  changeTagged(scene, [0x0c, 0x13, 0x14, 0x16, 0x1a], (element) => {
    const text = Buffer.from(element.content).toString(element.tag === 0x0c ? 'utf8' : 'latin1');
    element.tag = scene.random.pick(universalTypes);
    setContent(element, encoded(text, element.tag));
  });

/** Other text in a string: in names (universal types), and in general names (context tags). */
export const changeString: Mutation = (scene) =>
  changeTagged(scene, [...universalTypes, 0x81, 0x82, 0x86], (element) => {
    const { random } = scene;
    const text = Buffer.from(element.content).toString('latin1');
    setContent(element, random.chance(0.5) ? spoiled(random, element.content) : encoded(variant(random, text), element.tag));
  });

/** A string of any type, mostly well-formed. */
export function anyString(random: Random): Element {
  const tag = random.pick(universalTypes);
  const content = encoded(random.pick(texts), tag);
  return primitive(tag, random.chance(0.3) ? spoiled(random, content) : content);
}

const texts = [
  'alice',
  'Alice  B',
  ' ',
  '',
  ' x ',
  'a\tb\nc',
  'é',
  'ß',
  'ſ',
  'K',
  'ı',
  'İ',
  '名前',
  '😀',
  'a\u0301',
  '\u202ea',
  '\u200b',
  '\u2028',
  '\ufeff',
  'x\u0001y',
  'a\u007fb',
  '*.example.com',
  'a,b=c+d',
  '#0500',
  '\\00',
  '"',
  '1 2 3',
  'UPPER lower',
  'user@example.com',
  'x'.repeat(64),
  'x'.repeat(65),
  'x'.repeat(2_000),
] as const;

/** A text that a name comparison may, or may not, take for the same; or one that a reader may stumble on. */
function variant(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  return random.pick([
    () => text.toUpperCase(),
    () => text.toLowerCase(),
    () => ` ${text}`,
    () => `${text}  `,
    () => text.replace(/ +/g, '   '),
    () => `${text.slice(0, at)}${random.pick([' ', '\t', '\u00a0', '\u000b', '\r', '\u2003', '\u0085'])}${text.slice(at)}`,
    () => text.normalize('NFD'),
    () => `${text.slice(0, at)}${random.pick(texts)}${text.slice(at)}`,
    () => random.pick(texts),
    () => text.slice(0, at),
  ])();
}

/** Octets that their type does not allow, or allows against the reader's expectation. */
function spoiled(random: Random, content: Uint8Array): Uint8Array {
  const at = random.below(content.length + 1);
  const inserted = random.pick([
    [0x00],
    [0x01],
    [0x0a],
    [0x0d],
    [0x1b],
    [0x1f],
    [0x7f],
    [0x80],
    [0xa0],
    [0xff],
    [0xc0, 0x80],
    [0xc3],
    [0xc3, 0x28],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xed, 0xb0, 0x80],
    [0xef, 0xbf, 0xbe],
    [0xf0, 0x80, 0x80, 0x80],
    [0xf4, 0x8f, 0xbf, 0xbf],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
    [0xfe],
    [0xd8, 0x00],
    [0xd8, 0x3d, 0xde, 0x00],
    [0x00, 0x11, 0x00, 0x00],
    [0x00, 0x00],
    [0x20],
    [0x2a],
    [0x40],
    [0x5f],
  ]);
  return Uint8Array.from(Buffer.concat([content.subarray(0, at), Uint8Array.from(inserted), content.subarray(at)]));
}

function encoded(text: string, tag: number): Uint8Array {
  switch (tag) {
    case 0x0c:
      return Buffer.from(text, 'utf8');
    case 0x1e:
      return Buffer.from(text, 'utf16le').swap16();
    case 0x1c:
      return Uint8Array.from([...text].flatMap((character) => bigEndian(character.codePointAt(0) as number)));
    default:
      return Buffer.from(text, 'latin1');
  }
}

function bigEndian(number: number): number[] {
  return [number >>> 24, (number >>> 16) & 0xff, (number >>> 8) & 0xff, number & 0xff];
}
