import type { Outcome } from '@peercert/core';
import { type Certificate, x509 } from '../fuzz/reader.js';
import { classOf, ruleFor } from '../fuzz/refusal-rules.js';
import { readTree } from '../fuzz/tree.js';
import { coreReading } from './core-reading.js';
import { isKnownDifference } from './known-differences.js';
import { nodeReading } from './node-reading.js';
import { peculiarReading } from './peculiar-reading.js';
import { type FieldsRead, hex, type OtherReader, type Reading } from './reading.js';

const others: Readonly<Record<OtherReader, (der: Uint8Array) => FieldsRead>> = {
  '@peculiar/x509': peculiarReading,
  'node:crypto': nodeReading,
};

type CoreReader = (der: Uint8Array) => Outcome<Certificate>;

/** Core reads a certificate when it can decode all that is in it. */
export const core: CoreReader = (der) => {
  const read = x509.readCertificate(der);
  const refusal = read.ok ? x509.checkExtensions(read.value) : undefined;
  return refusal === undefined ? read : { ok: false, refusal };
};

/** Compares what readers read in many certificates, and what they refuse. */
export class Comparison {
  readonly #core: CoreReader;
  /** How often a field was read by core and by another, and was the same; by reader and field. */
  readonly same = new Map<string, number>();
  /** Fields that differ without a reason. */
  readonly different: string[] = [];
  /** What core refuses and another reads, without a reason. */
  readonly unwritten: string[] = [];
  /** Certificates that all three read, all fields of them. */
  readByAll = 0;
  /** Certificates that core reads and another does not; by reader. */
  readonly refused = new Map<string, number>();

  /** Tests put a faulty reader in the place of core. */
  constructor(reader: CoreReader = core) {
    this.#core = reader;
  }

  add(der: Uint8Array, origin: string, asked: readonly OtherReader[] = allOthers): void {
    const read = this.#core(der);
    const readers = asked.filter((name) => {
      const other = attempt(() => others[name](der));
      if (other !== undefined && read.ok) this.#compare(name, read.value, other, origin);
      if (other === undefined && read.ok) count(this.refused, name);
      const isRead = other !== undefined && other.errors.size === 0;
      if (isRead && !read.ok && ruleFor(read.refusal, 'reading') === undefined) {
        this.unwritten.push(`${name} reads what core refuses, ${classOf(read.refusal)}: ${read.refusal.trace[0]?.detail} (${origin})`);
      }
      return isRead;
    });
    if (read.ok && readers.length === allOthers.length) this.readByAll++;
  }

  #compare(name: OtherReader, certificate: Certificate, other: FieldsRead, origin: string): void {
    const { fields, errors } = coreReading(certificate);
    for (const [field, error] of errors) this.different.push(`core's ${field} throws ${error.message} (${origin})`);
    for (const field of Object.keys(other.fields) as (keyof Reading)[]) {
      const [one, two] = [text(fields[field]), text(other.fields[field])];
      if (one === two) count(this.same, `${name} ${field}`);
      else if (!isExplained(name, field, certificate)) {
        this.different.push(`${field} is ${one} by core and ${two} by ${name} (${origin}): ${hex(certificate.der)}`);
      }
    }
  }
}

const allOthers = Object.keys(others) as readonly OtherReader[];

function isExplained(name: OtherReader, field: keyof Reading, certificate: Certificate): boolean {
  const tree = readTree(certificate.der, true);
  const isKeyAllowed = x509.checkPublicKey(certificate.subjectPublicKeyInfo) === undefined;
  return tree !== undefined && isKnownDifference(name, field, { tree, isKeyAllowed });
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** The attributes of a relative name have no order. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort()) : part,
  );
}
