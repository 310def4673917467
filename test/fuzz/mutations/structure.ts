import type { Random } from '../random.js';
import { clone, constructed, type Element, everyElement, lengthForms, primitive, writeTree } from '../tree.js';
import { anyOid } from './object-identifiers.js';
import { anyPlace, type Mutation, type Scene, setContent } from './scene.js';
import { anyString } from './strings.js';

/** Mutations of the tree as such, whatever its elements mean. */

/** One bit of an identifier octet, or another type altogether. */
export const changeTag: Mutation = (scene) => {
  const { random } = scene;
  const place = anyPlace(scene, () => true);
  if (place === undefined) return false;
  place.element.tag = random.chance(0.4) ? place.element.tag ^ (1 << random.below(8)) : random.pick(commonTags);
  return true;
};

const commonTags = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a, 0x1c, 0x1e, 0x24, 0x2c, 0x30, 0x31, 0x80, 0x81,
  0x82, 0x83, 0x84, 0x86, 0x87, 0x88, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0x00,
];

/** The tag number in further octets, as for numbers above 30. */
export const writeHighTag: Mutation = (scene) => {
  const place = anyPlace(scene, () => true);
  if (place === undefined) return false;
  const { element } = place;
  const high = (element.tag & 0xe0) | 0x1f;
  element.identifier = Uint8Array.from(
    scene.random.pick([[high, element.tag & 0x1f], [high, 0x80, element.tag & 0x1f], [high, 0x85, 0x01], [high]]),
  );
  return true;
};

export const changeLengthForm: Mutation = (scene) => {
  const place = anyPlace(scene, () => true);
  if (place === undefined) return false;
  place.element.lengthForm = scene.random.pick(lengthForms);
  return true;
};

const withChildren = ({ children }: Element): boolean => children !== undefined && children.length > 0;

/** Changes the children of any element that has some. */
function changeChildren(scene: Scene, change: (children: Element[], random: Random) => void): boolean {
  const place = anyPlace(scene, withChildren);
  if (place?.element.children === undefined) return false;
  change(place.element.children, scene.random);
  return true;
}

export const dropChild: Mutation = (scene) =>
  changeChildren(scene, (children, random) => void children.splice(random.below(children.length), 1));

export const repeatChild: Mutation = (scene) =>
  changeChildren(scene, (children, random) => {
    const index = random.below(children.length);
    children.splice(random.chance(0.7) ? index : random.below(children.length + 1), 0, clone(children[index] as Element));
  });

export const swapChildren: Mutation = (scene) =>
  changeChildren(scene, (children, random) => {
    const [i, j] = [random.below(children.length), random.below(children.length)];
    [children[i], children[j]] = [children[j] as Element, children[i] as Element];
  });

export const moveChild: Mutation = (scene) => {
  const to = anyPlace(scene, withChildren)?.element;
  return (
    to !== undefined &&
    changeChildren(scene, (children, random) => {
      const moved = clone(children[random.below(children.length)] as Element);
      to.children?.splice(random.below(to.children.length + 1), 0, moved);
    })
  );
};

/** Many of the same, now and then so many that the certificate reaches the limit of what is read. */
export const multiplyChild: Mutation = (scene) =>
  changeChildren(scene, (children, random) => {
    const index = random.below(children.length);
    const child = children[index] as Element;
    const size = Math.max(
      2,
      everyElement(child).reduce((sum, { element }) => sum + 2 + element.content.length, 0),
    );
    const most = Math.min(20_000, Math.floor(66_000 / size));
    const count = random.chance(0.05) ? most : Math.min(most, random.between(2, 30));
    children.splice(index, 0, ...Array.from({ length: count }, () => clone(child)));
  });

export const emptyElement: Mutation = (scene) => {
  const place = anyPlace(scene, () => true);
  if (place === undefined) return false;
  if (scene.random.chance(0.5) && place.element.children !== undefined) place.element.children = [];
  else setContent(place.element, []);
  return true;
};

/** Up to 4 layers more; now and then thousands. */
export const wrap: Mutation = (scene) => {
  const { random } = scene;
  const place = anyPlace(scene, (_, parent) => parent !== undefined);
  const siblings = place?.parent?.children;
  if (place === undefined || siblings === undefined) return false;
  const tag = random.pick([0x30, 0x31, 0xa0, 0xa1, 0x24, 0x04]);
  const layers = random.chance(0.02) ? random.between(500, 3_000) : random.between(1, 4);
  let wrapped = place.element;
  for (let i = 0; i < layers; i++) wrapped = constructed(tag, wrapped);
  siblings[siblings.indexOf(place.element)] = wrapped;
  return true;
};

export const unwrap: Mutation = (scene) => {
  const place = anyPlace(scene, (element, parent) => parent !== undefined && withChildren(element));
  const siblings = place?.parent?.children;
  if (place?.element.children === undefined || siblings === undefined) return false;
  siblings.splice(siblings.indexOf(place.element), 1, ...place.element.children);
  return true;
};

/** A sub-tree of another certificate in the place of one of this; preferably of the same type. */
export const graft: Mutation = (scene) => {
  const { random } = scene;
  const place = anyPlace(scene, (_, parent) => parent !== undefined);
  const siblings = place?.parent?.children;
  if (place === undefined || siblings === undefined) return false;
  const donor = everyElement(random.pick(scene.donors)).map(({ element }) => element);
  const alike = donor.filter(({ tag }) => tag === place.element.tag);
  const grafted = random.pick(alike.length > 0 && random.chance(0.8) ? alike : donor);
  siblings[siblings.indexOf(place.element)] = clone(grafted);
  return true;
};

export const insertElement: Mutation = (scene) =>
  changeChildren(scene, (children, random) => {
    children.splice(random.chance(0.5) ? children.length : random.below(children.length + 1), 0, anyElement(random));
  });

function anyElement(random: Random): Element {
  switch (random.below(9)) {
    case 0:
      return primitive(0x05);
    case 1:
      return primitive(0x01, [random.pick([0x00, 0xff, 0x01])]);
    case 2:
      return primitive(0x02, [random.below(256)]);
    case 3:
      return anyOid(random);
    case 4:
      return anyString(random);
    case 5:
      return primitive(random.pick(commonTags), random.bytes(random.below(6)));
    case 6:
      return constructed(random.pick([0x30, 0x31, 0xa0, 0xa1, 0xa2, 0xa3]));
    case 7:
      return primitive(0x00);
    default:
      return primitive(0x04, random.bytes(random.below(40)));
  }
}

const withContent = ({ children, content }: Element): boolean => children === undefined && content.length > 0;

/** One to three bits of a primitive element's content. */
export const flipContentBits: Mutation = (scene) => {
  const { random } = scene;
  const place = anyPlace(scene, withContent);
  if (place === undefined) return false;
  const content = Uint8Array.from(place.element.content);
  for (let i = random.between(1, 3); i > 0; i--) {
    const at = random.below(content.length);
    content[at] = (content[at] as number) ^ (1 << random.below(8));
  }
  setContent(place.element, content);
  return true;
};

/** A few octets less, or more. */
export const resizeContent: Mutation = (scene) => {
  const { random } = scene;
  const place = anyPlace(scene, withContent);
  if (place === undefined) return false;
  const { content } = place.element;
  const cut = random.between(1, Math.min(4, content.length));
  const grown = random.chance(0.03) ? random.between(1_000, 66_000) : random.between(1, 130);
  setContent(
    place.element,
    random.pick([
      () => content.subarray(0, content.length - cut),
      () => content.subarray(cut),
      () => Buffer.concat([content, random.bytes(cut)]),
      () => Buffer.concat([Uint8Array.of(random.pick([0x00, 0xff, 0x80])), content]),
      () => new Uint8Array(content.length + grown).fill(content[0] as number),
    ])(),
  );
  return true;
};

/** What an OCTET STRING or BIT STRING holds is no longer one whole element; or the string is in pieces, as BER knows them. */
export const spoilHeldElement: Mutation = (scene) => {
  const { random } = scene;
  const place = anyPlace(scene, ({ tag, children }) => (tag === 0x03 || tag === 0x04) && children !== undefined);
  if (place?.element.children === undefined) return false;
  const { tag, children } = place.element;
  const isConstructed = random.chance(0.15);
  if (isConstructed) place.element.tag |= 0x20;
  place.element.children = random.pick([
    () => [...children, anyElement(random)],
    () => [...children, primitive(0x00, random.bytes(random.below(3)))],
    () => [primitive(0x05), ...children],
    () => [],
    () => [constructed(tag, ...children)],
    () => children,
  ])();
  return isConstructed || place.element.children !== children;
};

/** Octets of the encoding, wherever they stand, headers included. */
export const flipEncodedBits: Mutation = (scene) => {
  const { random } = scene;
  const place = anyPlace(scene, (_, parent) => parent !== undefined);
  const encoded = place && writeTree(place.element);
  if (place === undefined || encoded === undefined) return false;
  for (let i = random.between(1, 2); i > 0; i--) {
    const at = random.below(encoded.length);
    encoded[at] = random.chance(0.7) ? (encoded[at] as number) ^ (1 << random.below(8)) : random.below(256);
  }
  place.element.raw = encoded;
  return true;
};
