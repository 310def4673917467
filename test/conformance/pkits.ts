import type { ConformanceCase, RecordedReason } from './conformance-case.js';

import { FormError, type Json } from './json-reader.js';
import { readable } from './read.js';
import { pkitsReason, revocationReason } from './recorded-reasons.js';

const anyPolicy = '2.5.29.32.0';
/** More than any of NIST's paths has. */
const depth = 10;

/**
 * NIST's Public Key Interoperability Test Suite, as rows that name certificates and CRLs. NIST says whether a path is valid; why not is
 * known of the rows about the path alone. Nobody asks for a key purpose. Every certificate but the anchor must be known not to be revoked.
 */
export function readPkitsCases(file: Json): readonly ConformanceCase[] {
  const certificates = file.at('certs').members;
  const crls = file.at('crls').members;
  return file.at('tests').items.map((row) => readRow(row, certificates, crls));
}

type Files = ReadonlyMap<string, Json>;

function readRow(row: Json, certificates: Files, crls: Files): ConformanceCase {
  const [endEntity, ...issuers] = row
    .at('certs')
    .items.toReversed()
    .map((name) => named(name, certificates));
  if (endEntity === undefined) throw new FormError(`the row ${row.at('id').string} names no certificate: 'certs' ends with the end entity`);
  const expected = row.at('expected').oneOf('SUCCESS', 'FAILURE');
  const reasons = row.at('boringsslErrors').optional(({ items }) => items.map(readReason));
  const subpart = row.at('subpart').optional(({ wholeNumber }) => wholeNumber);
  const params = row.at('params');
  const initialPolicies = params.at('initialPolicySet').strings;
  return {
    id: `${row.at('id').string}${subpart === undefined ? '' : `/${subpart}`} ${row.at('name').string}`,
    expected,
    question: {
      kind: 'path',
      anchors: [named(row.at('trustAnchor'), certificates)],
      intermediates: issuers,
      endEntity,
      at: row.at('validationTime').time,
      rules: {
        depth,
        keyPurposes: 'any',
        initialPolicies: initialPolicies.includes(anyPolicy) ? undefined : initialPolicies,
        requireExplicitPolicy: params.at('initialExplicitPolicy').boolean,
        inhibitPolicyMapping: params.at('initialPolicyMappingInhibit').boolean,
        inhibitAnyPolicy: params.at('initialInhibitAnyPolicy').boolean,
      },
      revocation: { crls: row.at('crls').items.map((name) => named(name, crls)), exceptions: {} },
    },
    recordedReasons: reasons ?? (expected === 'FAILURE' ? [unrecordedReason(row, certificates)] : undefined),
    asks: { peerNames: [] },
    namespaces: row.at('id').string.split('.').slice(0, -1),
    features: row.at('features').optional(({ strings }) => strings) ?? [],
    category: undefined,
    isDenialOfService: false,
  };
}

/** What NIST calls invalid, and nobody recorded why: the path leads over a certificate that is no authority's, or it is the CRLs. */
function unrecordedReason(row: Json, certificates: Files): RecordedReason {
  const path = row.at('path').optional(({ items }) => items) ?? row.at('certs').items;
  const issuers = path.slice(0, -1).flatMap((name) => readable(named(name, certificates)));
  const areAuthorities = issuers.every(({ basicConstraints }) => basicConstraints !== undefined);
  return areAuthorities ? revocationReason : pkitsReason('Does not have Basic Constraints');
}

function named(name: Json, files: Files): Uint8Array {
  const file = files.get(name.string);
  if (file === undefined) throw new FormError(`'${name.string}' is named by a row, and neither among 'certs' nor among 'crls'`);
  return file.base64;
}

function readReason(json: Json) {
  return pkitsReason(json.at('error').string);
}
