import { oid } from '../certificate-tree.js';
import type { Random } from '../random.js';
import { constructed, type Element, primitive, sequence } from '../tree.js';
import { anyName } from './names.js';
import { anyOid } from './object-identifiers.js';
import { anyString } from './strings.js';
import { anyInteger } from './values.js';

/** What the OCTET STRING of each known extension may hold (RFC 5280, section 4.2): mostly as it should be, sometimes just not. */
export const extensionValues: ReadonlyMap<string, (random: Random) => Element> = new Map<string, (random: Random) => Element>([
  // basicConstraints
  ['551d13', (random) => sequence(...some(random, 0.5, boolean(random)), ...some(random, 0.4, integer(random)))],
  ['551d0f', keyUsage],
  // extendedKeyUsage
  ['551d25', (random) => list(random, 0, 4, () => (random.chance(0.8) ? oid(random.pick(purposes)) : anyOid(random)))],
  // subjectAltName, issuerAltName
  ['551d11', generalNames],
  ['551d12', generalNames],
  // subjectKeyIdentifier
  ['551d0e', (random) => primitive(0x04, random.bytes(random.pick([0, 1, 20, 20, 32, 300])))],
  ['551d23', authorityKeyIdentifier],
  ['551d1e', nameConstraints],
  ['551d20', certificatePolicies],
  // policyMappings
  ['551d21', (random) => list(random, 0, 3, () => sequence(policy(random), policy(random)))],
  // policyConstraints
  [
    '551d24',
    (random) => sequence(...some(random, 0.6, tagged(0x80, integer(random))), ...some(random, 0.5, tagged(0x81, integer(random)))),
  ],
  // inhibitAnyPolicy
  ['551d36', integer],
  // cRLDistributionPoints, freshestCRL
  ['551d1f', (random) => list(random, 0, 3, distributionPoint)],
  ['551d2e', (random) => list(random, 0, 2, distributionPoint)],
  // authorityInfoAccess, subjectInfoAccess
  ['2b06010505070101', accessDescriptions],
  ['2b0601050507010b', accessDescriptions],
  // subjectDirectoryAttributes
  ['551d09', (random) => list(random, 0, 2, () => sequence(anyOid(random), constructed(0x31, ...some(random, 0.8, anyString(random)))))],
]);

/** Extensions that core does not know, and OpenSSL partly does: proxyCertInfo, Netscape's, addresses, TLS features, SCTs, a private one. */
export const unknownExtensions: ReadonlyMap<string, (random: Random) => Element> = new Map<string, (random: Random) => Element>([
  ['2b0601050507010e', (random) => sequence(...some(random, 0.5, integer(random)), sequence(oid('2b06010505071501')))],
  ['6086480186f8420101', (random) => primitive(0x03, [random.below(8), random.below(256)])],
  [
    '2b06010505070107',
    (random) =>
      list(random, 0, 2, () => sequence(primitive(0x04, [0, 1]), random.pick([primitive(0x05), sequence(primitive(0x03, [0, 10]))]))),
  ],
  [
    '2b06010505070108',
    (random) => sequence(...some(random, 0.7, constructed(0xa0, random.pick([primitive(0x05), sequence(integer(random))])))),
  ],
  ['2b06010505070118', (random) => sequence(integer(random))],
  ['2b06010401d679020402', (random) => primitive(0x04, random.bytes(random.below(60)))],
  ['2b0601050507300105', () => primitive(0x05)],
  ['2a0304', (random) => primitive(random.pick([0x04, 0x05, 0x0c]), random.bytes(random.below(5)))],
]);

function some<T>(random: Random, probability: number, one: T): T[] {
  return random.chance(probability) ? [one] : [];
}

function list(random: Random, least: number, most: number, one: (random: Random) => Element): Element {
  return sequence(...Array.from({ length: random.between(least, most) }, () => one(random)));
}

function tagged(tag: number, { content }: Element): Element {
  return primitive(tag, content);
}

function boolean(random: Random): Element {
  return primitive(0x01, [random.pick([0xff, 0xff, 0xff, 0x00, 0x01])]);
}

function integer(random: Random): Element {
  return primitive(0x02, random.chance(0.6) ? [random.below(4)] : anyInteger(random));
}

function keyUsage(random: Random): Element {
  const bits = random.pick([
    [7, 0x80],
    [3, 0x08],
    [1, 0x06],
    [5, 0xa0],
    [0, 0xff],
    [7, 0x00],
    [0],
    [7, 0x00, 0x80],
    [0, 0x80, 0x00],
    [7, 0xff, 0x80],
    [6, 0x80, 0xc0, 0x01],
  ]);
  return primitive(0x03, random.chance(0.8) ? bits : [random.below(9), ...random.bytes(random.between(0, 3))]);
}

function generalNames(random: Random): Element {
  return list(random, 0, 4, (of) => generalName(of, false));
}

function generalName(random: Random, isConstraint: boolean): Element {
  const text = (): Uint8Array => (random.chance(0.6) ? Buffer.from(random.pick(names)) : anyString(random).content);
  const lengths = isConstraint ? [8, 8, 32, 4, 16, 0] : [4, 4, 16, 0, 5, 8, 32];
  return random.pick([
    () => primitive(0x81, text()),
    () => primitive(0x82, text()),
    () => primitive(0x86, text()),
    () => primitive(0x87, address(random, random.pick(lengths))),
    () => constructed(0xa4, anyName(random)),
    () => constructed(0xa0, random.chance(0.5) ? oid('2b060104018237140203') : anyOid(random), constructed(0xa0, anyString(random))),
    () => tagged(0x88, anyOid(random)),
    () => constructed(0xa3, anyString(random)),
    () => constructed(0xa5, constructed(0xa1, anyString(random))),
    () => random.pick([primitive(0x89), primitive(0xa1), primitive(0x80, [1]), primitive(0x84, [0x30, 0]), constructed(0xa4)]),
  ])();
}

const names = [
  'example.com',
  '*.example.com',
  '.example.com',
  'a@example.com',
  'spiffe://example.com/a',
  'https://example.com/?a=b,c',
  'xn--bcher-kva.example',
  '',
  'a b',
  'a,DNS:b',
  "it's",
  'a\u0000b',
  'a\nb',
  '"',
  'example.com.',
  '@',
  'ldap:///cn=a',
  'A.EXAMPLE.COM',
] as const;

function address(random: Random, length: number): Uint8Array {
  const octets = random.bytes(length);
  if ((length === 8 || length === 32) && random.chance(0.7))
    octets.fill(0xff, length / 2, length / 2 + random.below(length / 2)).fill(0, length - 1);
  return octets;
}

function authorityKeyIdentifier(random: Random): Element {
  return sequence(
    ...some(random, 0.7, primitive(0x80, random.bytes(random.pick([20, 20, 0, 8])))),
    ...some(random, 0.3, { ...generalNames(random), tag: 0xa1 }),
    ...some(random, 0.3, tagged(0x82, integer(random))),
  );
}

function nameConstraints(random: Random): Element {
  const subtree = (): Element =>
    sequence(
      generalName(random, true),
      ...some(random, 0.1, tagged(0x80, integer(random))),
      ...some(random, 0.1, tagged(0x81, integer(random))),
    );
  const subtrees = (tag: number): Element => ({ ...list(random, 0, 3, subtree), tag });
  return sequence(...some(random, 0.6, subtrees(0xa0)), ...some(random, 0.5, subtrees(0xa1)));
}

function policy(random: Random): Element {
  return random.chance(0.8) ? oid(random.pick(['2a0304', '2a0305', '551d2000', '60864801650302013001'])) : anyOid(random);
}

function certificatePolicies(random: Random): Element {
  const cps = (): Element => sequence(oid('2b06010505070201'), primitive(0x16, Buffer.from('https://example.com/cps')));
  const notice = (): Element => sequence(oid('2b06010505070202'), sequence(anyString(random)));
  const qualifiers = (): Element => list(random, 0, 2, () => random.pick([cps, notice])());
  return list(random, 0, 3, () => sequence(policy(random), ...some(random, 0.3, qualifiers())));
}

function distributionPoint(random: Random): Element {
  const fullName = (): Element => constructed(0xa0, { ...generalNames(random), tag: 0xa0 });
  const relativeName = (): Element => constructed(0xa0, constructed(0xa1, sequence(oid('550403'), anyString(random))));
  return sequence(
    ...some(random, 0.8, random.pick([fullName, fullName, relativeName])()),
    ...some(random, 0.2, tagged(0x81, keyUsage(random))),
    ...some(random, 0.2, { ...generalNames(random), tag: 0xa2 }),
  );
}

function accessDescriptions(random: Random): Element {
  return list(random, 0, 3, () => sequence(random.chance(0.8) ? oid('2b06010505073001') : anyOid(random), generalName(random, false)));
}

const purposes = [
  '2b06010505070302',
  '2b06010505070302',
  '2b06010505070301',
  '551d2500',
  '2b06010505070304',
  '6086480186f8420401',
  '2b0601040182370a0303',
] as const;
