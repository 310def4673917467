import type { FuzzAuthority, Scheme } from '../authority.js';
import type { Random } from '../random.js';
import { type Element, everyElement, type Place } from '../tree.js';

/** What a mutation works on. */
export interface Scene {
  readonly random: Random;
  /** The certificate, to be changed in place. */
  readonly root: Element;
  /** Trees of other certificates, to be cloned from and never changed. */
  readonly donors: readonly Element[];
  /** Who signs afterwards, where the input is signed anew. */
  readonly authority: FuzzAuthority;
  /** How it is to be signed, when not as the authority usually does. */
  scheme?: Scheme;
  /** What signatureAlgorithm outside of the signed part says, when not the same as inside. */
  outerAlgorithm?: Element;
}

/** Changes the scene; false where it found nothing to change. */
export type Mutation = (scene: Scene) => boolean;

/** Any element that passes, each as likely as the others. */
export function anyPlace({ random, root }: Scene, accept: (element: Element, parent: Element | undefined) => boolean): Place | undefined {
  const places = everyElement(root).filter(({ element, parent }) => accept(element, parent));
  return places.length === 0 ? undefined : random.pick(places);
}

/** Changes any element that has one of the tags. */
export function changeTagged(scene: Scene, tags: readonly number[], change: (element: Element) => void): boolean {
  const place = anyPlace(scene, ({ tag, children }) => children === undefined && tags.includes(tag));
  if (place === undefined) return false;
  change(place.element);
  return true;
}

/** Gives a primitive element other content. */
export function setContent(element: Element, content: Uint8Array | readonly number[]): void {
  element.content = Uint8Array.from(content);
  element.children = undefined;
}
