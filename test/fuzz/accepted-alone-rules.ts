import { extensionsOf, fieldsOf, hexOf } from './certificate-tree.js';
import type { OpenSslAnswer } from './openssl.js';
import { signedPath } from './signed.js';
import { type Element, everyElement, readTree } from './tree.js';

/**
 * What core accepts and OpenSSL refuses, each with its reason. What is not written here is a finding of the fuzzer. The other
 * direction is in refusal-rules.ts.
 */

/** What OpenSSL refuses and core accepts. */
export interface AcceptedCase {
  readonly answer: OpenSslAnswer;
  /** The error once key identifiers are taken as hints. */
  readonly error: number;
  /** What was presented, end entity first. */
  readonly certificates: readonly Uint8Array[];
  readonly anchors: readonly Uint8Array[];
  /** The time of verification, in milliseconds since the epoch. */
  readonly at: number;
}

/** The same with the trees of the path, end entity first. */
interface GrownCase extends AcceptedCase {
  readonly trees: readonly Element[];
}

/** Why core may accept what OpenSSL refuses. */
interface AcceptedAloneRule {
  readonly applies: (found: GrownCase) => boolean;
  readonly reason: string;
}

const error = {
  unspecified: 1,
  expired: 10,
  selfSigned: 18,
  selfSignedInChain: 19,
  noLocalIssuer: 20,
  invalidCa: 24,
  invalidPurpose: 26,
  unhandledCritical: 34,
  proxyNotAllowed: 40,
  invalidExtension: 41,
  unnestedResource: 46,
  weakKey: 66,
} as const;

const acceptedAloneRules: readonly AcceptedAloneRule[] = [
  {
    applies: ({ answer, error: unkeyed }) => answer.isRead && answer.verdict === error.noLocalIssuer && unkeyed === 0,
    reason:
      'RFC 4158, section 3.5.12: key identifiers order the search and exclude nothing; the signature decides. OpenSSL takes no issuer whose identifier differs.',
  },
  {
    applies: ({ error: found, trees, anchors }) => found === error.noLocalIssuer && isSpeltOtherwise(trees, anchors),
    reason:
      'RFC 5280, section 7.1: names are compared as RFC 4518 prepares them. OpenSSL folds the case of ASCII letters alone, drops nothing that is invisible, and compares a NumericString by its octets.',
  },
  {
    applies: ({ error: found }) => found === error.selfSigned || found === error.selfSignedInChain,
    reason:
      'RFC 5280, section 6.1: a self-issued certificate can be signed by another key of the same authority. OpenSSL takes one without key identifiers for self-signed, and asks no issuer.',
  },
  {
    applies: ({ error: found, trees }) => found === error.unhandledCritical && trees.every((tree) => criticalIn(tree).every(isProcessed)),
    reason:
      'RFC 5280, section 4.2: a critical extension must be processed, and key identifiers are, as hints. OpenSSL does not count them among those that it handles.',
  },
  {
    applies: ({ error: found, trees, at }) => found === error.expired && trees.some((tree) => lastSecond(tree) === at),
    reason: 'RFC 5280, section 4.1.2.5: the validity includes notAfter. OpenSSL leaves that second out.',
  },
  {
    applies: ({ error: found, answer, trees }) =>
      found === error.weakKey && !answer.isKeyDecoded && trees[0] !== undefined && hasKey(trees[0], bareKeys),
    reason:
      "An end entity's key verifies nothing here, so its bytes alone are checked: the handshake has used it. This OpenSSL cannot decode it: ML-DSA, or a point that is not on its curve.",
  },
  {
    applies: ({ answer, error: found, trees }) =>
      (!answer.isRead || found === error.noLocalIssuer || found === error.unspecified) && trees.some(hasOddAttribute),
    reason:
      'RFC 5280, section 4.1.2.4: an AttributeValue is ANY, and one that is no string is not looked into. OpenSSL reads few other types, so that the rest cannot come through a TLS handshake.',
  },
  {
    applies: ({ error: found, trees }) =>
      errorsOfExtensions.includes(found) &&
      trees.some((tree) => extensionsOf(tree).some(({ oid }) => openSslsOwn.includes(oid) && !criticalIn(tree).includes(oid))),
    reason:
      "RFC 5280, section 4.2: an extension that is not recognized and not critical is ignored. OpenSSL recognizes Netscape's certificate type, proxy certificates and addresses (RFC 3779).",
  },
  {
    applies: ({ error: found, trees }) => found === error.unspecified && trees.some(hasOpaqueGeneralName),
    reason:
      'RFC 5280, section 4.2.1.6: the value of an otherName is ANY, and x400Address and ediPartyName name no client; none is looked into. OpenSSL decodes them.',
  },
];

const errorsOfExtensions: readonly number[] = [
  error.unspecified,
  error.invalidCa,
  error.invalidPurpose,
  error.proxyNotAllowed,
  error.invalidExtension,
  error.unnestedResource,
];

/** The written reason, where there is one. No reason excuses a signature that does not lead to an anchor. */
export function acceptedAloneRule(found: AcceptedCase): AcceptedAloneRule | undefined {
  const trees = signedPath(found.certificates, found.anchors);
  return trees && acceptedAloneRules.find(({ applies }) => applies({ ...found, trees }));
}

/** The OIDs of its critical extensions. */
function criticalIn(tree: Element): readonly string[] {
  return extensionsOf(tree).flatMap(({ oid, extension }) => (extension.children[1]?.tag === 0x01 ? [oid] : []));
}

/** Whatever RFC 5280, section 4.2.1 names but issuerAltName and subjectDirectoryAttributes, which say nothing to a path. */
function isProcessed(oid: string): boolean {
  return processed.includes(oid);
}

/** The last octet of each, behind those of id-ce. */
const processed = ['0e', '0f', '11', '13', '1e', '1f', '20', '21', '23', '24', '25', '36'].map((octet) => `551d${octet}`);

/** Whether a certificate of the path names its issuer otherwise than the issuer itself, to one who compares names as OpenSSL does. */
function isSpeltOtherwise(trees: readonly Element[], anchors: readonly Uint8Array[]): boolean {
  const roots = anchors.flatMap((der) => readTree(der) ?? []);
  return trees.some((tree, index) => {
    const above = index < trees.length - 1 ? [trees[index + 1] as Element] : roots;
    const issuer = fieldsOf(tree)?.issuer;
    return issuer !== undefined && above.every((each) => openSslsText(fieldsOf(each)?.subject) !== openSslsText(issuer));
  });
}

/** The string types are one, ASCII letters lose their case, white space of ASCII is one space; a NumericString stays as it is. */
function openSslsText(name: Element | undefined): string {
  const values = name === undefined ? [] : everyElement(name).filter(({ element }) => element.children === undefined);
  return values
    .map(({ element: { tag, content } }) => `${tag === 0x06 || tag === 0x12 ? tag : ''}${openSslsValue(tag, content)}`)
    .join('|');
}

function openSslsValue(tag: number, content: Uint8Array): string {
  const octets = Buffer.from(content);
  if (tag === 0x06 || tag === 0x12) return octets.toString('hex');
  const wide = tag === 0x1c ? 4 : tag === 0x1e ? 2 : undefined;
  const text =
    wide === undefined
      ? octets.toString(tag === 0x0c ? 'utf8' : 'latin1')
      : String.fromCodePoint(
          ...Array.from({ length: Math.floor(octets.length / wide) }, (_, index) => octets.readUIntBE(index * wide, wide) % 0x110000),
        );
  return text
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[\t-\r ]+/g, ' ')
    .trim();
}

/** notAfter in milliseconds since the epoch. */
function lastSecond(tree: Element): number | undefined {
  const notAfter = fieldsOf(tree)?.validity.children?.[1];
  if (notAfter === undefined) return undefined;
  const text = Buffer.from(notAfter.content).toString('latin1');
  const [, ...parts] = /^(\d{2,4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text.padStart(15, '20')) ?? [];
  const [year = 0, month = 0, ...others] = parts.map(Number);
  return Date.UTC(year, month - 1, ...others);
}

/** ML-DSA, and elliptic curves. */
const bareKeys = ['608648016503040311', '608648016503040312', '608648016503040313', '2a8648ce3d0201'];

function hasKey(tree: Element, algorithms: readonly string[]): boolean {
  const algorithm = fieldsOf(tree)?.spki.children?.[0]?.children?.[0];
  return algorithm !== undefined && algorithms.includes(hexOf(algorithm.content));
}

/** Whether an extension holds a GeneralName that core does not decode. */
function hasOpaqueGeneralName(tree: Element): boolean {
  return extensionsOf(tree).some(({ value }) =>
    everyElement(value).some(({ element: { tag, children } }) => {
      if (tag === 0xa3 || tag === 0xa5) return true;
      return tag === 0xa0 && children?.[0]?.tag === 0x06 && children[1]?.tag === 0xa0;
    }),
  );
}

/** nsCertType, proxyCertInfo, IPAddrBlocks, ASIdentifiers. */
const openSslsOwn = ['6086480186f8420101', '2b0601050507010e', '2b06010505070107', '2b06010505070108'];

/** Whether a name, anywhere, has a value that is of no string type known to OpenSSL. */
function hasOddAttribute(tree: Element): boolean {
  return everyElement(tree).some(({ element: { tag, children }, parent }) => {
    const [type, value] = children ?? [];
    // A relative name is a SET, or in a distribution point tagged [1].
    return (
      tag === 0x30 &&
      (parent?.tag === 0x31 || parent?.tag === 0xa1) &&
      type?.tag === 0x06 &&
      value !== undefined &&
      !openSslsAttributeTags.includes(value.tag)
    );
  });
}

/** The string types but VisibleString, GeneralString and their like. */
const openSslsAttributeTags = [0x0c, 0x12, 0x13, 0x14, 0x16, 0x1c, 0x1e];
