import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readAmazonCases } from './amazon-crls.js';
import { type ConformanceCase, type SuiteName, suiteNames } from './conformance-case.js';
import { FormError, Json } from './json-reader.js';
import { readLimboCases, readTriage } from './limbo.js';
import { readPkitsCases } from './pkits.js';
import { readWebpkiCrlCases } from './webpki-crl.js';
import { readWebpkiParseCases } from './webpki-crl-parse.js';

export interface Suite {
  readonly name: SuiteName;
  readonly cases: readonly ConformanceCase[];
}

export interface Where {
  /** The repository's root. */
  readonly root: string;
  readonly corpora: string | undefined;
  readonly file: string | undefined;
  readonly triage: string | undefined;
  /** The time of cases that name none. */
  readonly now: number;
}

type Form = 'limbo' | 'pkits' | 'webpki-crl' | 'webpki-crl-parse' | 'amazon-crls';

const suites: Readonly<Record<SuiteName, { readonly file: string; readonly form: Form }>> = {
  limbo: { file: 'limbo.json', form: 'limbo' },
  'limbo-crl-extra': { file: 'limbo-crl-extra.json', form: 'limbo' },
  'limbo-mldsa-extra': { file: 'limbo-mldsa-extra.json', form: 'limbo' },
  bettertls: { file: 'limbo-bettertls-small.json', form: 'limbo' },
  pkits: { file: 'pkits.json', form: 'pkits' },
  'webpki-crl': { file: 'webpki-crl.json', form: 'webpki-crl' },
  'webpki-crl-parse': { file: 'webpki-crl-parse.json', form: 'webpki-crl-parse' },
  'amazon-crls': { file: join('amazon-crls', 'index.json'), form: 'amazon-crls' },
};

/** Where the suites come from; what is here of them is regenerated or brought into JSON, and no part of this repository. */
const origins = [
  'limbo, bettertls: https://github.com/C2SP/x509-limbo (limbo.json)',
  'pkits: https://csrc.nist.gov/projects/pki-testing',
  'webpki-crl, webpki-crl-parse, amazon-crls: https://github.com/rustls/webpki (tests/client_auth_revocation.rs, tests/crl_tests.rs, tests/amazon.rs)',
];

/** The suites that are asked for; all of them where none is named. Throws `FormError` with what is to be done. */
export function loadSuites(names: readonly SuiteName[], where: Where): readonly Suite[] {
  if (where.file !== undefined) return [loadFile(where.file, names[0], where)];
  const folder = corporaFolder(where);
  const triage = loadTriage(where.triage ?? join(folder, 'limbo-triage.json'), where.triage !== undefined);
  return (names.length === 0 ? suiteNames : names).map((name) => {
    const { file, form } = suites[name];
    return { name, cases: readCases(form, join(folder, file), where.now, triage) };
  });
}

/** Another file of a form that is known; its suite, unless it is named, is told by the form. */
function loadFile(file: string, named: SuiteName | undefined, { now, triage }: Where): Suite {
  const form = formOf(readJson(file));
  if (named !== undefined && suites[named].form !== form) {
    throw new FormError(`${file}: has the form of ${form}, and --suite ${named} was asked for: name a suite of that form, or none`);
  }
  const cases = readCases(form, file, now, triage === undefined ? new Map() : loadTriage(triage, true));
  const isBetterTls = cases.length > 0 && cases.every(({ namespaces }) => namespaces[0] === 'bettertls');
  return { name: named ?? (isBetterTls ? 'bettertls' : form), cases };
}

function formOf(json: Json): Form {
  if (json.has('testcases')) return 'limbo';
  if (json.has('tests')) return 'pkits';
  if (json.has('cases')) return 'webpki-crl';
  if (json.has('crlDistributionPoints')) return 'webpki-crl-parse';
  if (json.has('leaves')) return 'amazon-crls';
  throw new FormError(
    "the file has neither 'testcases' (limbo) nor 'tests' (pkits) nor 'cases' (webpki-crl) nor 'crlDistributionPoints' (webpki-crl-parse) nor 'leaves' (amazon-crls)",
  );
}

function readCases(form: Form, file: string, now: number, triage: ReadonlyMap<string, string>): readonly ConformanceCase[] {
  const json = readJson(file);
  switch (form) {
    case 'limbo':
      return readLimboCases(json, now, triage);
    case 'pkits':
      return readPkitsCases(json);
    case 'webpki-crl':
      return readWebpkiCrlCases(json);
    case 'webpki-crl-parse':
      return readWebpkiParseCases(json);
    case 'amazon-crls':
      return readAmazonCases(json, (name) => readBytes(join(dirname(file), name)));
  }
}

function corporaFolder({ root, corpora }: Where): string {
  const isNamed = corpora !== undefined && corpora !== '';
  const folder = isNamed ? corpora : join(root, '..', 'shared', 'corpora');
  if (existsSync(folder)) return folder;
  const found = isNamed ? `$PEERCERT_CORPORA is ${folder}, which does not exist` : `there is no folder ${folder}`;
  throw new FormError(
    `${found}. Name the folder of the suites in PEERCERT_CORPORA, or one of their files with --file. Public originals:\n  ${origins.join('\n  ')}`,
  );
}

function loadTriage(path: string, isNamed: boolean): ReadonlyMap<string, string> {
  return isNamed || existsSync(path) ? readTriage(readJson(path)) : new Map();
}

function readJson(path: string): Json {
  const text = Buffer.from(readBytes(path)).toString('utf8');
  try {
    return new Json(JSON.parse(text), path);
  } catch (error) {
    throw new FormError(`${path}: is no JSON (${(error as Error).message})`);
  }
}

function readBytes(path: string): Uint8Array {
  try {
    return Uint8Array.from(readFileSync(path));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : `cannot be read (${(error as Error).message})`;
    throw new FormError(`${path}: ${reason}. Public originals:\n  ${origins.join('\n  ')}`);
  }
}
