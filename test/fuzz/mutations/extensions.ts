import { extensionsOf, fieldsOf, oid } from '../certificate-tree.js';
import type { Random } from '../random.js';
import { clone, constructed, type Element, holding, primitive, sequence } from '../tree.js';
import { extensionValues, unknownExtensions } from './extension-values.js';
import { type Mutation, type Scene, setContent } from './scene.js';

/** The list of extensions; made where there is none, for a certificate of version 3. */
function extensionList({ root }: Scene): Element[] | undefined {
  const fields = fieldsOf(root);
  if (fields === undefined) return undefined;
  if (fields.extensions !== undefined) return fields.extensions.children;
  const list = sequence();
  fields.tbs.children.push(constructed(0xa3, list));
  if (fields.version === undefined) fields.tbs.children.unshift(constructed(0xa0, primitive(0x02, [2])));
  return list.children;
}

export const changeCriticality: Mutation = (scene) => {
  const found = extensionsOf(scene.root);
  if (found.length === 0) return false;
  const { random } = scene;
  const { children } = random.pick(found).extension;
  const isCritical = children[1]?.tag === 0x01;
  const octet = random.chance(0.8) ? 0xff : random.pick([0x00, 0x01]);
  if (isCritical && random.chance(0.7)) children.splice(1, 1);
  else children.splice(1, isCritical ? 1 : 0, primitive(0x01, [octet]));
  return true;
};

/** The same extension a second time, with the same value, another one, or one of a different extension. */
export const repeatExtension: Mutation = (scene) => {
  const list = extensionList(scene);
  const found = extensionsOf(scene.root);
  if (list === undefined || found.length === 0) return false;
  const { random } = scene;
  const { extension, oid: type } = random.pick(found);
  const again = clone(extension);
  const another = extensionValues.get(type);
  if (another !== undefined && random.chance(0.5)) again.children?.splice(-1, 1, holding(0x04, another(random)));
  list.splice(random.below(list.length + 1), 0, again);
  return true;
};

/** A value of the right kind in the place of an extension's own, or the extension added where it is absent. */
export const setKnownExtension: Mutation = (scene) => setExtension(scene, extensionValues, 0.25);

export const addUnknownExtension: Mutation = (scene) => setExtension(scene, unknownExtensions, 0.3);

function setExtension(scene: Scene, values: ReadonlyMap<string, (random: Random) => Element>, criticalProbability: number): boolean {
  const { random, root } = scene;
  const [type, value] = random.pick([...values]);
  const present = extensionsOf(root).find((extension) => extension.oid === type);
  if (present !== undefined) {
    present.value.children = [value(random)];
    present.value.content = new Uint8Array(0);
    return true;
  }
  const list = extensionList(scene);
  if (list === undefined) return false;
  const critical = random.chance(criticalProbability) ? [primitive(0x01, [0xff])] : [];
  list.splice(random.below(list.length + 1), 0, sequence(oid(type), ...critical, holding(0x04, value(random))));
  return true;
}

/** One extension's value under another's name. */
export const swapExtensionValues: Mutation = (scene) => {
  const found = extensionsOf(scene.root);
  if (found.length < 2) return false;
  const { random } = scene;
  const [one, other] = [random.pick(found).extension.children, random.pick(found).extension.children];
  const [oneValue, otherValue] = [one.at(-1) as Element, other.at(-1) as Element];
  one.splice(-1, 1, otherValue);
  other.splice(-1, 1, oneValue);
  return one !== other;
};

/** Octets that are no DER. */
export const spoilExtensionValue: Mutation = (scene) => {
  const found = extensionsOf(scene.root);
  if (found.length === 0) return false;
  const { random } = scene;
  setContent(random.pick(found).value, random.bytes(random.pick([0, 1, 2, 10, 60])));
  return true;
};

export const dropExtension: Mutation = (scene) => {
  const list = fieldsOf(scene.root)?.extensions?.children;
  if (list === undefined || list.length === 0) return false;
  list.splice(scene.random.below(list.length), 1);
  return true;
};

/** An extension of another certificate. */
export const borrowExtension: Mutation = (scene) => {
  const { random } = scene;
  const offered = extensionsOf(random.pick(scene.donors));
  const list = extensionList(scene);
  if (offered.length === 0 || list === undefined) return false;
  list.splice(random.below(list.length + 1), 0, clone(random.pick(offered).extension));
  return true;
};

/** Version 1, 2, 3, and what is none; with what only the others have left in place. */
export const changeVersion: Mutation = ({ root, random }) => {
  const fields = fieldsOf(root);
  if (fields === undefined) return false;
  const { children } = fields.tbs;
  if (fields.version !== undefined) children.shift();
  if (random.chance(0.8)) children.unshift(constructed(0xa0, primitive(0x02, random.pick([[0], [1], [1], [2], [3], [0xff], [0, 2], []]))));
  return true;
};

export const addUniqueIdentifiers: Mutation = ({ root, random }) => {
  const fields = fieldsOf(root);
  if (fields === undefined) return false;
  const { children } = fields.tbs;
  const at = children.indexOf(fields.spki) + 1;
  const identifiers = [primitive(0x81, random.pick([[0, 0xaa], [0], [4, 0xa0], [4, 0xaf], [8, 0], []])), primitive(0x82, [0, 0x55])];
  children.splice(at, 0, ...identifiers.filter(() => random.chance(0.6)));
  return true;
};
