import { fieldsOf, oid } from '../certificate-tree.js';
import type { Random } from '../random.js';
import { clone, constructed, type Element, primitive, sequence } from '../tree.js';
import { anyOid } from './object-identifiers.js';
import type { Mutation, Scene } from './scene.js';
import { anyString } from './strings.js';

/** Mutations of the subject's and the issuer's name; those of the issuer ask whether it is still the name of the anchor. */

function relativeNames({ root, random }: Scene): Element[] | undefined {
  const fields = fieldsOf(root);
  return (random.chance(0.6) ? fields?.issuer : fields?.subject)?.children;
}

export const addAttribute: Mutation = (scene) => {
  const names = relativeNames(scene);
  if (names === undefined) return false;
  const { random } = scene;
  const inside = names.length > 0 && random.chance(0.4) ? random.pick(names).children : undefined;
  if (inside === undefined) names.splice(random.below(names.length + 1), 0, constructed(0x31, attribute(random)));
  else inside.push(attribute(random));
  return true;
};

/** Attributes of several relative names in one, or each in one of its own. */
export const regroupAttributes: Mutation = (scene) => {
  const names = relativeNames(scene);
  if (names === undefined || names.length === 0) return false;
  const attributes = names.flatMap(({ children = [] }) => children);
  const { random } = scene;
  const grouped = random.pick([
    () => [constructed(0x31, ...attributes)],
    () => attributes.map((one) => constructed(0x31, one)),
    () => names.map((name) => ({ ...name, children: [...(name.children ?? [])].reverse() })),
    () => [...names].reverse(),
    () => [...names, constructed(0x31)],
    () => [],
  ])();
  names.splice(0, names.length, ...grouped);
  return true;
};

/** The subject is called like the issuer, which makes the certificate self-issued. */
export const selfIssue: Mutation = ({ root }) => {
  const fields = fieldsOf(root);
  if (fields === undefined) return false;
  fields.tbs.children[fields.tbs.children.indexOf(fields.subject)] = clone(fields.issuer);
  return true;
};

/** Many attributes, as only somebody who means harm has them. */
export const growName: Mutation = (scene) => {
  const names = relativeNames(scene);
  if (names === undefined) return false;
  const { random } = scene;
  const count = random.chance(0.1) ? random.between(500, 2_500) : random.between(2, 60);
  const isOneRelativeName = random.chance(0.5);
  const one = attribute(random);
  const many = Array.from({ length: count }, () => (random.chance(0.5) ? clone(one) : attribute(random)));
  names.push(...(isOneRelativeName ? [constructed(0x31, ...many)] : many.map((each) => constructed(0x31, each))));
  return true;
};

export function anyName(random: Random): Element {
  return sequence(...Array.from({ length: random.below(4) }, () => constructed(0x31, attribute(random))));
}

function attribute(random: Random): Element {
  const type = random.chance(0.8) ? oid(random.pick(attributeTypes)) : anyOid(random);
  const value = random.chance(0.9)
    ? anyString(random)
    : random.pick([primitive(0x05), primitive(0x02, [1]), sequence(anyString(random)), primitive(0x04, [0])]);
  return sequence(type, value);
}

const attributeTypes = [
  '550403',
  '550405',
  '550406',
  '550407',
  '550408',
  '55040a',
  '55040b',
  '55042e',
  '0992268993f22c640119',
  '0992268993f22c640101',
  '2a864886f70d010901',
];
