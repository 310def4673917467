import type { KeyObject } from 'node:crypto';
import { type AuthorityData, adopt, FuzzAuthority } from './authority.js';
import { extensionsOf, fieldsOf, oidHex, replaceField } from './certificate-tree.js';
import { corpusCertificates } from './corpora.js';
import { ecKey, spkiOf } from './keys.js';
import { Random } from './random.js';
import { authorityTemplates, builtTemplates, issuedTemplates, type Template } from './templates.js';
import { type Element, readTree, writeTree } from './tree.js';

/** What a run starts from: plain data, the same for the same seed, that crosses threads. */
export interface Ground {
  readonly seed: number;
  /** The time of all verifications, in milliseconds since the epoch. */
  readonly at: number;
  /** All of them trust anchors. */
  readonly authorities: readonly AuthorityData[];
  readonly seeds: readonly Seed[];
}

/** A certificate to mutate, well-formed and signed by one of the authorities. */
export interface Seed {
  readonly origin: string;
  readonly role: Role;
  readonly der: Uint8Array;
  /** Which of the authorities signs it. */
  readonly authority: number;
  /** An end entity below it, where it is an intermediate. */
  readonly below: Uint8Array | undefined;
}

/** A CRL is offered as a certificate, which it must never become. */
export type Role = 'end entity' | 'intermediate' | 'CRL';

/** Inside of the validity of everything that is made here, and of nearly all that the corpora hold. */
const at = Date.UTC(2027, 0, 1);

/** Makes the authorities, and the seeds: by @peercert/pki, by core's certificate builder, and of the corpora where they are. */
export async function prepareGround(seed: number, corpora: readonly Uint8Array[] = corpusCertificates()): Promise<Ground> {
  const random = new Random(seed, 0xa070);
  const authorities = await authorityTemplates(random);
  const signers = authorities.map((data) => new FuzzAuthority(data));
  const key = ecKey(random, 'P-256');
  const issued = await issuedTemplates(random);
  const client = issued[0] as Template;
  const seeds: Seed[] = [];
  const add = (template: Template): void => {
    const authority = random.pick(shares);
    const signer = signers[authority] as FuzzAuthority;
    if (template.kind === 'CRL') {
      seeds.push({ origin: template.origin, role: 'CRL', der: template.der, authority, below: undefined });
      return;
    }
    const endEntity = readTree(template.der);
    // Corpora hold certificates that are not even DER; the mutations make their own of that kind.
    if (endEntity === undefined || fieldsOf(endEntity) === undefined) return;
    adopt(endEntity, signer);
    seeds.push({ origin: template.origin, role: 'end entity', der: encoded(endEntity), authority, below: undefined });
    if (template.kind === 'authority') seeds.push(intermediate(template, { authority, signer, key, client }));
  };
  for (const template of [...issued, ...builtTemplates(random)]) add(template);
  for (const der of sample(corpora, mostOfCorpora, random))
    add({ origin: 'corpora', kind: mayIssue(der) ? 'authority' : 'end entity', der });
  return { seed, at, authorities, seeds };
}

/** The corpora hold thousands, which take their time to adopt; another seed of the run takes others. */
const mostOfCorpora = 300;

function sample<T>(list: readonly T[], most: number, random: Random): readonly T[] {
  const rest = [...list];
  return Array.from({ length: Math.min(most, rest.length) }, () => rest.splice(random.below(rest.length), 1)[0] as T);
}

/** How the seeds are shared out; RSA signs slowly, and so has few. */
const shares = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 4];

/** The certificate with a key of ours, and an end entity that this key signs. */
function intermediate(
  template: Template,
  { authority, signer, key, client }: { authority: number; signer: FuzzAuthority; key: KeyObject; client: Template },
): Seed {
  const tree = readTree(template.der) as Element;
  const fields = fieldsOf(tree);
  if (fields !== undefined) replaceField(fields.tbs, fields.spki, readTree(spkiOf(key)) as Element);
  adopt(tree, signer);
  const der = encoded(tree);
  const below = readTree(client.der) as Element;
  adopt(below, new FuzzAuthority({ name: template.origin, der, privateKey: key.export({ type: 'pkcs8', format: 'der' }) }));
  return { origin: template.origin, role: 'intermediate', der, authority, below: encoded(below) };
}

function encoded(tree: Element): Uint8Array {
  return writeTree(tree) as Uint8Array;
}

/** What may stand above an end entity has basicConstraints that begin with TRUE. */
function mayIssue(der: Uint8Array): boolean {
  const tree = readTree(der);
  const constraints = tree && extensionsOf(tree).find(({ oid }) => oid === oidHex.basicConstraints);
  return constraints?.value.children?.[0]?.children?.[0]?.tag === 0x01;
}
