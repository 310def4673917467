import { FuzzAuthority, resign } from './authority.js';
import { changeSignature, mutate, type Scene } from './mutations/index.js';
import { Random } from './random.js';
import { coreReader } from './reader.js';
import type { Ground, Role, Seed } from './seeds.js';
import { clone, type Element, readTree, writeTree } from './tree.js';

export interface Input {
  readonly index: number;
  readonly role: Role;
  /** The certificate that was mutated. */
  readonly mutated: Uint8Array;
  /** What is offered for verification, end entity first; `mutated` is one of these. */
  readonly certificates: readonly Uint8Array[];
  /** Whether it was signed after it was mutated, so that it gets past the signature. */
  readonly isResigned: boolean;
  /** Where it comes from and what was done to it, for people. */
  readonly history: string;
}

/** Makes the inputs of a run: each follows from the ground's seed and its own index alone, but for the random numbers that an ECDSA signature is made of. */
export class Inputs {
  readonly ground: Ground;
  readonly #authorities: readonly FuzzAuthority[];
  readonly #made: SeedBed;
  readonly #corpora: SeedBed;
  readonly #crls: readonly PlantedSeed[];
  readonly #donors: readonly Element[];

  constructor(ground: Ground) {
    this.ground = ground;
    this.#authorities = ground.authorities.map((data) => new FuzzAuthority(data));
    const { verify } = coreReader(ground);
    const planted = ground.seeds.map((seed) => {
      const presented = seed.below === undefined ? [seed.der] : [seed.below, seed.der];
      return { seed, tree: readTree(seed.der) as Element, isAccepted: verify(presented).ok };
    });
    const certificates = planted.filter(({ seed }) => seed.role !== 'CRL');
    this.#crls = planted.filter(({ seed }) => seed.role === 'CRL');
    this.#made = seedBed(certificates.filter(({ seed }) => seed.origin !== 'corpora'));
    this.#corpora = seedBed(certificates.filter(({ seed }) => seed.origin === 'corpora'));
    this.#donors = planted.map(({ tree }) => tree);
  }

  make(index: number): Input {
    const random = new Random(this.ground.seed, index);
    const { seed, tree } = this.#seed(random);
    const authority = this.#authorities[seed.authority] as FuzzAuthority;
    const scene: Scene = { random, root: clone(tree), donors: this.#donors, authority };
    const done = Array.from({ length: howOften(random) }, () => mutate(scene));
    const isResigned = seed.role !== 'CRL' && random.chance(0.85) && resign(scene.root, authority, scene.scheme, scene.outerAlgorithm);
    if (isResigned && random.chance(0.03) && changeSignature(scene.root, random)) done.push('changeSignature');
    const encoded = writeTree(scene.root) ?? seed.der;
    const mutated = random.chance(isResigned ? 0.01 : 0.3) ? spoil(encoded, random, done) : encoded;
    return {
      index,
      role: seed.role,
      mutated,
      certificates: this.#presented(seed, mutated, random),
      isResigned,
      history: `${seed.origin} as ${seed.role}, signed by ${authority.data.name}: ${done.join(', ')}`,
    };
  }

  #seed(random: Random): PlantedSeed {
    if (random.chance(0.01)) return random.pick(this.#crls);
    const isOfCorpora = this.#corpora.all.length > 0 && random.chance(0.4);
    const { all, accepted } = isOfCorpora ? this.#corpora : this.#made;
    return random.pick(accepted.length > 0 && random.chance(0.85) ? accepted : all);
  }

  /** Sometimes with company, which a peer can send as it likes. */
  #presented(seed: Seed, mutated: Uint8Array, random: Random): readonly Uint8Array[] {
    const others = random.chance(0.03) ? [random.pick(this.#made.all).seed.der, random.bytes(random.below(20))] : [];
    return seed.below === undefined ? [mutated, ...others] : [seed.below, mutated];
  }
}

interface PlantedSeed {
  readonly seed: Seed;
  readonly tree: Element;
  /** Whether it is accepted as it is. */
  readonly isAccepted: boolean;
}

interface SeedBed {
  readonly all: readonly PlantedSeed[];
  /** Of these a mutation tells more, and so they come more often. */
  readonly accepted: readonly PlantedSeed[];
}

function seedBed(all: readonly PlantedSeed[]): SeedBed {
  return { all, accepted: all.filter(({ isAccepted }) => isAccepted) };
}

function howOften(random: Random): number {
  if (random.chance(0.5)) return 1;
  return random.chance(0.85) ? random.between(2, 3) : random.between(4, 8);
}

/** Changes of the finished octets. */
function spoil(encoded: Uint8Array, random: Random, done: string[]): Uint8Array {
  done.push('spoil');
  const at = random.below(encoded.length);
  return random.pick([
    () => encoded.subarray(0, at),
    () => joined(encoded, random.bytes(random.between(1, 3))),
    () => joined(encoded, Uint8Array.of(0)),
    () => joined(random.bytes(1), encoded),
    () => encoded.map((octet, index) => (index === at ? octet ^ (1 << random.below(8)) : octet)),
    () => encoded.map((octet) => (random.chance(0.005) ? random.below(256) : octet)),
  ])();
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
