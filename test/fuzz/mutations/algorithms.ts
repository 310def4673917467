import type { Scheme } from '../authority.js';
import { fieldsOf, oid, replaceField } from '../certificate-tree.js';
import { ecKey, naturalOctets, rsaSpki, spkiOf } from '../keys.js';
import type { Random } from '../random.js';
import { clone, constructed, type Element, holding, primitive, readTree, sequence } from '../tree.js';
import { anyOid } from './object-identifiers.js';
import type { Mutation } from './scene.js';
import { anyInteger } from './values.js';

/** Mutations of AlgorithmIdentifiers, of keys, and of the signature's own encoding. */

/** The signature's algorithm, inside and outside; signed by it where the authority's key can. */
export const changeSignatureAlgorithm: Mutation = (scene) => {
  const fields = fieldsOf(scene.root);
  if (fields === undefined) return false;
  const { random, authority } = scene;
  const { element, scheme } = authority.keyType === 'rsa' ? random.pick(rsaAlgorithms)(random) : anyAlgorithm(random);
  replaceField(fields.tbs, fields.signature, element);
  if (scheme !== undefined) scene.scheme = scheme;
  if (random.chance(0.1)) scene.outerAlgorithm = clone(anyAlgorithm(random).element);
  return true;
};

interface Algorithm {
  readonly element: Element;
  readonly scheme?: Scheme;
}

function anyAlgorithm(random: Random): Algorithm {
  const [hex, hash] = random.pick(ecdsa);
  return random.pick([
    () => ({ element: sequence(oid(hex), ...parameters(random)), scheme: { kind: 'hash', hash } as const }),
    () => ({ element: sequence(oid(hex)), scheme: { kind: 'hash', hash } as const }),
    () => ({
      element: sequence(
        oid(random.pick(['2b6570', '2b6571', '60864801650304030b', '608648016503040311', '2a8648ce3d0403', '2a864886f70d01010b'])),
      ),
    }),
    () => ({ element: sequence(anyOid(random), ...parameters(random)) }),
  ])();
}

const ecdsa = [
  ['2a8648ce3d040302', 'sha256'],
  ['2a8648ce3d040303', 'sha384'],
  ['2a8648ce3d040304', 'sha512'],
  ['2a8648ce3d0401', 'sha1'],
] as const;

const rsaAlgorithms: readonly ((random: Random) => Algorithm)[] = [
  (random) => {
    const [hex, hash] = random.pick([
      ['2a864886f70d01010b', 'sha256'],
      ['2a864886f70d01010c', 'sha384'],
      ['2a864886f70d01010d', 'sha512'],
      ['2a864886f70d010105', 'sha1'],
    ] as const);
    return { element: sequence(oid(hex), ...parameters(random)), scheme: { kind: 'hash', hash } };
  },
  pss,
  pss,
];

const hashes = [
  ['608648016503040201', 'sha256', 32],
  ['608648016503040202', 'sha384', 48],
  ['608648016503040203', 'sha512', 64],
] as const;

/** RFC 4055, section 3.1, with each field as it should be most of the time. */
function pss(random: Random): Algorithm {
  const [hex, hash, octets] = random.pick(hashes);
  const identifier = (digits: string): Element => sequence(oid(digits), ...(random.chance(0.7) ? [primitive(0x05)] : parameters(random)));
  const saltLength = random.chance(0.6) ? octets : random.pick([0, 20, 32, 48, 64, 150, 190, 222]);
  const maskHash = random.chance(0.9) ? hex : random.pick(hashes)[0];
  const fields = [
    constructed(0xa0, identifier(random.chance(0.95) ? hex : '2b0e03021a')),
    constructed(0xa1, sequence(oid('2a864886f70d010108'), identifier(maskHash))),
    constructed(0xa2, primitive(0x02, random.chance(0.9) ? natural(saltLength) : anyInteger(random))),
    ...(random.chance(0.2) ? [constructed(0xa3, primitive(0x02, random.pick([[1], [0], [2]])))] : []),
  ].filter(() => random.chance(0.95));
  return { element: sequence(oid('2a864886f70d01010a'), sequence(...fields)), scheme: { kind: 'pss', hash, saltLength } };
}

function natural(number: number): number[] {
  return number < 128 ? [number] : [0, number];
}

function parameters(random: Random): Element[] {
  return random.pick([
    [],
    [primitive(0x05)],
    [primitive(0x05, [0])],
    [sequence()],
    [oid('2a8648ce3d030107')],
    [primitive(0x05), primitive(0x05)],
    [primitive(0x04, [1])],
  ]);
}

/** signatureAlgorithm outside of what is signed differs from the one inside. */
export const changeOuterAlgorithm: Mutation = (scene) => {
  const signature = fieldsOf(scene.root)?.signature;
  if (signature === undefined) return false;
  const { random } = scene;
  const outer = clone(signature);
  const hasOtherParameters = random.chance(0.6);
  if (hasOtherParameters) outer.children = [...(outer.children ?? []).slice(0, 1), ...parameters(random)];
  else outer.lengthForm = random.pick(['long', 'padded', 'indefinite']);
  scene.outerAlgorithm = random.chance(0.3) ? anyAlgorithm(random).element : outer;
  return true;
};

export const changeKey: Mutation = ({ root, random }) => {
  const fields = fieldsOf(root);
  if (fields === undefined) return false;
  replaceField(fields.tbs, fields.spki, anyKey(random));
  return true;
};

function anyKey(random: Random): Element {
  return random.pick([() => ecSpki(random), () => ecSpki(random), () => rsa(random), () => rsa(random), () => raw(random)])();
}

/** RFC 5480, section 2: curves that are allowed and others, by name and by their equation; points in all their forms, on the curve or not. */
function ecSpki(random: Random): Element {
  const [curve, octets] = random.pick([
    ['P-256', 32],
    ['P-256', 32],
    ['P-256', 32],
    ['P-384', 48],
    ['P-521', 66],
  ] as const);
  const spki = spkiOf(ecKey(random, curve));
  const point = spki.subarray(spki.length - 1 - 2 * octets);
  const tree = readTree(spki) as Element;
  const [algorithm] = tree.children as [Element];
  if (random.chance(0.4)) {
    const named = ['2a8648ce3d030107', '2b81040022', '2b81040023', '2b8104000a', '2b81040021', '2b2403030208010107'];
    algorithm.children = [
      oid(random.pick(['2a8648ce3d0201', '2a8648ce3d0201', '2b8104010c'])),
      ...random.pick([[oid(random.pick(named))], [oid(random.pick(named))], [primitive(0x05)], [], [sequence(primitive(0x02, [1]))]]),
    ];
  }
  const form = random.pick([0x02, 0x03, 0x05, 0x06, 0x07, 0x00]);
  const changed = random.pick([
    () => point,
    () => point,
    () => Uint8Array.of(2 + ((point.at(-1) as number) & 1), ...point.subarray(1, 1 + octets)),
    () => Uint8Array.of(form, ...point.subarray(1, 1 + octets)),
    () => Uint8Array.of(form, ...point.subarray(1)),
    () => Uint8Array.of(6 + ((point.at(-1) as number) & 1), ...point.subarray(1)),
    () => Uint8Array.of(4, ...random.bytes(point.length - 1)),
    () => Uint8Array.of(4, ...new Uint8Array(point.length - 1).fill(random.pick([0x00, 0xff]))),
    () => point.subarray(0, random.below(point.length)),
    () => Uint8Array.of(0),
  ])();
  tree.children = [algorithm, primitive(0x03, [0, ...changed])];
  return tree;
}

/** RFC 3279, section 2.3.1, and RFC 4055: sizes and exponents on both sides of what is allowed. */
function rsa(random: Random): Element {
  const bits = random.pick([512, 1024, 2040, 2047, 2048, 2048, 2048, 2049, 3072, 4096, 16384, 16392]);
  const octets = random.bytes(Math.ceil(bits / 8));
  octets[0] = 1 << ((bits + 7) % 8);
  octets[octets.length - 1] = (octets.at(-1) as number) | (random.chance(0.9) ? 1 : 0);
  const modulus = (octets[0] as number) >= 0x80 && random.chance(0.95) ? Uint8Array.of(0, ...octets) : octets;
  const exponent = random.pick([
    [1, 0, 1],
    [1, 0, 1],
    [3],
    [1],
    [0],
    [2],
    [0xff],
    [0, 0xff],
    [0, ...new Uint8Array(8).fill(0xff)],
    [1, ...new Uint8Array(8).fill(1)],
    [],
  ]);
  const tree = readTree(rsaSpki(modulus, Uint8Array.from(exponent))) as Element;
  if (random.chance(0.3)) {
    const algorithm = sequence(oid(random.pick(['2a864886f70d010101', '2a864886f70d01010a', '2a864886f70d010107'])), ...parameters(random));
    tree.children = [random.chance(0.4) ? pss(random).element : algorithm, ...(tree.children ?? []).slice(1)];
  }
  return tree;
}

/** RFC 8410 and RFC 9881: keys that are octets alone, of the right length or not. */
function raw(random: Random): Element {
  const [hex, length] = random.pick([
    ['2b6570', 32],
    ['2b6571', 57],
    ['2b656e', 32],
    ['608648016503040311', 1312],
    ['608648016503040312', 1952],
    ['2a8648ce380401', 100],
  ] as const);
  const octets = random.bytes(random.chance(0.7) ? length : random.pick([0, 1, length - 1, length + 1]));
  return sequence(
    sequence(oid(hex), ...(random.chance(0.8) ? [] : parameters(random))),
    primitive(0x03, [random.chance(0.9) ? 0 : 1, ...octets]),
  );
}

/** The two numbers of an ECDSA signature in another form: the other solution, padded, negative, in BER. Called on what is signed already. */
export function changeSignature(root: Element, random: Random): boolean {
  const signature = root.children?.[2];
  if (signature === undefined || signature.children !== undefined || signature.content.length < 9) return false;
  const octets = Uint8Array.from(signature.content.subarray(1));
  const numbers = readTree(octets)?.children;
  if (numbers?.length !== 2) {
    const at = random.below(octets.length);
    octets[at] = (octets[at] as number) ^ (1 << random.below(8));
    signature.content = Uint8Array.of(0, ...octets);
    return true;
  }
  const [r, s] = numbers.map(({ content }) => BigInt(`0x${Buffer.from(content).toString('hex')}`)) as [bigint, bigint];
  const other = random.pick([
    () => sequence(number(r), number(order - s)),
    () => sequence(number(r), number(s + order)),
    () => sequence(number(r), primitive(0x02, [0, ...naturalOctets(s)])),
    () => sequence(number(0n), number(s)),
    () => sequence(number(r), number(0n)),
    () => sequence(number(s), number(r)),
    () => sequence(number(r), number(s), primitive(0x05)),
    () => ({ ...sequence(number(r), number(s)), lengthForm: random.pick(['long', 'padded', 'indefinite'] as const) }),
    () => sequence(number(r), primitive(0x02, [0xff, ...naturalOctets(s)])),
  ])();
  root.children?.splice(2, 1, holding(0x03, other));
  return true;
}

/** Of the group of P-256. */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function number(value: bigint): Element {
  return primitive(0x02, naturalOctets(value));
}
