import { fieldsOf } from '../certificate-tree.js';
import { naturalOctets } from '../keys.js';
import type { Random } from '../random.js';
import { type Element, primitive } from '../tree.js';
import { anyPlace, changeTagged, type Mutation, setContent } from './scene.js';

/** Mutations of the simple types: integers, booleans, bit strings, NULL, times. */

export const changeInteger: Mutation = (scene) =>
  changeTagged(scene, [0x02, 0x80, 0x81, 0x82], (element) => setContent(element, anyInteger(scene.random)));

export function anyInteger(random: Random): Uint8Array {
  return random.pick([
    () => Uint8Array.of(random.pick([0x00, 0x01, 0x02, 0x03, 0x7f, 0x80, 0xff, 0x14])),
    () => Uint8Array.of(),
    // Padded, by the sign either way.
    () => Uint8Array.of(0x00, random.pick([0x00, 0x01, 0x7f])),
    () => Uint8Array.of(0xff, random.pick([0x80, 0xff])),
    // Just not padded.
    () => Uint8Array.of(0x00, random.pick([0x80, 0xff])),
    () => Uint8Array.of(0xff, random.pick([0x00, 0x7f])),
    () => Uint8Array.of(random.below(128), ...random.bytes(random.between(1, 8))),
    // 2^31, 2^32, 2^53, 2^63, 2^64, and one less.
    () => naturalOctets(2n ** random.pick([31n, 32n, 53n, 63n, 64n]) - BigInt(random.below(2))),
    () => Uint8Array.of(0x7f, ...new Uint8Array(random.pick([18, 19, 20, 21])).fill(0xff)),
    () => Uint8Array.of(0x00, 0x80, ...new Uint8Array(random.pick([18, 19, 20])).fill(0x01)),
    () => new Uint8Array(random.pick([20, 21, 22, 200])).fill(random.pick([0x00, 0xff, 0x11])),
  ])();
}

export const changeBoolean: Mutation = (scene) =>
  changeTagged(scene, [0x01], (element) => {
    const { random } = scene;
    setContent(element, random.pick([[0x00], [0x01], [0xff], [0x7f], [], [0xff, 0xff], [0x00, 0x00]]));
  });

/** The count of unused bits, and bits that ought to be zero. */
export const changeBitString: Mutation = (scene) => {
  const { random } = scene;
  const place = anyPlace(scene, ({ tag }) => tag === 0x03);
  if (place === undefined) return false;
  const { element } = place;
  if (element.children !== undefined) {
    element.prefix = Uint8Array.from(random.pick([[1], [7], [8], [0xff], [], [0, 0]]));
    return true;
  }
  const bits = element.content.subarray(1);
  setContent(
    element,
    random.pick([
      () => Uint8Array.of(random.below(10), ...bits),
      () => Uint8Array.of(0),
      () => Uint8Array.of(random.between(1, 8)),
      () => Uint8Array.of(),
      () => Uint8Array.of(0, ...bits, 0),
      () => Uint8Array.of(random.below(8), ...random.bytes(random.between(1, 3))),
      () => Uint8Array.of(7, 0x80),
      () => Uint8Array.of(0, 0x00, 0x80),
    ])(),
  );
  return true;
};

export const changeNull: Mutation = (scene) =>
  changeTagged(scene, [0x05], (element) => {
    const { random } = scene;
    if (random.chance(0.5)) setContent(element, random.bytes(random.between(1, 2)));
    else element.tag = random.pick([0x04, 0x30, 0x01, 0x02, 0x85]);
  });

export const changeTime: Mutation = (scene) =>
  changeTagged(scene, [0x17, 0x18], (element) => {
    const { random } = scene;
    const time = anyTime(random);
    if (random.chance(0.7)) element.tag = time.tag;
    setContent(element, time.content);
  });

/** The validity backwards, or one of its ends for both. */
export const swapTimes: Mutation = ({ root, random }) => {
  const times = fieldsOf(root)?.validity.children;
  const [notBefore, notAfter] = times ?? [];
  if (times === undefined || notBefore === undefined || notAfter === undefined) return false;
  times.splice(
    0,
    2,
    ...random.pick([
      [notAfter, notBefore],
      [notBefore, { ...notBefore }],
      [notAfter, { ...notAfter }],
    ]),
  );
  return true;
};

function anyTime(random: Random): Element {
  const utc = (text: string): Element => primitive(0x17, Buffer.from(text));
  const generalized = (text: string): Element => primitive(0x18, Buffer.from(text));
  const two = (most: number): string => String(random.between(0, most)).padStart(2, '0');
  return random.pick([
    // Around the time of verification, 2027-01-01T00:00:00Z, to the second.
    () => utc(random.pick(['261231235959Z', '270101000000Z', '270101000001Z'])),
    () => generalized(random.pick(['20261231235959Z', '20270101000000Z', '20270101000001Z'])),
    // Edges of the two types and of the calendar.
    () => utc(random.pick(['491231235959Z', '500101000000Z', '991231235959Z', '000101000000Z', '700101000000Z'])),
    () =>
      generalized(
        random.pick(['00000101000000Z', '00010101000000Z', '01000301000000Z', '19500101000000Z', '99991231235959Z', '00991231235959Z']),
      ),
    () => generalized(random.pick(['20000229000000Z', '19000229000000Z', '20230229000000Z', '24000229000000Z', '20280431000000Z'])),
    () =>
      utc(
        random.pick([
          '280229000000Z',
          '270229000000Z',
          '000229000000Z',
          '271301000000Z',
          '270001000000Z',
          '270132000000Z',
          '270100000000Z',
        ]),
      ),
    () => utc(random.pick(['270101240000Z', '270101006000Z', '270101000060Z', '270101235960Z'])),
    // Forms that RFC 5280 forbids and BER knows.
    () => utc(random.pick(['2701010000Z', '270101000000+0000', '270101000000-0100', '270101000000', '270101000000z', '2701010000+0100'])),
    () =>
      generalized(
        random.pick(['20270101000000', '2027010100Z', '202701010000Z', '20270101000000.5Z', '20270101000000+0000', '20270101000000,5Z']),
      ),
    () =>
      utc(random.pick(['27010100000 Z', '2701010000:0Z', '-70101000000Z', '+70101000000Z', '\u000070101000000Z', '270101000000Z ', ''])),
    // Any time, with some luck one that exists.
    () => utc(`${two(99)}${two(13)}${two(32)}${two(24)}${two(60)}${two(60)}Z`),
    () => generalized(`${two(99)}${two(99)}${two(13)}${two(32)}${two(24)}${two(60)}${two(60)}Z`),
  ])();
}
