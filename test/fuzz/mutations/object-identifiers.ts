import { oid } from '../certificate-tree.js';
import type { Random } from '../random.js';
import { type Element, primitive } from '../tree.js';
import { changeTagged, type Mutation, setContent } from './scene.js';

export const changeOid: Mutation = (scene) =>
  changeTagged(scene, [0x06, 0x88], (element) => setContent(element, anyOid(scene.random).content));

/** One that X.509 knows, or one at an edge of the encoding. */
export function anyOid(random: Random): Element {
  return random.chance(0.5) ? oid(random.pick(known)) : primitive(0x06, edgeContent(random));
}

function edgeContent(random: Random): Uint8Array {
  const long = (length: number): Uint8Array => Uint8Array.of(0x2a, ...new Uint8Array(length - 2).fill(0xff), 0x7f);
  return random.pick([
    () => Uint8Array.of(),
    () => Uint8Array.of(0x00),
    // 0.39, 1.0, 1.39, 2.0, 2.39, 2.40, 2.47, 2.48
    () => Uint8Array.of(random.pick([39, 40, 79, 80, 119, 120, 127])),
    () => Uint8Array.of(0x81, 0x00),
    () => Uint8Array.of(0x88, 0x37),
    // A padded arc, at the beginning and inside.
    () => Uint8Array.of(0x80, 0x2a),
    () => Uint8Array.of(0x2a, 0x80, 0x01),
    () => Uint8Array.of(0x55, 0x1d, 0x80, 0x13),
    // It ends inside an arc.
    () => Uint8Array.of(0x2a, 0x86),
    () => Uint8Array.of(0x80),
    // Arcs of 2^28, 2^32, 2^35, 2^49, 2^53, 2^64, and their neighbours.
    () => arc(random, random.pick([28n, 31n, 32n, 35n, 42n, 49n, 53n, 56n, 63n, 64n])),
    () => long(random.pick([16, 17, 126, 127, 128, 129, 200, 1_000])),
    () => Uint8Array.of(0x2a, ...random.bytes(random.between(1, 20)), 0x01),
    () => new Uint8Array(random.pick([127, 128, 129])).fill(random.below(128)),
  ])();
}

function arc(random: Random, bits: bigint): Uint8Array {
  let rest = 2n ** bits + BigInt(random.between(-1, 1));
  const octets = [Number(rest & 0x7fn)];
  for (rest >>= 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.of(...(random.chance(0.5) ? [0x2a] : []), ...octets);
}

/** Extensions, attributes, purposes, algorithms and curves: content octets. */
const known = [
  '551d0e',
  '551d0f',
  '551d11',
  '551d12',
  '551d13',
  '551d1e',
  '551d1f',
  '551d20',
  '551d21',
  '551d23',
  '551d24',
  '551d25',
  '551d2e',
  '551d36',
  '551d09',
  '2b06010505070101',
  '2b0601050507010b',
  '2b0601050507010e',
  '2b06010505070107',
  '2b06010505070118',
  '6086480186f8420101',
  '550403',
  '550406',
  '55040a',
  '55040b',
  '550405',
  '0992268993f22c640119',
  '0992268993f22c640101',
  '2a864886f70d010901',
  '2a03',
  '2b06010505070301',
  '2b06010505070302',
  '551d2500',
  '551d2000',
  '2b060104018237140202',
  '2b060104018237140203',
  '2a8648ce3d0201',
  '2a8648ce3d030107',
  '2a8648ce3d040302',
  '2a8648ce3d040303',
  '2a864886f70d010101',
  '2a864886f70d01010b',
  '2a864886f70d01010a',
  '2b6570',
];
