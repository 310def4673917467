import * as algorithms from './algorithms.js';
import * as extensions from './extensions.js';
import * as names from './names.js';
import { changeOid } from './object-identifiers.js';
import type { Mutation, Scene } from './scene.js';
import * as strings from './strings.js';
import * as structure from './structure.js';
import * as values from './values.js';

export { changeSignature } from './algorithms.js';
export type { Scene } from './scene.js';

/** Each mutation with its share: those that leave a certificate readable come more often than those that seldom do. */
const shares: Readonly<Record<string, readonly [share: number, mutation: Mutation]>> = {
  changeTag: [4, structure.changeTag],
  writeHighTag: [1, structure.writeHighTag],
  changeLengthForm: [4, structure.changeLengthForm],
  dropChild: [5, structure.dropChild],
  repeatChild: [4, structure.repeatChild],
  swapChildren: [4, structure.swapChildren],
  moveChild: [2, structure.moveChild],
  multiplyChild: [1, structure.multiplyChild],
  emptyElement: [2, structure.emptyElement],
  wrap: [2, structure.wrap],
  unwrap: [2, structure.unwrap],
  graft: [6, structure.graft],
  insertElement: [4, structure.insertElement],
  flipContentBits: [6, structure.flipContentBits],
  resizeContent: [4, structure.resizeContent],
  spoilHeldElement: [2, structure.spoilHeldElement],
  flipEncodedBits: [4, structure.flipEncodedBits],
  changeOid: [4, changeOid],
  changeStringType: [3, strings.changeStringType],
  transcodeString: [6, strings.transcodeString],
  changeString: [8, strings.changeString],
  changeInteger: [5, values.changeInteger],
  changeBoolean: [2, values.changeBoolean],
  changeBitString: [4, values.changeBitString],
  changeNull: [1, values.changeNull],
  changeTime: [6, values.changeTime],
  swapTimes: [1, values.swapTimes],
  addAttribute: [4, names.addAttribute],
  regroupAttributes: [3, names.regroupAttributes],
  selfIssue: [2, names.selfIssue],
  growName: [0.3, names.growName],
  changeCriticality: [5, extensions.changeCriticality],
  repeatExtension: [3, extensions.repeatExtension],
  setKnownExtension: [20, extensions.setKnownExtension],
  addUnknownExtension: [5, extensions.addUnknownExtension],
  swapExtensionValues: [2, extensions.swapExtensionValues],
  spoilExtensionValue: [2, extensions.spoilExtensionValue],
  dropExtension: [4, extensions.dropExtension],
  borrowExtension: [6, extensions.borrowExtension],
  changeVersion: [3, extensions.changeVersion],
  addUniqueIdentifiers: [2, extensions.addUniqueIdentifiers],
  changeSignatureAlgorithm: [5, algorithms.changeSignatureAlgorithm],
  changeOuterAlgorithm: [1, algorithms.changeOuterAlgorithm],
  changeKey: [7, algorithms.changeKey],
};

const total = Object.values(shares).reduce((sum, [share]) => sum + share, 0);

/** Changes the scene in one way that it can be changed in; gives the mutation's name. */
export function mutate(scene: Scene): string {
  for (;;) {
    const [name, mutation] = draw(scene);
    if (mutation(scene)) return name;
  }
}

function draw({ random }: Scene): [string, Mutation] {
  let at = (random.below(1_000_000) / 1_000_000) * total;
  for (const [name, [share, mutation]] of Object.entries(shares)) {
    at -= share;
    if (at < 0) return [name, mutation];
  }
  return ['changeTag', structure.changeTag];
}
